/**
 * How a process shares an account with others after a refusal, without talking to them.
 *
 * With other processes on the account, a call is refused because the service's window is full, or because
 * too many run at once, and the service seldom says which. A single refusal inside the process's own share is
 * taken for the latter: calls go one by one and further apart until the processes miss each other. Another
 * refusal right after it, or that of a call beyond the share, means a full window.
 */

import type { RateLimit } from './options';
import type { Slots } from './slots';

/** The gap between calls after refusals, as multiples of the pace (window / calls): half a pace at first, half as much again each time. */
const GAP = { first: 0.5, growth: 1.5, decay: 0.98, negligible: 0.02, maxOfWindow: 1 / 20 };
/** Services whose window is full ask for a wait longer than this part of the window. */
const LONG_WAIT = 1 / 20;
/** Processes that share a full window probe for more room at random moments within this part of the window. */
const PROBE_SPREAD = 0.1;
/** They probe one call at a time for this part of the window; a process that meets no refusal by then is alone. */
const PROBE_DURATION = 0.15;

export class Sharing {
	/** Until then the process keeps to its share. */
	shareUntil = -Infinity;
	/** Until then, about a window after the last refusal, calls beyond the share and calls that keep a gap go one by one. */
	cautiousUntil = -Infinity;
	/** How many calls this process had in the window when the service's window was full. */
	private share = Infinity;
	/** Time in ms between two calls; 0 after enough calls were accepted. */
	private gapMs = 0;
	private refusalsInARow = 0;
	private lastRetryAfterMs?: number;

	/** The service accepted a call. */
	callAccepted({ maxCalls, windowMs }: RateLimit): void {
		this.refusalsInARow = 0;
		this.gapMs = this.gapMs > GAP.negligible * (windowMs / maxCalls) ? this.gapMs * GAP.decay : 0;
	}

	/**
	 * The service refused a call.
	 * @param retryAfterMs what the service asked for
	 * @returns the pause in ms that fits the refusal
	 */
	callRefused(limits: RateLimit, slots: Slots, now: number, retryAfterMs?: number): number {
		const { maxCalls, windowMs } = limits;
		const isRepeated = this.refusalsInARow++ > 0;
		const isLongWait = retryAfterMs !== undefined && retryAfterMs > windowMs * LONG_WAIT;
		const isWindowFull = maxCalls === 1 || isRepeated || isLongWait || slots.held >= this.share;
		this.lastRetryAfterMs = retryAfterMs;
		return isWindowFull ? this.keepToShare(limits, slots, now, retryAfterMs) : this.spaceOut(limits, now, retryAfterMs);
	}

	forgetRetryAfter(): void {
		this.lastRetryAfterMs = undefined;
	}

	/** The service's own time in ms until a refused call's slot frees. Trusted once, and only if one call fills the window. */
	trustedRetryAfterMs({ maxCalls }: RateLimit): number | undefined {
		return maxCalls === 1 && this.refusalsInARow === 1 ? this.lastRetryAfterMs : undefined;
	}

	/** The service accepted a call while so many slots were held, so the share is at least that large. */
	growShare(held: number): void {
		this.share = Math.max(this.share, held);
	}

	/** How many calls may run at once. */
	maxConcurrent({ maxConcurrent }: RateLimit, held: number, now: number): number {
		const isOneByOne = now < this.cautiousUntil && (this.gapMs > 0 || held >= this.share);
		return isOneByOne ? 1 : maxConcurrent;
	}

	/** How many slots may be held. */
	maxHeld({ maxCalls }: RateLimit, now: number): number {
		return now < this.shareUntil ? Math.min(maxCalls, this.share) : maxCalls;
	}

	/** When the gap after the last call ends. */
	gapEnd({ maxCalls, windowMs }: RateLimit, now: number, startedAt: number, endedAt: number): number {
		if (now < this.cautiousUntil) return endedAt + this.gapMs;
		// Later it counts between starts and is no longer than the first one, so it costs nothing where responses are slow.
		return startedAt + Math.min(this.gapMs, GAP.first * (windowMs / maxCalls));
	}

	/** When the next rule ends; Infinity if none applies. */
	nextChange(now: number): number {
		if (now < this.shareUntil) return this.shareUntil;
		return now < this.cautiousUntil ? this.cautiousUntil : Infinity;
	}

	/**
	 * What this process has in the full window is its share. Used again as its own slots free, it takes nothing
	 * from the others. When all of its slots have come round, one call probes for more room.
	 * @returns the wait in ms for the oldest accepted call's slot; without one, a little longer each time (a
	 * whole window if one call fills it)
	 */
	private keepToShare({ maxCalls, windowMs }: RateLimit, slots: Slots, now: number, retryAfterMs?: number): number {
		const paceMs = windowMs / maxCalls;
		const firstWaitMs = maxCalls === 1 ? windowMs : paceMs / 4;
		const waitMs = Math.min(windowMs, firstWaitMs * 2 ** Math.min(this.refusalsInARow - 1, 20));
		const accepted = slots.acceptedFreeAt();
		const [oldest] = accepted;
		this.share = accepted.length + slots.running;
		this.shareUntil = (accepted.at(-1) ?? now + waitMs) + Math.random() * PROBE_SPREAD * windowMs;
		this.cautiousUntil = this.shareUntil + PROBE_DURATION * windowMs;
		if (retryAfterMs === undefined && oldest !== undefined) return oldest - now;
		// All processes are told the same moment, but must not come back together.
		return (retryAfterMs ?? waitMs) + Math.random() * Math.min(paceMs, windowMs / 60);
	}

	/** @returns a wait in ms that lets the other processes' calls pass */
	private spaceOut({ maxCalls, windowMs }: RateLimit, now: number, retryAfterMs?: number): number {
		this.cautiousUntil = Math.max(this.cautiousUntil, now + windowMs);
		const longerMs = Math.max(this.gapMs * GAP.growth, GAP.first * (windowMs / maxCalls));
		this.gapMs = Math.min(longerMs, windowMs * GAP.maxOfWindow);
		return (retryAfterMs ?? this.gapMs / 2) + Math.random() * this.gapMs;
	}
}
