import { sleep } from 'n8n-workflow';

import { CanceledError } from '../throttle/errors';

/** Work on many rows, cut into slices: n8n does everything else on the same thread. */

/** Longest stretch without a break, in ms. */
export const SLICE_MS = 25;

/**
 * Maps rows in slices of about 25 ms; between two of them n8n gets a chance to do something else.
 * @param rows a list, or a generator that makes one row at a time
 * @param map made for one row at a time; it must not take long itself
 * @throws {CanceledError} once the signal is aborted, at the next slice
 */
export async function mapInChunks<In, Out>(
	rows: Iterable<In>,
	map: (row: In, index: number) => Out,
	signal?: AbortSignal,
): Promise<Out[]> {
	const mapped: Out[] = [];
	let until = performance.now() + SLICE_MS;
	let index = 0;
	for (const row of rows) {
		if (performance.now() >= until) {
			// A timer of 0 ms is a full turn of the event loop: sockets, timers and other executions come in between.
			await sleep(0);
			until = performance.now() + SLICE_MS;
		}
		if (signal?.aborted) throw new CanceledError();
		mapped.push(map(row, index++));
	}
	return mapped;
}
