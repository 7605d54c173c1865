import type { NodeExecutionHint } from 'n8n-workflow';

import { pluralize, formatDuration, joinSentences } from '../http/format';
import type { RateLimit } from '../throttle/options';

/** What a run of a node did at the service: calls, the time that they waited, refusals. */
export class RunStats {
	private calls = 0;
	private refused = 0;
	private waiting = 0;
	private running = 0;
	/** Time in ms in which calls waited and none was under way. */
	private waitedMs = 0;
	private changedAt: number;
	private readonly beganAt: number;

	/** @param now milliseconds that only ever grow */
	constructor(private readonly now: () => number = () => performance.now()) {
		this.beganAt = this.changedAt = now();
	}

	/** A call queues. */
	callQueued(): void {
		this.change();
		this.waiting++;
	}

	/** A call that queued goes away without having been made. */
	callRejected(): void {
		this.change();
		this.waiting--;
	}

	/** A call that queued is made. */
	callStarted(): void {
		this.callRejected();
		this.calls++;
		this.running++;
	}

	/** A call has ended. */
	callEnded(refused: boolean): void {
		this.change();
		this.running--;
		if (refused) this.refused++;
	}

	private change(): void {
		const now = this.now();
		if (this.waiting > 0 && this.running === 0) this.waitedMs += now - this.changedAt;
		this.changedAt = now;
	}

	/**
	 * What the user reads at the node after a run; nothing where it was one call that went straight through.
	 * @param failures what became of the items, where some failed
	 */
	summary(service: string, limits: RateLimit | undefined, failures = ''): NodeExecutionHint | undefined {
		const type = failures === '' ? 'info' : 'warning';
		const isPlain = this.calls < 2 && this.refused === 0 && this.waitedMs < 1000;
		if (!limits || isPlain) return failures === '' ? undefined : { message: `${failures}.`, type, location: 'outputPane' };
		const limit = `${pluralize(limits.maxCalls, 'call')} in ${formatDuration(limits.windowMs)}`;
		const parts = [
			`${pluralize(this.calls, 'call')} to ${service} in ${formatDuration(this.now() - this.beganAt)}`,
			this.waitedMs < 1000 ? 'no waiting' : `${formatDuration(this.waitedMs)} of it waiting for the limit of ${limit}`,
			this.refused === 0 ? 'none refused' : `${this.refused} refused as too many and sent again`,
		];
		return { message: `${joinSentences(failures, parts.join(', '))}.`, type, location: 'outputPane' };
	}
}
