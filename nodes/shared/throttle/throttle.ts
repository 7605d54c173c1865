import { sleep } from 'n8n-workflow';

import type { RateLimit, AcquireOptions, QueueEntry } from './fairQueue';
import { FairQueue } from './fairQueue';
import { Fifo } from './fifo';

/**
 * When a call may start.
 *
 * A call takes a slot when it starts and gives it back one full window after it ended. Its arrival
 * at the service lies between the two, so no window at the service, sliding or fixed, ever holds
 * more calls than allowed, whatever the network's delays.
 */

/** Thrown to every waiting call of a stopped execution. */
export class CanceledError extends Error {}

/** Thrown to a call that would have to wait longer than its patience, or sit out too long a pause. */
export class AcquireTimeoutError extends Error {
	constructor(
		/** Time until the call could start, in ms: Infinity, where the service said so. */
		readonly waitMs: number,
	) {
		super('too soon');
	}
}

export interface Clock {
	/** Milliseconds that only ever grow. */
	now(): number;
	sleep(ms: number): Promise<void>;
}

const systemClock: Clock = { now: () => performance.now(), sleep };

/** Sleeps are cut in slices: n8n offers no timer that can be ended early. */
const SLICE_MS = 500;
const REPORT_EVERY_MS = 10_000;
/** Held a little longer than the window, since the service's clock is not ours. */
const slotHoldMs = (windowMs: number) => windowMs * 1.001 + 5;

/**
 * The longest time for which a refusal pauses an account, in ms: no answer can freeze it.
 * @returns 15 minutes, or three windows where these are longer
 */
export const pauseCapMs = ({ windowMs }: Pick<RateLimit, 'windowMs'>): number => Math.max(15 * 60_000, 3 * windowMs);

/** How a connection that meets refusals spaces its calls: half a pace apart at first, half as much again with each. */
const SPACING = { first: 0.5, longer: 1.5, shorter: 0.98, none: 0.02, mostOfWindow: 1 / 20 };
/** A wait that is longer than this part of the window is told by services whose window is full. */
const LONG_WAIT = 1 / 20;
/** Processes that shared a full window look for more room at moments so far apart, as a part of the window. */
const LOOK_WITHIN = 0.1;
/** One call at a time looks for that room for so long, as a part of the window; whoever is not refused by then is alone. */
const LOOK_FOR = 0.15;

interface Slot {
	freeAt: number;
	refused: boolean;
}

/** The one limiter of a connection. */
export class Throttle {
	private readonly queue = new FairQueue();
	private running = 0;
	/** Slots of ended calls that are not free yet, earliest first. */
	private readonly cooling = new Fifo<Slot>();
	private pausedUntil = 0;
	/** A refusal that asked for more than the longest pause: executions that began before it are not served until then. */
	private longPause?: { at: number; until: number };
	private refusalsInARow = 0;
	private lastRetryAfterMs?: number;
	/** How many calls this process had in the window when the service's window was full. */
	private share = Infinity;
	/** Until then it keeps to its share. */
	private shareUntil = -Infinity;
	/** Time to keep between two calls, in ms: 0 while nothing stands against it. */
	private gap = 0;
	/** Until then, about a window after the last refusal, calls beyond the share and calls that keep a gap go one by one. */
	private cautiousUntil = -Infinity;
	private startedAt = -Infinity;
	private endedAt = -Infinity;
	/** When the next look for calls that are due takes place. */
	private wakesAt = Infinity;
	private reportedAt = -Infinity;
	/** When the service last took a call instead of refusing it. */
	lastAcceptedAt = -Infinity;

	constructor(private readonly clock: Clock = systemClock) {}

	/**
	 * Waits until a call may start. Every started call must be ended by `leave`.
	 * @throws {CanceledError} once the turn's signal is aborted
	 * @throws {AcquireTimeoutError} as soon as it is certain that the wait outlasts the turn's patience, or a pause what the turn
	 * sits out; and where its execution began before a refusal that asked for more than the longest pause
	 * @throws the reason given to `dismiss`
	 */
	acquire(turn: AcquireOptions): Promise<void> {
		// One promise for each waiting call and no more: there may be many thousands.
		return new Promise((start, reject) => {
			const { queueKey, signal, limits, priority, isRetry = false, timeoutMs = Infinity } = turn;
			if (signal?.aborted) throw new CanceledError();
			// One look at the clock for all that follows: a call that need not wait is to cost next to nothing.
			const now = this.clock.now();
			const pausedMs = this.intolerablePauseMs(turn, now);
			if (pausedMs > 0) throw new AcquireTimeoutError(pausedMs);
			if (timeoutMs < Infinity) {
				const ahead = priority || isRetry ? 0 : this.queue.countAhead(queueKey);
				const waitMs = this.msUntilNextStart(limits) + Math.floor(ahead / limits.maxCalls) * slotHoldMs(limits.windowMs);
				if (waitMs > timeoutMs) throw new AcquireTimeoutError(waitMs);
			}
			// With nobody ahead there is no line to stand in.
			if (this.queue.size === 0 && this.msUntilSlot(limits, now) === 0) {
				this.start(start, now);
				return;
			}
			const waiting: QueueEntry = { start, reject, options: undefined };
			if (isRetry) waiting.isRetry = true;
			if (timeoutMs < Infinity) waiting.deadline = now + timeoutMs;
			this.queue.enqueue(turn, waiting, (aborted) => this.cancelQueued(queueKey, aborted));
			this.startDue();
		});
	}

	/**
	 * Ends a call.
	 * @param refused whether the service turned it away as too many
	 * @param unseenMs how much longer the call may go on unseen, for calls that n8n makes itself
	 */
	release({ maxCalls, windowMs }: RateLimit, refused = false, unseenMs = 0): void {
		this.running--;
		const now = this.clock.now();
		this.endedAt = now;
		// A call that did not reach the service, or whose end nobody sees, tells nothing about it.
		if (!refused && windowMs > 0 && unseenMs === 0) {
			this.refusalsInARow = 0;
			this.longPause = undefined;
			this.lastAcceptedAt = now;
			this.gap = this.gap > SPACING.none * (windowMs / maxCalls) ? this.gap * SPACING.shorter : 0;
		}
		// Where one call fills the window, a service that says when it is free again is taken at its word, once.
		const told = refused && maxCalls === 1 && this.refusalsInARow === 1 ? this.lastRetryAfterMs : undefined;
		// A call that never reached the service has no window; for others the longest of those that wait holds.
		const longest = windowMs && Math.max(windowMs, this.queue.strictest.windowMs);
		const freeAt = now + (told ?? slotHoldMs(longest)) + unseenMs;
		this.cooling.insert({ freeAt, refused }, (slot) => slot.freeAt > freeAt);
		if (!refused) this.share = Math.max(this.share, this.heldSlots);
		this.startDue();
	}

	/**
	 * Pauses the whole connection after a refusal, and ends the waiting calls that do not sit out so long a pause.
	 *
	 * With other processes on the account, a call is refused because the service's window is full, or
	 * because too many run at once, and the service seldom says which. A single refusal inside the own
	 * share is taken for the latter: the calls go on one by one and further apart, until the processes
	 * miss each other. Another one right after it, or one of a call beyond the share, means a full window.
	 *
	 * A service that asks for more than the longest pause is not waited for: what waits now ends, and so does what
	 * executions that began before it still ask for. Later ones may try, since no answer can freeze an account.
	 * @param retryAfterMs what the service asked for
	 * @returns the length of the pause in ms: 0 after such a refusal
	 */
	pause(limits: RateLimit, retryAfterMs?: number): number {
		const { maxCalls, windowMs } = limits;
		this.dropFreedSlots(this.clock.now());
		const longest = pauseCapMs(limits);
		if (retryAfterMs !== undefined && retryAfterMs > longest) return this.rejectAll(retryAfterMs);
		const again = this.refusalsInARow++ > 0;
		const isLong = retryAfterMs !== undefined && retryAfterMs > windowMs * LONG_WAIT;
		const isFull = maxCalls === 1 || again || isLong || this.heldSlots >= this.share;
		this.lastRetryAfterMs = retryAfterMs;
		const pause = isFull ? this.keepToShare(limits, retryAfterMs) : this.spaceOut(limits, retryAfterMs);
		const now = this.clock.now();
		this.pausedUntil = Math.max(this.pausedUntil, now + Math.min(pause, longest));
		const left = this.pausedUntil - now;
		rejectEntries(this.queue.removeImpatient(left), new AcquireTimeoutError(left));
		return left;
	}

	/** Ends all waiting calls, without a pause for those to come. */
	private rejectAll(retryAfterMs: number): number {
		const at = this.clock.now();
		this.longPause = { at, until: at + retryAfterMs };
		this.lastRetryAfterMs = undefined;
		rejectEntries(this.queue.removeWhere(() => true), new AcquireTimeoutError(retryAfterMs));
		return 0;
	}

	/** Time for which a turn would have to wait after a refusal, in ms: 0 where it sits that out. */
	private intolerablePauseMs({ executionStartedAt = Infinity, maxPauseMs = Infinity }: AcquireOptions, now: number): number {
		if (this.longPause && executionStartedAt < this.longPause.at && now < this.longPause.until) return this.longPause.until - now;
		const left = this.pausedUntil - now;
		return left > maxPauseMs ? left : 0;
	}

	/**
	 * What this process has in the full window is its share: used again as its own slots free, it takes
	 * nothing from the others. When all have come round, one try finds out whether there is more room.
	 * @returns the wait for the oldest accepted call's slot; without one, a little longer each time (a
	 * whole window, where one call fills it)
	 */
	private keepToShare({ maxCalls, windowMs }: RateLimit, retryAfterMs?: number): number {
		const now = this.clock.now();
		const pace = windowMs / maxCalls;
		const first = maxCalls === 1 ? windowMs : pace / 4;
		const patience = Math.min(windowMs, first * 2 ** Math.min(this.refusalsInARow - 1, 20));
		const own = this.cooling.toArray().filter(({ refused }) => !refused);
		this.share = own.length + this.running;
		this.shareUntil = (own.at(-1)?.freeAt ?? now + patience) + Math.random() * LOOK_WITHIN * windowMs;
		this.cautiousUntil = this.shareUntil + LOOK_FOR * windowMs;
		if (retryAfterMs === undefined && own.length > 0) return own[0].freeAt - now;
		// All are told the same moment, but must not come back together.
		return (retryAfterMs ?? patience) + Math.random() * Math.min(pace, windowMs / 60);
	}

	/** @returns a wait that lets the other processes' calls pass */
	private spaceOut({ maxCalls, windowMs }: RateLimit, retryAfterMs?: number): number {
		this.cautiousUntil = Math.max(this.cautiousUntil, this.clock.now() + windowMs);
		const longer = Math.max(this.gap * SPACING.longer, SPACING.first * (windowMs / maxCalls));
		this.gap = Math.min(longer, windowMs * SPACING.mostOfWindow);
		return (retryAfterMs ?? this.gap / 2) + Math.random() * this.gap;
	}

	/** Slots that are taken: by calls that run, or that are still in the window. */
	private get heldSlots(): number {
		return this.running + this.cooling.length;
	}

	/**
	 * Time until the last of so many calls could start, in ms. Running calls may make it longer.
	 * @param more how many calls are to come
	 */
	estimateWaitMs(limits: RateLimit, more = 1): number {
		const ahead = this.queue.size + more - 1;
		return this.msUntilNextStart(limits) + Math.floor(ahead / limits.maxCalls) * slotHoldMs(limits.windowMs);
	}

	/** Time until the next call of all could start, in ms: a running one is taken to end at once. */
	private msUntilNextStart(limits: RateLimit): number {
		const wait = this.msUntilSlot(limits);
		const now = this.clock.now();
		// A share ends: then there is room, whatever is held.
		const isShared = now < this.shareUntil && this.heldSlots < limits.maxCalls;
		if (wait < Infinity) return isShared ? Math.min(wait, Math.max(this.pausedUntil, this.shareUntil) - now) : wait;
		return Math.max(this.pausedUntil - this.clock.now(), this.heldSlots >= limits.maxCalls ? slotHoldMs(limits.windowMs) : 0);
	}

	/**
	 * Ends waiting calls of a line with a reason.
	 * @param belongs tells by its group whether a call is one of them; without it, all are
	 */
	rejectQueued(key: unknown, reason: Error, belongs: (group: unknown) => boolean = () => true): void {
		rejectEntries(this.queue.remove(key, ({ group }) => belongs(group)), reason);
		this.startDue();
	}

	private cancelQueued(key: unknown, aborted: AbortSignal): void {
		rejectEntries(this.queue.remove(key, ({ signal }) => signal === aborted), new CanceledError());
		this.startDue();
	}

	/** Whether nothing runs, waits or cools: the connection can be forgotten. */
	get isIdle(): boolean {
		const now = this.clock.now();
		this.dropFreedSlots(now);
		const paused = this.pausedUntil > now;
		return this.queue.size === 0 && this.running === 0 && this.cooling.length === 0 && !paused;
	}

	private dropFreedSlots(now: number): void {
		for (let first = this.cooling.at(0); first && first.freeAt <= now; first = this.cooling.at(0)) this.cooling.shift();
	}

	/** Starts every call whose time has come, then sleeps until the next one's. */
	private startDue(): void {
		while (this.queue.size > 0) {
			const limits = this.queue.strictest;
			const now = this.clock.now();
			const wait = this.msUntilSlot(limits, now);
			if (wait === 0) {
				this.start(this.queue.dequeue().start, now);
			} else if (!this.expire(this.msUntilNextStart(limits))) {
				// With no slot cooling, the end of a running call brings us back here, or that of somebody's patience.
				const ruleEnds = now < this.shareUntil ? this.shareUntil : now < this.cautiousUntil ? this.cautiousUntil : Infinity;
				const at = Math.min(now + wait, this.queue.earliestDeadline, ruleEnds);
				this.reportWait(now);
				if (at < this.wakesAt) void this.wakeUpAt(at);
				return;
			}
		}
	}

	private start(start: () => void, now: number): void {
		this.running++;
		this.startedAt = now;
		start();
	}

	private msUntilSlot({ maxCalls, windowMs, maxConcurrent }: RateLimit, now = this.clock.now()): number {
		this.dropFreedSlots(now);
		const careful = now < this.cautiousUntil;
		const oneByOne = careful && (this.gap > 0 || this.heldSlots >= this.share);
		if (this.running >= (oneByOne ? 1 : maxConcurrent)) return Infinity;
		// Later a gap is one between starts, and no longer than the first one: it costs nothing where answers are slow.
		const gapEnd = careful ? this.endedAt + this.gap : this.startedAt + Math.min(this.gap, SPACING.first * (windowMs / maxCalls));
		const pause = Math.max(0, this.pausedUntil - now, gapEnd - now);
		const tooMany = this.heldSlots - (now < this.shareUntil ? Math.min(maxCalls, this.share) : maxCalls);
		if (tooMany < 0) return pause;
		const free = this.cooling.at(tooMany);
		return free ? Math.max(pause, free.freeAt - now) : Infinity;
	}

	/**
	 * Ends the waiting calls whose patience ends before any may start.
	 * @returns whether there were any
	 */
	private expire(waitMs: number): boolean {
		const leaving = this.queue.removeExpired(this.clock.now() + waitMs);
		// An error costs more than all the rest of a start.
		if (leaving.length > 0) rejectEntries(leaving, new AcquireTimeoutError(waitMs));
		return leaving.length > 0;
	}

	private async wakeUpAt(at: number): Promise<void> {
		this.wakesAt = at;
		do {
			await this.clock.sleep(Math.min(at - this.clock.now(), SLICE_MS));
			this.reportWait(this.clock.now());
			// Another one may have taken its place, that wakes earlier.
		} while (this.wakesAt === at && this.queue.size > 0 && this.clock.now() < at);
		if (this.wakesAt !== at) return;
		this.wakesAt = Infinity;
		this.startDue();
	}

	private reportWait(now: number): void {
		if (now - this.reportedAt < REPORT_EVERY_MS || this.queue.size === 0) return;
		const forMs = this.msUntilSlot(this.queue.strictest);
		if (forMs < SLICE_MS || forMs === Infinity) return;
		this.reportedAt = now;
		this.queue.reportWait(forMs, this.estimateWaitMs(this.queue.strictest, 0));
	}
}

function rejectEntries(calls: QueueEntry[], reason: Error): void {
	for (const { reject } of calls) reject(reason);
}

const throttles = new Map<string, Throttle>();
/** When idle limiters are looked for again. */
let sweepAt = -Infinity;

/**
 * The limiter of a connection, shared by all that use it in this process.
 * @param account says which service account, without holding its key in the clear
 */
export function throttleFor(account: string): Throttle {
	const now = performance.now();
	if (now >= sweepAt) {
		for (const [known, throttle] of throttles) {
			if (known !== account && throttle.isIdle) throttles.delete(known);
		}
		// One look for each millisecond at most, however many there are.
		sweepAt = now + throttles.size;
	}
	const throttle = throttles.get(account) ?? new Throttle();
	throttles.set(account, throttle);
	return throttle;
}
