/** Ends waiting when an execution is canceled. */

import type { IExecuteSingleFunctions, ILoadOptionsFunctions, IPollFunctions } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { CanceledError } from '../throttle/errors';

/** What calls a service: an item of an execution, the editor, or a polling trigger. */
export type NodeContext = IExecuteSingleFunctions | ILoadOptionsFunctions | IPollFunctions;

/** How long a canceled wait may go on, in ms: n8n offers no timer that can be ended early. */
const SLICE_MS = 250;

/** The signal that n8n aborts when the execution is stopped. */
export const cancelSignal = (caller: NodeContext): AbortSignal | undefined =>
	'getExecutionCancelSignal' in caller ? caller.getExecutionCancelSignal() : undefined;

/**
 * Waits until the time is over or the signal is aborted.
 * @throws {CanceledError} within a quarter of a second once the signal is aborted
 */
export async function cancelableSleep(ms: number, signal?: AbortSignal): Promise<void> {
	const until = performance.now() + ms;
	for (let leftMs = ms; leftMs > 0; leftMs = until - performance.now()) {
		if (signal?.aborted) throw new CanceledError();
		await sleep(Math.min(SLICE_MS, leftMs));
	}
}

/**
 * Waits for shared work, but no longer than the caller's own execution runs.
 * @throws {CanceledError} once the signal is aborted
 */
export async function orCanceled<Value>(work: Promise<Value>, signal?: AbortSignal): Promise<Value> {
	if (!signal) return await work;
	let onAbort = () => {};
	const canceled = new Promise<never>((_resolve, reject) => {
		onAbort = () => reject(new CanceledError());
		signal.addEventListener('abort', onAbort);
	});
	try {
		if (signal.aborted) throw new CanceledError();
		return await Promise.race([work, canceled]);
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
}
