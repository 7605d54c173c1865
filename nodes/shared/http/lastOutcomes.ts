/** How the latest call of each account ended, so that a credential test can do without one. */

import type { Throttle } from '../throttle/throttle';
import type { ServiceError } from './errors';

export type Outcome = ServiceError | 'success';

/** Forgotten together with the account's throttle. */
const lastOutcomes = new WeakMap<Throttle, { outcome: Outcome; at: number }>();

export function recordOutcome(throttle: Throttle, outcome: Outcome): void {
	lastOutcomes.set(throttle, { outcome, at: performance.now() });
}

/** How the latest call ended, unless that is longer ago than `withinMs`. */
export function recentOutcome(throttle: Throttle, withinMs: number): Outcome | undefined {
	const last = lastOutcomes.get(throttle);
	return last && performance.now() - last.at <= withinMs ? last.outcome : undefined;
}
