import { AsyncLocalStorage } from 'node:async_hooks';

/** Makes calls time out by what the service has received instead of by the clock, so that a slow machine changes nothing. */

/** The timeout that trials set for a call, in ms; long enough never to be reached. */
export const UNREACHED_TIMEOUT_MS = 60_000;

/** The calls of one trial that can time out. */
export class CallTimeouts {
	private readonly pending = new Set<AbortController>();
	private unanswered = 0;

	/** Call this when the service has received a call that it will never answer. */
	callUnanswered(): void {
		this.unanswered++;
		this.expireUnanswered();
	}

	/** A signal in place of `AbortSignal.timeout`. */
	signal(): AbortSignal {
		const controller = new AbortController();
		const { signal } = controller;
		this.pending.add(controller);
		// The package stops listening when a call has ended.
		const removeEventListener = signal.removeEventListener.bind(signal);
		signal.removeEventListener = (...listener: Parameters<AbortSignal['removeEventListener']>) => {
			removeEventListener(...listener);
			this.pending.delete(controller);
			this.expireUnanswered();
		};
		return signal;
	}

	/** Waits until all other calls have ended, because only then is it known which ones remain unanswered. */
	private expireUnanswered(): void {
		if (this.unanswered === 0 || this.pending.size !== this.unanswered) return;
		const expired = [...this.pending];
		this.pending.clear();
		this.unanswered = 0;
		for (const controller of expired) controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
	}
}

const current = new AsyncLocalStorage<CallTimeouts>();

/** Replaces the timeouts of what runs inside `withTimeouts`, until `jest.restoreAllMocks`. */
export function mockTimeouts(): void {
	const timeout = AbortSignal.timeout.bind(AbortSignal);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => (ms === UNREACHED_TIMEOUT_MS && current.getStore()?.signal()) || timeout(ms));
}

/** Runs something whose calls time out by these timeouts. */
export const withTimeouts = async <Result,>(timeouts: CallTimeouts, work: () => Promise<Result>): Promise<Result> => await current.run(timeouts, work);
