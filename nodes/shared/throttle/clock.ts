/** The clock of a throttle, so that tests can run on a virtual one. */

import { sleep } from 'n8n-workflow';

export interface Clock {
	/** Monotonic time in ms. */
	now(): number;
	sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = { now: () => performance.now(), sleep };
