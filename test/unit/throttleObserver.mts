import type { RateLimit, AcquireOptions } from '../../nodes/shared/throttle/options';
import { CanceledError, AcquireTimeoutError } from '../../nodes/shared/throttle/errors';
import { pauseCapMs } from '../../nodes/shared/throttle/options';
import type { VirtualClock } from './virtualClock.mts';

type CallLimits = Pick<RateLimit, 'maxCalls' | 'maxConcurrent'>;

/** A call that is waiting to start. */
interface QueuedCall extends AcquireOptions {
	/** Whether it was rejected in the step in which it was queued: its limits may never have applied. */
	rejectedOnArrival: boolean;
	/** Its index among all queued calls. */
	order: number;
	/** The step of the clock in which it was queued. */
	step: number;
	deadline: number;
	/** The step in which it has to be rejected, because of a pause that it does not sit out or of a rejected key. */
	rejectInStep?: number;
}

/** A call that has started. */
interface StartedCall {
	limits: RateLimit;
	/** Its index among all started calls. */
	order: number;
	step: number;
	/** Whether it started in the step in which it was queued: other calls of that step may have started after it. */
	startedOnArrival: boolean;
	/** The limits that applied to it. */
	allowed: CallLimits;
	/** When it arrived at the service. */
	arrival?: number;
}

/** The throttle sleeps in slices, so it may notice a change one slice late. */
const SLICE_MS = 500;
/** How long a call that n8n sends itself may take; its end cannot be observed. */
export const UNTRACKED_MS = 500;
/** How long a slot is held after its call ended. */
const HOLD_MS = 1006;

/**
 * Checks the throttle's guarantees from the outside, by when calls are queued, start, arrive and end.
 *
 * A start is observed a moment after the throttle decided on it, in the same step of the clock. Calls queued in that
 * step may have come after the decision, so they are not counted against it.
 */
export class Observer {
	/** Violated guarantees, as sentences. */
	readonly violations: string[] = [];
	/** When anything last happened. */
	lastAt = 0;
	private readonly queue = new Set<QueuedCall>();
	private readonly running = new Set<StartedCall>();
	private readonly startedCalls: StartedCall[] = [];
	/** All calls of a queue key: the limits of the latest one apply to the key. */
	private readonly callsByKey = new Map<unknown, QueuedCall[]>();
	private readonly latestStart = new Map<unknown, StartedCall>();
	private readonly abortedSignals = new Set<unknown>();
	private readonly rejections = new Map<Error, { queueKey: unknown; group?: unknown }>();
	pausedUntil = 0;
	private longPause?: { at: number; until: number; step: number };
	private lastRefusalAt = -Infinity;
	private lastStartAt = -Infinity;
	/** When the slots of ended calls become free. */
	private slots: number[] = [];
	/** When the queue was last checked. */
	private checkedAt = 0;
	private queuedCount = 0;
	private settledCount = 0;

	constructor(
		private readonly clock: VirtualClock,
		private readonly windowMs: number,
	) {}

	queued(options: AcquireOptions): QueuedCall {
		this.checkProgress();
		const { steps: step } = this.clock;
		const now = this.clock.now();
		const queued: QueuedCall = { ...options, rejectedOnArrival: false, order: this.queuedCount++, step, deadline: now + (options.timeoutMs ?? Infinity) };
		if (this.isInLongPause(queued) || this.pausedUntil - now > (options.maxPauseMs ?? Infinity)) queued.rejectInStep = step;
		this.queue.add(queued);
		this.callsByKey.set(options.queueKey, [...(this.callsByKey.get(options.queueKey) ?? []), queued]);
		return queued;
	}

	/** Whether its execution began before a refusal with a Retry-After beyond the longest pause. */
	private isInLongPause({ executionStartedAt = Infinity }: QueuedCall): boolean {
		return this.longPause !== undefined && executionStartedAt < this.longPause.at && this.clock.now() < this.longPause.until;
	}

	canceled(signal: AbortSignal): void {
		this.checkProgress();
		this.abortedSignals.add(signal);
	}

	/** @returns the error with which the queued calls of the key, or of one of its groups, have to be rejected */
	keyRejected(queueKey: unknown, group?: unknown): Error {
		const error = new Error('the key was rejected');
		this.rejections.set(error, { queueKey, group });
		for (const one of this.queue) {
			if (one.queueKey === queueKey && (group === undefined || one.group === group)) one.rejectInStep ??= this.clock.steps;
		}
		return error;
	}

	/**
	 * The service refused a call.
	 * @param pauseMs how long the throttle pauses
	 * @param retryAfterMs how long the service asked to wait
	 */
	refused({ limits }: StartedCall, pauseMs: number, retryAfterMs?: number): void {
		this.checkProgress();
		const now = this.clock.now();
		const { steps: step } = this.clock;
		const longest = pauseCapMs({ windowMs: this.windowMs });
		this.lastRefusalAt = now;
		this.check(pauseMs <= longest, `a pause of ${pauseMs} ms, at most ${longest} ms allowed`);
		if (retryAfterMs !== undefined && retryAfterMs > longest) {
			this.longPause = { at: now, until: now + retryAfterMs, step };
			for (const one of this.queue) one.rejectInStep ??= step;
			return;
		}
		this.check(pauseMs >= (retryAfterMs ?? 0), `a pause of ${pauseMs} ms although Retry-After was ${retryAfterMs} ms`);
		this.pausedUntil = Math.max(this.pausedUntil, now + pauseMs);
		for (const one of this.queue) if (pauseMs > (one.maxPauseMs ?? Infinity)) one.rejectInStep ??= step;
		if (limits.maxCalls === 1) this.slots.push(now + (retryAfterMs ?? 0));
	}

	/** The service accepted a call. */
	accepted(): void {
		this.longPause = undefined;
	}

	/** Checks that no call was kept waiting although it could have started, or had to be rejected. */
	private checkProgress(): void {
		const now = this.clock.now();
		const overdue = [...this.queue].find(({ rejectInStep = Infinity }) => rejectInStep < this.clock.steps);
		this.check(overdue === undefined, 'a call stayed queued during a pause that it does not sit out, or after its key was rejected');
		this.slots = this.slots.filter((freeAt) => freeAt > this.checkedAt);
		if (this.queue.size > 0) {
			const { maxCalls, maxConcurrent } = strictest([...new Set([...this.queue].map(({ queueKey }) => queueKey))].flatMap((queueKey) =>
				(this.callsByKey.get(queueKey) ?? []).map(({ limits }) => limits)));
			const free = [...this.slots].sort((one, other) => one - other)[this.running.size + this.slots.length - maxCalls] ?? -Infinity;
			const possibleAt = Math.max(
				this.checkedAt, free, this.pausedUntil, this.lastStartAt + this.windowMs / maxCalls / 2,
				// After a refusal, the throttle keeps to its share until the newest slot is free, and then probes for more.
				this.lastRefusalAt + 1.25 * this.windowMs + HOLD_MS - this.windowMs + UNTRACKED_MS,
			);
			const hasFreeSlot = this.running.size < Math.min(maxConcurrent, maxCalls);
			this.check(!hasFreeSlot || now - possibleAt <= SLICE_MS + 1, `calls were queued from ${possibleAt} ms on although only ${this.running.size} were running`);
		}
		this.checkedAt = now;
	}

	rejected(queued: QueuedCall, error: unknown): void {
		this.checkProgress();
		this.queue.delete(queued);
		this.settled();
		queued.rejectedOnArrival = queued.step === this.clock.steps;
		const { queueKey, group, signal, deadline, rejectInStep } = queued;
		if (error instanceof CanceledError) this.check(this.abortedSignals.has(signal), 'a call was canceled although its signal was not aborted');
		else if (error instanceof AcquireTimeoutError) {
			const isInTime = this.clock.now() + error.waitMs <= deadline;
			this.check(!isInTime || rejectInStep === this.clock.steps, 'a call was rejected although it could have started before its deadline');
		} else {
			const rejection = this.rejections.get(error as Error);
			this.check(rejection !== undefined && rejection.queueKey === queueKey && (rejection.group ?? group) === group, `a call was rejected with ${String(error)}`);
		}
	}

	started(call: QueuedCall): StartedCall {
		this.checkProgress();
		const { queueKey, isRetry = false, priority = false, order, deadline, signal, limits } = call;
		this.queue.delete(call);
		const { steps: step } = this.clock;
		this.lastStartAt = this.clock.now();
		const others = [...this.queue].filter((one) => one.step < step);
		const limitsInForce = [...new Set([queueKey, ...others.map((one) => one.queueKey)])].map((one) => this.limitsOf(one));

		this.check(!this.abortedSignals.has(signal), 'a canceled call was started');
		this.check(this.longPause?.step === step || !this.isInLongPause(call), 'a call of an earlier execution was started in a long pause');
		this.check(this.clock.now() <= deadline + SLICE_MS, 'a call was started after its deadline');
		this.check(priority || !others.some((one) => one.priority), 'a call was started ahead of a priority call');
		const ahead = others.filter((one) => one.queueKey === queueKey && (one.isRetry === isRetry ? one.order < order : one.isRetry));
		this.check(ahead.length === 0, 'the calls of a queue key were started out of order');

		const started: StartedCall = { limits, order: this.startedCalls.length, step, startedOnArrival: call.step === step, allowed: strictest(limitsInForce) };
		const previous = this.latestStart.get(queueKey);
		// A key with a call queued in this step may have had its turn already.
		const uncertain = new Set([...this.queue].filter((one) => one.step === step).map((one) => one.queueKey));
		const starving = others.filter(
			(one) =>
				previous && (one.priority ?? false) === priority && one.step < previous.step &&
				!mayBeLater(this.latestStart.get(one.queueKey), previous) && !uncertain.has(one.queueKey),
		);
		this.check(starving.length === 0, 'a queue key had two turns while another one had none');
		if (started.startedOnArrival) started.allowed = loosest([started, ...this.startedCalls.filter((one) => one.step === step)].map(({ allowed }) => allowed));
		const { maxConcurrent } = started.allowed;
		this.check(this.running.size < maxConcurrent, `${this.running.size + 1} concurrent calls, ${maxConcurrent} allowed`);

		this.startedCalls.push(started);
		this.running.add(started);
		this.latestStart.set(queueKey, started);
		return started;
	}

	arrived(call: StartedCall): void {
		call.arrival = this.clock.now();
		this.lastAt = this.clock.now();
	}

	ended(call: StartedCall, untrackedMs = 0): void {
		this.checkProgress();
		this.running.delete(call);
		this.slots.push(this.clock.now() + HOLD_MS + untrackedMs);
		this.lastAt = this.clock.now();
	}

	/** A call has settled, with or without an error. */
	settled(): void {
		this.settledCount++;
		this.lastAt = this.clock.now();
	}

	/** The scenario is over. */
	finished(calls: number): void {
		this.checkProgress();
		this.check(this.settledCount === calls, `${calls - this.settledCount} calls never settled`);
		this.check(this.queue.size === 0 && this.running.size === 0, 'calls are still queued or running');
		for (const one of this.startedCalls) {
			const most = this.mostInWindow(one);
			this.check(most <= one.allowed.maxCalls, `${most} calls in a window, ${one.allowed.maxCalls} allowed`);
		}
	}

	/** The most arrivals in any window that contains this call's, counting calls started up to this one. */
	private mostInWindow({ arrival, order }: StartedCall): number {
		if (arrival === undefined) return 0;
		const near = this.startedCalls
			.filter((one) => one.order <= order && Math.abs((one.arrival ?? Infinity) - arrival) <= this.windowMs)
			.map((one) => one.arrival as number);
		const inWindowFrom = (from: number) => near.filter((at) => at >= from && at <= from + this.windowMs).length;
		return Math.max(...near.filter((from) => from <= arrival).map(inWindowFrom));
	}

	/** The loosest limits that may have applied to a queue key in this step. */
	private limitsOf(queueKey: unknown): CallLimits {
		const calls = this.callsByKey.get(queueKey) ?? [];
		const since = calls.findLastIndex(({ step, rejectedOnArrival }) => step < this.clock.steps && !rejectedOnArrival);
		return loosest(calls.slice(Math.max(0, since)).map(({ limits }) => limits));
	}

	private check(holds: boolean, violation: string): void {
		if (!holds) this.violations.push(`${violation} (${this.clock.now()} ms)`);
	}
}

const strictest = (all: CallLimits[]): CallLimits => ({
	maxCalls: Math.min(...all.map(({ maxCalls }) => maxCalls)),
	maxConcurrent: Math.min(...all.map(({ maxConcurrent }) => maxConcurrent)),
});

const loosest = (all: CallLimits[]): CallLimits => ({
	maxCalls: Math.max(...all.map(({ maxCalls }) => maxCalls)),
	maxConcurrent: Math.max(...all.map(({ maxConcurrent }) => maxConcurrent)),
});

/** Whether `one` is `other`, or started or may have started after it. */
const mayBeLater = (one: StartedCall | undefined, other: StartedCall) =>
	one !== undefined && (one.order >= other.order || (other.startedOnArrival && one.step === other.step));
