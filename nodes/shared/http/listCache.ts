import type { IDataObject } from 'n8n-workflow';

import { errorContext, executeCall, lookUpOptions, openSession, toNodeError } from './call';
import type { NodeContext } from './call';
import type { ServiceAdapter, ResolveSession, NetworkOptions } from './service';
import { ServiceError } from './errors';
import type { Operation } from '../fields/operations';
import { CanceledError } from '../throttle/throttle';

/** The lists that pickers and checks need again and again: read once a minute for each account. */

/** Lists stay known for this time. */
const LIST_FOR_MS = 60_000;
/** Accounts come and go, and a list may be large. */
const MOST_LISTS = 50;

/** The rows as the service gave them, or what came instead: each caller tells that in its own words. */
interface Entry {
	/** When its rows came, or what came instead; until then it is as new as can be. */
	at: number;
	rows: Promise<IDataObject[]>;
	hasFailed: boolean;
}

/** The oldest first. */
const lists = new Map<string, Entry>();

/**
 * All rows of a list. Several callers at once share one call; when the execution that makes it is canceled,
 * the next one of them makes it anew.
 * @param insist whether a list that could not be read is tried again within a minute
 * @param open the connection of an item, where it is one's
 * @throws {Error} what n8n shows to this caller, also when its own execution is canceled
 */
export async function readCachedList(
	caller: NodeContext,
	service: ServiceAdapter,
	operation: Operation,
	{ insist = false, way = {}, open = async () => await openSession(caller, service, operation) }: { insist?: boolean; way?: NetworkOptions; open?: ResolveSession } = {},
): Promise<IDataObject[]> {
	const about = errorContext(service, operation);
	const signal = 'getExecutionCancelSignal' in caller ? caller.getExecutionCancelSignal() : undefined;
	try {
		const { connection: { keyId, secrets } } = await open();
		about.secrets = secrets;
		// What a list shows may depend on the key. A proxy that is out of order is nobody else's either.
		const key = `${keyId} ${operation.value} ${JSON.stringify(way)}`;
		for (;;) {
			const others = known(key, insist);
			const { rows } = others ?? remember(key, read(caller, service, operation, open, way));
			const found = await orCanceled(rows, signal).catch((error) => {
				if (others && isPersonal(error) && !signal?.aborted) return undefined;
				throw error;
			});
			if (found) return found;
		}
	} catch (error) {
		throw toNodeError(caller, error, about);
	}
}

async function read(caller: NodeContext, service: ServiceAdapter, operation: Operation, open: ResolveSession, way: NetworkOptions): Promise<IDataObject[]> {
	const { request, policy } = lookUpOptions(service, operation, {}, undefined, way);
	return (await executeCall(caller, service, open, operation, request, policy)).rows;
}

function known(key: string, insist: boolean): Entry | undefined {
	for (const [name, { at }] of lists) if (performance.now() - at > LIST_FOR_MS) lists.delete(name);
	const entry = lists.get(key);
	return entry && !(insist && entry.hasFailed) ? entry : undefined;
}

function remember(key: string, rows: Promise<IDataObject[]>): Entry {
	const entry: Entry = { at: Infinity, rows, hasFailed: false };
	lists.delete(key);
	lists.set(key, entry);
	const [oldest] = lists.keys();
	if (lists.size > MOST_LISTS) lists.delete(oldest);
	rows.then(
		() => (entry.at = performance.now()),
		(error) => {
			entry.at = performance.now();
			entry.hasFailed = true;
			if (isPersonal(error) && lists.get(key) === entry) lists.delete(key);
		},
	);
	return entry;
}

/** Whether a call ended over its caller: an execution that was stopped, or an editor that waits no longer. */
const isPersonal = (error: unknown) =>
	error instanceof CanceledError || (error instanceof ServiceError && (error.reason === 'canceled' || error.reason === 'retryLater'));

/** What others read is waited for no longer than one's own execution runs. */
async function orCanceled<Value>(work: Promise<Value>, signal?: AbortSignal): Promise<Value> {
	if (!signal) return await work;
	let stop = () => {};
	const canceled = new Promise<never>((_resolve, reject) => {
		stop = () => reject(new CanceledError());
		signal.addEventListener('abort', stop);
	});
	try {
		if (signal.aborted) throw new CanceledError();
		return await Promise.race([work, canceled]);
	} finally {
		signal.removeEventListener('abort', stop);
	}
}
