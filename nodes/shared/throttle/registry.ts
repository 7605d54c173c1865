/** The throttles of this process, one for each service account. */

import { Throttle } from './throttle';

const throttles = new Map<string, Throttle>();
/** When idle throttles are looked for again. */
let sweepAt = -Infinity;

/**
 * The throttle of an account, shared by everything in this process that calls it. Idle ones are forgotten, but never
 * one whose slots are in use or cooling: its limit would be forgotten too.
 * @param accountId names the service account without holding its key in the clear
 * @example
 * const throttle = throttleFor(accountId);
 * await throttle.acquire({ queueKey: executionId, limits });
 * try { await call(); } finally { throttle.release(limits); }
 */
export function throttleFor(accountId: string): Throttle {
	const now = performance.now();
	if (now >= sweepAt) {
		for (const [other, throttle] of throttles) {
			if (other !== accountId && throttle.isIdle) throttles.delete(other);
		}
		// At most one look at each throttle per ms, however many there are.
		sweepAt = now + throttles.size;
	}
	const throttle = throttles.get(accountId) ?? new Throttle();
	throttles.set(accountId, throttle);
	return throttle;
}
