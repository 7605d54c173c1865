/** The statistics of a run: requests sent, time spent waiting for the rate limit, rejections. */

import type { NodeExecutionHint } from 'n8n-workflow';

import { formatDuration, formatInterval, joinSentences, pluralize } from '../http/format';
import type { RateLimit } from '../throttle/options';

/** Counts requests as they are queued, sent and answered; one object for all attempts of a run. */
export class RunStats {
	private sent = 0;
	private rejected = 0;
	private waiting = 0;
	private running = 0;
	/** Time in ms during which requests waited and none was running. */
	private waitedMs = 0;
	private changedAt: number;
	private readonly startedAt: number;

	/** @param now a monotonic clock in ms */
	constructor(private readonly now: () => number = () => performance.now()) {
		this.startedAt = this.changedAt = now();
	}

	/** A request joins the queue. */
	callQueued(): void {
		this.update();
		this.waiting++;
	}

	/** A queued request leaves the queue without being sent. */
	callRejected(): void {
		this.update();
		this.waiting--;
	}

	/** A queued request is sent. */
	callStarted(): void {
		this.callRejected();
		this.sent++;
		this.running++;
	}

	/**
	 * A request has ended.
	 * @param refused whether the service rejected it as one request too many
	 */
	callEnded(refused: boolean): void {
		this.update();
		this.running--;
		if (refused) this.rejected++;
	}

	private update(): void {
		const now = this.now();
		if (this.waiting > 0 && this.running === 0) this.waitedMs += now - this.changedAt;
		this.changedAt = now;
	}

	/**
	 * What the user reads at the node after a run; nothing for a single request that was sent at once.
	 * @param failures summary of the items, where some failed
	 */
	summary(serviceName: string, limits: RateLimit | undefined, failures = ''): NodeExecutionHint | undefined {
		const type = failures === '' ? 'info' : 'warning';
		const isUneventful = this.sent < 2 && this.rejected === 0 && this.waitedMs < 1000;
		if (!limits || isUneventful) return failures === '' ? undefined : { message: `${failures}.`, type, location: 'outputPane' };
		const waiting = this.waitedMs < 1000
			? ' without waiting'
			: `, including ${formatDuration(this.waitedMs)} waiting for the rate limit of ${formatLimit(limits)}`;
		const sent = `Sent ${pluralize(this.sent, 'request')} to ${serviceName} in ${formatDuration(this.now() - this.startedAt)}${waiting}`;
		return { message: `${joinSentences(failures, sent, this.describeRejections(serviceName))}.`, type, location: 'outputPane' };
	}

	private describeRejections(serviceName: string): string {
		if (this.rejected === 0) return `${serviceName} rejected none`;
		const outcome = this.rejected === 1 ? 'it was retried' : 'they were retried';
		return `${serviceName} rejected ${this.rejected.toLocaleString('en')} as too many requests; ${outcome}`;
	}
}

/** "100 requests per minute", "1 request per 20 s". */
function formatLimit({ maxCalls, windowMs }: RateLimit): string {
	return `${pluralize(maxCalls, 'request')} per ${formatInterval(windowMs)}`;
}
