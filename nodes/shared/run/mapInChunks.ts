/** Maps many rows in slices, so that the event loop can run in between: everything else in n8n shares its thread. */

import { sleep } from 'n8n-workflow';

import { CanceledError } from '../throttle/errors';

/** Longest stretch of work without a break, in ms. */
export const SLICE_MS = 25;

/**
 * Maps rows in slices of about 25 ms and lets the event loop run between two slices.
 * @param rows a list, or a generator that produces one row at a time
 * @param map called for one row at a time; must be fast itself
 * @throws {CanceledError} once the signal is aborted, at the next row
 */
export async function mapInChunks<In, Out>(
	rows: Iterable<In>,
	map: (row: In, index: number) => Out,
	signal?: AbortSignal,
): Promise<Out[]> {
	const mapped: Out[] = [];
	let sliceEndsAt = performance.now() + SLICE_MS;
	let index = 0;
	for (const row of rows) {
		if (performance.now() >= sliceEndsAt) {
			// A timer, unlike a microtask, lets sockets, timers and other executions run.
			await sleep(0);
			sliceEndsAt = performance.now() + SLICE_MS;
		}
		if (signal?.aborted) throw new CanceledError();
		mapped.push(map(row, index++));
	}
	return mapped;
}
