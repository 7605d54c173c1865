/** The throttle of one service account: queues calls and starts them when a slot is free. */

import type { Clock } from './clock';
import { systemClock } from './clock';
import { AcquireTimeoutError, CanceledError } from './errors';
import type { QueueEntry } from './fairQueue';
import { FairQueue } from './fairQueue';
import type { AcquireOptions, RateLimit } from './options';
import { pauseCapMs, slotHoldMs } from './options';
import { Sharing } from './sharing';
import { Slots } from './slots';

/** Sleeps are cut into slices of this length in ms: n8n offers no timer that can be ended early. */
const SLICE_MS = 500;
const REPORT_EVERY_MS = 10_000;

/**
 * Decides when a call to a service account may start.
 *
 * A call takes a slot when it starts and gives it back one full window after it ended. It arrives at the service
 * between the two, so no window at the service, sliding or fixed, ever holds more calls than allowed, whatever
 * the network's delays.
 * @example
 * await throttle.acquire({ queueKey: executionId, limits, timeoutMs: 10_000 });
 * try { await call(); } finally { throttle.release(limits); }
 */
export class Throttle {
	/** When the service last accepted a call. */
	lastAcceptedAt = -Infinity;
	private readonly queue = new FairQueue();
	private readonly slots = new Slots();
	private readonly sharing = new Sharing();
	private pausedUntil = 0;
	/** A refusal that asked for more than the longest pause: executions that began before it are not served until then. */
	private longPause?: { at: number; until: number };
	private startedAt = -Infinity;
	private endedAt = -Infinity;
	/** When the queue is looked at next. */
	private wakesAt = Infinity;
	private reportedAt = -Infinity;

	constructor(private readonly clock: Clock = systemClock) {}

	/**
	 * Waits until a call may start. Every started call must end with `release`.
	 * @throws {CanceledError} once the signal is aborted
	 * @throws {AcquireTimeoutError} as soon as the wait is certain to exceed `timeoutMs`, or a pause `maxPauseMs`; and if
	 * the execution began before a refusal that asked for more than the longest pause
	 * @throws the reason given to `rejectQueued`
	 */
	acquire(options: AcquireOptions): Promise<void> {
		// One promise for each queued call and no more: there may be many thousands.
		return new Promise((start, reject) => {
			const { queueKey, signal, limits, priority, isRetry = false, timeoutMs = Infinity } = options;
			if (signal?.aborted) throw new CanceledError();
			// The clock is read once: a call that need not wait must cost next to nothing.
			const now = this.clock.now();
			const pauseMs = this.intolerablePauseMs(options, now);
			if (pauseMs > 0) throw new AcquireTimeoutError(pauseMs);
			if (timeoutMs < Infinity) {
				const ahead = priority || isRetry ? 0 : this.queue.countAhead(queueKey);
				const waitMs = this.msUntilNextStart(limits) + Math.floor(ahead / limits.maxCalls) * slotHoldMs(limits.windowMs);
				if (waitMs > timeoutMs) throw new AcquireTimeoutError(waitMs);
			}
			// Fast path: nothing is queued.
			if (this.queue.size === 0 && this.msUntilSlot(limits, now) === 0) {
				this.start(start, now);
				return;
			}
			const entry: QueueEntry = { start, reject, options: undefined };
			if (isRetry) entry.isRetry = true;
			if (timeoutMs < Infinity) entry.deadline = now + timeoutMs;
			this.queue.enqueue(options, entry, (aborted) => this.cancelQueued(queueKey, aborted));
			this.startDue();
		});
	}

	/**
	 * Ends a call.
	 * @param refused whether the service refused it as too many
	 * @param unseenMs how much longer it may go on unseen, in ms, for calls that n8n makes itself
	 */
	release(limits: RateLimit, refused = false, unseenMs = 0): void {
		const { windowMs } = limits;
		const now = this.clock.now();
		this.endedAt = now;
		// A call that did not reach the service, or whose end nobody sees, says nothing about it.
		if (!refused && windowMs > 0 && unseenMs === 0) {
			this.longPause = undefined;
			this.lastAcceptedAt = now;
			this.sharing.callAccepted(limits);
		}
		// A call that never reached the service has no window. For others the longest window of those queued applies.
		const maxWindowMs = windowMs && Math.max(windowMs, this.queue.strictest.windowMs);
		const holdMs = (refused ? this.sharing.trustedRetryAfterMs(limits) : undefined) ?? slotHoldMs(maxWindowMs);
		this.slots.release(now + holdMs + unseenMs, refused);
		if (!refused) this.sharing.growShare(this.slots.held);
		this.startDue();
	}

	/**
	 * Pauses the account after a refusal, and ends the queued calls that do not sit out so long a pause.
	 *
	 * If the service asks for more than the longest pause, nobody waits for it: queued calls end now, and so do those that
	 * executions begun before it still ask for. Later executions may try, since no response can freeze an account.
	 * @param retryAfterMs what the service asked for
	 * @returns the length of the pause in ms; 0 after a refusal that asked for more than the longest pause
	 */
	pause(limits: RateLimit, retryAfterMs?: number): number {
		const now = this.clock.now();
		this.slots.dropFreed(now);
		const capMs = pauseCapMs(limits);
		if (retryAfterMs !== undefined && retryAfterMs > capMs) return this.rejectAll(retryAfterMs, now);
		const pauseMs = this.sharing.callRefused(limits, this.slots, now, retryAfterMs);
		this.pausedUntil = Math.max(this.pausedUntil, now + Math.min(pauseMs, capMs));
		const leftMs = this.pausedUntil - now;
		rejectEntries(this.queue.removeByMaxPause(leftMs), new AcquireTimeoutError(leftMs));
		return leftMs;
	}

	/**
	 * Estimates the time in ms until the last of so many further calls could start. Running calls may make it longer.
	 * @param more how many calls are to come
	 */
	estimateWaitMs(limits: RateLimit, more = 1): number {
		const ahead = this.queue.size + more - 1;
		return this.msUntilNextStart(limits) + Math.floor(ahead / limits.maxCalls) * slotHoldMs(limits.windowMs);
	}

	/**
	 * Rejects queued calls with a reason.
	 * @param isAffected decides by the call's `group`; by default all calls of the key are rejected
	 */
	rejectQueued(queueKey: unknown, reason: Error, isAffected: (group: unknown) => boolean = () => true): void {
		rejectEntries(this.queue.remove(queueKey, ({ group }) => isAffected(group)), reason);
		this.startDue();
	}

	/** Whether nothing runs, is queued or cools, so that the throttle can be forgotten. */
	get isIdle(): boolean {
		const now = this.clock.now();
		this.slots.dropFreed(now);
		return this.queue.size === 0 && this.slots.held === 0 && this.pausedUntil <= now;
	}

	/** Ends all queued calls, without a pause for those to come. */
	private rejectAll(retryAfterMs: number, now: number): number {
		this.longPause = { at: now, until: now + retryAfterMs };
		this.sharing.forgetRetryAfter();
		rejectEntries(this.queue.removeWhere(() => true), new AcquireTimeoutError(retryAfterMs));
		return 0;
	}

	/** Time in ms for which a call would have to sit out a pause that is too long for it; 0 if it need not. */
	private intolerablePauseMs({ executionStartedAt = Infinity, maxPauseMs = Infinity }: AcquireOptions, now: number): number {
		if (this.longPause && executionStartedAt < this.longPause.at && now < this.longPause.until) return this.longPause.until - now;
		const leftMs = this.pausedUntil - now;
		return leftMs > maxPauseMs ? leftMs : 0;
	}

	private cancelQueued(queueKey: unknown, aborted: AbortSignal): void {
		rejectEntries(this.queue.remove(queueKey, ({ signal }) => signal === aborted), new CanceledError());
		this.startDue();
	}

	/** Starts every call whose time has come, then sleeps until the next one's. */
	private startDue(): void {
		while (this.queue.size > 0) {
			const limits = this.queue.strictest;
			const now = this.clock.now();
			const waitMs = this.msUntilSlot(limits, now);
			if (waitMs === 0) {
				this.start(this.queue.dequeue().start, now);
			} else if (!this.expire(this.msUntilNextStart(limits))) {
				// If no slot is cooling, the end of a running call or the earliest deadline brings us back here.
				const at = Math.min(now + waitMs, this.queue.earliestDeadline, this.sharing.nextChange(now));
				this.reportWait(now);
				if (at < this.wakesAt) void this.wakeUpAt(at);
				return;
			}
		}
	}

	private start(start: () => void, now: number): void {
		this.slots.running++;
		this.startedAt = now;
		start();
	}

	/** Time in ms until the next call of all could start: a running one is assumed to end at once. */
	private msUntilNextStart(limits: RateLimit): number {
		const waitMs = this.msUntilSlot(limits);
		const now = this.clock.now();
		const { shareUntil } = this.sharing;
		const { held } = this.slots;
		// A share ends: then there is room, whatever is held.
		const isShared = now < shareUntil && held < limits.maxCalls;
		if (waitMs < Infinity) return isShared ? Math.min(waitMs, Math.max(this.pausedUntil, shareUntil) - now) : waitMs;
		return Math.max(this.pausedUntil - now, held >= limits.maxCalls ? slotHoldMs(limits.windowMs) : 0);
	}

	/** Time in ms until a slot is free; Infinity while only the end of a running call can free one. */
	private msUntilSlot(limits: RateLimit, now = this.clock.now()): number {
		const { slots, sharing } = this;
		slots.dropFreed(now);
		const { held, running } = slots;
		if (running >= sharing.maxConcurrent(limits, held, now)) return Infinity;
		const pauseMs = Math.max(0, this.pausedUntil - now, sharing.gapEnd(limits, now, this.startedAt, this.endedAt) - now);
		const tooMany = held - sharing.maxHeld(limits, now);
		if (tooMany < 0) return pauseMs;
		const freeAt = slots.freeAt(tooMany);
		return freeAt === undefined ? Infinity : Math.max(pauseMs, freeAt - now);
	}

	/**
	 * Ends the queued calls whose deadline passes before any may start.
	 * @returns whether there were any
	 */
	private expire(waitMs: number): boolean {
		const expired = this.queue.removeExpired(this.clock.now() + waitMs);
		// Creating an error costs more than all the rest of a start.
		if (expired.length > 0) rejectEntries(expired, new AcquireTimeoutError(waitMs));
		return expired.length > 0;
	}

	private async wakeUpAt(at: number): Promise<void> {
		this.wakesAt = at;
		do {
			await this.clock.sleep(Math.min(at - this.clock.now(), SLICE_MS));
			this.reportWait(this.clock.now());
			// Another sleeper that wakes earlier may have taken its place.
		} while (this.wakesAt === at && this.queue.size > 0 && this.clock.now() < at);
		if (this.wakesAt !== at) return;
		this.wakesAt = Infinity;
		this.startDue();
	}

	private reportWait(now: number): void {
		if (now - this.reportedAt < REPORT_EVERY_MS || this.queue.size === 0) return;
		const waitMs = this.msUntilSlot(this.queue.strictest);
		if (waitMs < SLICE_MS || waitMs === Infinity) return;
		this.reportedAt = now;
		this.queue.reportWait(waitMs, this.estimateWaitMs(this.queue.strictest, 0));
	}
}

function rejectEntries(entries: QueueEntry[], reason: Error): void {
	for (const { reject } of entries) reject(reason);
}
