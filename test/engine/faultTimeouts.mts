import { AsyncLocalStorage } from 'node:async_hooks';

/** Lets calls time out because of what the service has received, not because of the clock: a slow machine changes nothing. */

/** The time limit that trials set for a call, in ms. It is long enough never to be reached. */
export const UNREACHED_TIMEOUT_MS = 60_000;

/** The calls of one trial that can time out. */
export class CallTimeouts {
	private readonly pending = new Set<AbortController>();
	private unanswered = 0;

	/** To be called when the service has received a call that it will never answer. */
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

	/** Only once all other calls have ended: which of the pending ones stays without an answer is not known before. */
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
