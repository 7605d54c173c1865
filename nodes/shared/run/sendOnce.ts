/** Prevents duplicates: a request that stores something is made once, also when n8n retries the node. */

import type { IDataObject } from 'n8n-workflow';

import { mayHaveBeenStored, ServiceError } from '../http/errors';
import type { RunContext } from './context';

/**
 * Makes a request, unless an earlier attempt of this run made it, is making it, or may have made it.
 * @param key identifies the request within the run
 */
export async function sendOnce({ settledCalls }: Pick<RunContext, 'settledCalls'>, key: string, send: () => Promise<IDataObject[]>): Promise<IDataObject[]> {
	const earlier = settledCalls.get(key);
	if (earlier) return await earlier.catch(rethrowFromEarlierTry);
	const rows = send();
	settledCalls.set(key, rows);
	rows.catch((error) => {
		if (!(error instanceof ServiceError && mayHaveBeenStored(error))) settledCalls.delete(key);
	});
	return await rows;
}

function rethrowFromEarlierTry(error: unknown): never {
	throw error instanceof ServiceError ? new ServiceError(error.reason, { ...error.details, isFromEarlierTry: true }) : error;
}
