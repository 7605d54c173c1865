import { sleep } from 'n8n-workflow';

import type { Limits, Turn, Waiting } from './lines';
import { Lines } from './lines';
import { Queue } from './queue';

/**
 * When a call may start.
 *
 * A call takes a slot when it starts and gives it back one full window after it ended. Its arrival
 * at the service lies between the two, so no window at the service, sliding or fixed, ever holds
 * more calls than allowed, whatever the network's delays.
 */

/** Thrown to every waiting call of a stopped execution. */
export class Canceled extends Error {}

/** Thrown to a call that would have to wait longer than its patience, or sit out too long a pause. */
export class TooSoon extends Error {
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

const machine: Clock = { now: () => performance.now(), sleep };

/** Sleeps are cut in slices: n8n offers no timer that can be ended early. */
const SLICE_MS = 500;
const TELL_EVERY_MS = 10_000;
/** Held a little longer than the window, since the service's clock is not ours. */
const holdFor = (windowMs: number) => windowMs * 1.001 + 5;

/**
 * The longest time for which a refusal pauses an account, in ms: no answer can freeze it.
 * @returns 15 minutes, or three windows where these are longer
 */
export const longestPauseMs = ({ windowMs }: Pick<Limits, 'windowMs'>): number => Math.max(15 * 60_000, 3 * windowMs);

/** How a connection that meets refusals spaces its calls: half a pace apart at first, half as much again with each. */
const GAP = { first: 0.5, longer: 1.5, shorter: 0.98, none: 0.02, mostOfWindow: 1 / 20 };
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
	private readonly lines = new Lines();
	private running = 0;
	/** Slots of ended calls that are not free yet, earliest first. */
	private readonly cooling = new Queue<Slot>();
	private pausedUntil = 0;
	/** A refusal that asked for more than the longest pause: executions that began before it are not served until then. */
	private longPause?: { at: number; until: number };
	private refusalsInARow = 0;
	private toldToWaitMs?: number;
	/** How many calls this process had in the window when the service's window was full. */
	private share = Infinity;
	/** Until then it keeps to its share. */
	private shareUntil = -Infinity;
	/** Time to keep between two calls, in ms: 0 while nothing stands against it. */
	private gap = 0;
	/** Until then, about a window after the last refusal, calls beyond the share and calls that keep a gap go one by one. */
	private carefulUntil = -Infinity;
	private startedAt = -Infinity;
	private endedAt = -Infinity;
	/** When the next look for calls that are due takes place. */
	private wakesAt = Infinity;
	private toldAt = -Infinity;
	/** When the service last took a call instead of refusing it. */
	answeredAt = -Infinity;

	constructor(private readonly clock: Clock = machine) {}

	/**
	 * Waits until a call may start. Every started call must be ended by `leave`.
	 * @throws {Canceled} once the turn's signal is aborted
	 * @throws {TooSoon} as soon as it is certain that the wait outlasts the turn's patience, or a pause what the turn
	 * sits out; and where its execution began before a refusal that asked for more than the longest pause
	 * @throws the reason given to `dismiss`
	 */
	enter(turn: Turn): Promise<void> {
		// One promise for each waiting call and no more: there may be many thousands.
		return new Promise((start, refuse) => {
			const { line, signal, limits, urgent, again = false, patienceMs = Infinity } = turn;
			if (signal?.aborted) throw new Canceled();
			// One look at the clock for all that follows: a call that need not wait is to cost next to nothing.
			const now = this.clock.now();
			const pausedMs = this.pausedMs(turn, now);
			if (pausedMs > 0) throw new TooSoon(pausedMs);
			if (patienceMs < Infinity) {
				const ahead = urgent || again ? 0 : this.lines.ahead(line);
				const waitMs = this.nextStart(limits) + Math.floor(ahead / limits.calls) * holdFor(limits.windowMs);
				if (waitMs > patienceMs) throw new TooSoon(waitMs);
			}
			// With nobody ahead there is no line to stand in.
			if (this.lines.calls === 0 && this.waitFor(limits, now) === 0) {
				this.begin(start, now);
				return;
			}
			const waiting: Waiting = { start, refuse, ties: undefined };
			if (again) waiting.again = true;
			if (patienceMs < Infinity) waiting.until = now + patienceMs;
			this.lines.add(turn, waiting, (aborted) => this.cancel(line, aborted));
			this.startDue();
		});
	}

	/**
	 * Ends a call.
	 * @param refused whether the service turned it away as too many
	 * @param unseenMs how much longer the call may go on unseen, for calls that n8n makes itself
	 */
	leave({ calls, windowMs }: Limits, refused = false, unseenMs = 0): void {
		this.running--;
		const now = this.clock.now();
		this.endedAt = now;
		// A call that did not reach the service, or whose end nobody sees, tells nothing about it.
		if (!refused && windowMs > 0 && unseenMs === 0) {
			this.refusalsInARow = 0;
			this.longPause = undefined;
			this.answeredAt = now;
			this.gap = this.gap > GAP.none * (windowMs / calls) ? this.gap * GAP.shorter : 0;
		}
		// Where one call fills the window, a service that says when it is free again is taken at its word, once.
		const told = refused && calls === 1 && this.refusalsInARow === 1 ? this.toldToWaitMs : undefined;
		// A call that never reached the service has no window; for others the longest of those that wait holds.
		const longest = windowMs && Math.max(windowMs, this.lines.strictest.windowMs);
		const freeAt = now + (told ?? holdFor(longest)) + unseenMs;
		this.cooling.insert({ freeAt, refused }, (slot) => slot.freeAt > freeAt);
		if (!refused) this.share = Math.max(this.share, this.held);
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
	pause(limits: Limits, retryAfterMs?: number): number {
		const { calls, windowMs } = limits;
		this.freeSlots(this.clock.now());
		const longest = longestPauseMs(limits);
		if (retryAfterMs !== undefined && retryAfterMs > longest) return this.stopAll(retryAfterMs);
		const again = this.refusalsInARow++ > 0;
		const isLong = retryAfterMs !== undefined && retryAfterMs > windowMs * LONG_WAIT;
		const isFull = calls === 1 || again || isLong || this.held >= this.share;
		this.toldToWaitMs = retryAfterMs;
		const pause = isFull ? this.keepToShare(limits, retryAfterMs) : this.moveApart(limits, retryAfterMs);
		const now = this.clock.now();
		this.pausedUntil = Math.max(this.pausedUntil, now + Math.min(pause, longest));
		const left = this.pausedUntil - now;
		end(this.lines.takeHurried(left), new TooSoon(left));
		return left;
	}

	/** Ends all waiting calls, without a pause for those to come. */
	private stopAll(retryAfterMs: number): number {
		const at = this.clock.now();
		this.longPause = { at, until: at + retryAfterMs };
		this.toldToWaitMs = undefined;
		end(this.lines.takeFromAll(() => true), new TooSoon(retryAfterMs));
		return 0;
	}

	/** Time for which a turn would have to wait after a refusal, in ms: 0 where it sits that out. */
	private pausedMs({ since = Infinity, maxPauseMs = Infinity }: Turn, now: number): number {
		if (this.longPause && since < this.longPause.at && now < this.longPause.until) return this.longPause.until - now;
		const left = this.pausedUntil - now;
		return left > maxPauseMs ? left : 0;
	}

	/**
	 * What this process has in the full window is its share: used again as its own slots free, it takes
	 * nothing from the others. When all have come round, one try finds out whether there is more room.
	 * @returns the wait for the oldest accepted call's slot; without one, a little longer each time (a
	 * whole window, where one call fills it)
	 */
	private keepToShare({ calls, windowMs }: Limits, retryAfterMs?: number): number {
		const now = this.clock.now();
		const pace = windowMs / calls;
		const first = calls === 1 ? windowMs : pace / 4;
		const patience = Math.min(windowMs, first * 2 ** Math.min(this.refusalsInARow - 1, 20));
		const own = this.cooling.toArray().filter(({ refused }) => !refused);
		this.share = own.length + this.running;
		this.shareUntil = (own.at(-1)?.freeAt ?? now + patience) + Math.random() * LOOK_WITHIN * windowMs;
		this.carefulUntil = this.shareUntil + LOOK_FOR * windowMs;
		if (retryAfterMs === undefined && own.length > 0) return own[0].freeAt - now;
		// All are told the same moment, but must not come back together.
		return (retryAfterMs ?? patience) + Math.random() * Math.min(pace, windowMs / 60);
	}

	/** @returns a wait that lets the other processes' calls pass */
	private moveApart({ calls, windowMs }: Limits, retryAfterMs?: number): number {
		this.carefulUntil = Math.max(this.carefulUntil, this.clock.now() + windowMs);
		const longer = Math.max(this.gap * GAP.longer, GAP.first * (windowMs / calls));
		this.gap = Math.min(longer, windowMs * GAP.mostOfWindow);
		return (retryAfterMs ?? this.gap / 2) + Math.random() * this.gap;
	}

	/** Slots that are taken: by calls that run, or that are still in the window. */
	private get held(): number {
		return this.running + this.cooling.length;
	}

	/**
	 * Time until the last of so many calls could start, in ms. Running calls may make it longer.
	 * @param more how many calls are to come
	 */
	waitMs(limits: Limits, more = 1): number {
		const ahead = this.lines.calls + more - 1;
		return this.nextStart(limits) + Math.floor(ahead / limits.calls) * holdFor(limits.windowMs);
	}

	/** Time until the next call of all could start, in ms: a running one is taken to end at once. */
	private nextStart(limits: Limits): number {
		const wait = this.waitFor(limits);
		const now = this.clock.now();
		// A share ends: then there is room, whatever is held.
		const isShared = now < this.shareUntil && this.held < limits.calls;
		if (wait < Infinity) return isShared ? Math.min(wait, Math.max(this.pausedUntil, this.shareUntil) - now) : wait;
		return Math.max(this.pausedUntil - this.clock.now(), this.held >= limits.calls ? holdFor(limits.windowMs) : 0);
	}

	/**
	 * Ends waiting calls of a line with a reason.
	 * @param belongs tells by its group whether a call is one of them; without it, all are
	 */
	dismiss(key: unknown, reason: Error, belongs: (group: unknown) => boolean = () => true): void {
		end(this.lines.take(key, ({ group }) => belongs(group)), reason);
		this.startDue();
	}

	private cancel(key: unknown, aborted: AbortSignal): void {
		end(this.lines.take(key, ({ signal }) => signal === aborted), new Canceled());
		this.startDue();
	}

	/** Whether nothing runs, waits or cools: the connection can be forgotten. */
	get idle(): boolean {
		const now = this.clock.now();
		this.freeSlots(now);
		const paused = this.pausedUntil > now;
		return this.lines.calls === 0 && this.running === 0 && this.cooling.length === 0 && !paused;
	}

	private freeSlots(now: number): void {
		for (let first = this.cooling.at(0); first && first.freeAt <= now; first = this.cooling.at(0)) this.cooling.shift();
	}

	/** Starts every call whose time has come, then sleeps until the next one's. */
	private startDue(): void {
		while (this.lines.calls > 0) {
			const limits = this.lines.strictest;
			const now = this.clock.now();
			const wait = this.waitFor(limits, now);
			if (wait === 0) {
				this.begin(this.lines.next().start, now);
			} else if (!this.sendAway(this.nextStart(limits))) {
				// With no slot cooling, the end of a running call brings us back here, or that of somebody's patience.
				const ruleEnds = now < this.shareUntil ? this.shareUntil : now < this.carefulUntil ? this.carefulUntil : Infinity;
				const at = Math.min(now + wait, this.lines.patientUntil, ruleEnds);
				this.tell(now);
				if (at < this.wakesAt) void this.wakeAt(at);
				return;
			}
		}
	}

	private begin(start: () => void, now: number): void {
		this.running++;
		this.startedAt = now;
		start();
	}

	private waitFor({ calls, windowMs, atOnce }: Limits, now = this.clock.now()): number {
		this.freeSlots(now);
		const careful = now < this.carefulUntil;
		const oneByOne = careful && (this.gap > 0 || this.held >= this.share);
		if (this.running >= (oneByOne ? 1 : atOnce)) return Infinity;
		// Later a gap is one between starts, and no longer than the first one: it costs nothing where answers are slow.
		const gapEnd = careful ? this.endedAt + this.gap : this.startedAt + Math.min(this.gap, GAP.first * (windowMs / calls));
		const pause = Math.max(0, this.pausedUntil - now, gapEnd - now);
		const tooMany = this.held - (now < this.shareUntil ? Math.min(calls, this.share) : calls);
		if (tooMany < 0) return pause;
		const free = this.cooling.at(tooMany);
		return free ? Math.max(pause, free.freeAt - now) : Infinity;
	}

	/**
	 * Ends the waiting calls whose patience ends before any may start.
	 * @returns whether there were any
	 */
	private sendAway(waitMs: number): boolean {
		const leaving = this.lines.takeImpatient(this.clock.now() + waitMs);
		// An error costs more than all the rest of a start.
		if (leaving.length > 0) end(leaving, new TooSoon(waitMs));
		return leaving.length > 0;
	}

	private async wakeAt(at: number): Promise<void> {
		this.wakesAt = at;
		do {
			await this.clock.sleep(Math.min(at - this.clock.now(), SLICE_MS));
			this.tell(this.clock.now());
			// Another one may have taken its place, that wakes earlier.
		} while (this.wakesAt === at && this.lines.calls > 0 && this.clock.now() < at);
		if (this.wakesAt !== at) return;
		this.wakesAt = Infinity;
		this.startDue();
	}

	private tell(now: number): void {
		if (now - this.toldAt < TELL_EVERY_MS || this.lines.calls === 0) return;
		const forMs = this.waitFor(this.lines.strictest);
		if (forMs < SLICE_MS || forMs === Infinity) return;
		this.toldAt = now;
		this.lines.tell(forMs, this.waitMs(this.lines.strictest, 0));
	}
}

function end(calls: Waiting[], reason: Error): void {
	for (const { refuse } of calls) refuse(reason);
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
			if (known !== account && throttle.idle) throttles.delete(known);
		}
		// One look for each millisecond at most, however many there are.
		sweepAt = now + throttles.size;
	}
	const throttle = throttles.get(account) ?? new Throttle();
	throttles.set(account, throttle);
	return throttle;
}
