/** Lets the event loop run between items: everything else in n8n shares its thread. */

import { cancelableSleep } from '../http/cancellation';
import { SLICE_MS } from './mapInChunks';

/**
 * Creates a function that lets the event loop run when the last break was more than a slice ago.
 * @param signal makes it throw `CanceledError` during a break
 */
export function yieldToEventLoop(signal: AbortSignal): () => Promise<void> {
	let lastBreakAt = performance.now();
	return async () => {
		if (performance.now() - lastBreakAt < SLICE_MS) return;
		await cancelableSleep(1, signal);
		lastBreakAt = performance.now();
	};
}
