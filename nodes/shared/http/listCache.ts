/** The lists that pickers and ID checks need again and again, read at most once a minute for each account. */

import type { IDataObject } from 'n8n-workflow';

import type { Operation } from '../fields/operations';
import { CanceledError } from '../throttle/errors';
import { BoundedCache } from './boundedCache';
import { executeCall, openSession } from './call';
import type { NodeContext } from './cancellation';
import { cancelSignal, orCanceled } from './cancellation';
import { ServiceError } from './errors';
import { lookUpOptions } from './lookUp';
import { errorContext, toNodeError } from './nodeErrors';
import type { NetworkOptions, ResolveSession, ServiceAdapter } from './service';

interface CachedList {
	/** The rows as the service returned them, or the error: each caller shows it with its own context. */
	rows: Promise<IDataObject[]>;
	hasFailed: boolean;
}

/** Accounts come and go, and a list may be large. */
const lists = new BoundedCache<string, CachedList>({ maxEntries: 50, maxAgeMs: 60_000 });

interface ReadOptions {
	/** Whether a list that could not be read is tried again within a minute. */
	retryFailed?: boolean;
	networkOptions?: NetworkOptions;
	/** The connection of an item, if the list is read for one. */
	resolveSession?: ResolveSession;
}

/**
 * All rows of a list. Simultaneous callers share one call; if the execution that makes it is canceled, the next
 * of them makes it anew.
 * @throws {Error} that n8n shows to this caller, also if its own execution is canceled
 */
export async function readCachedList(
	caller: NodeContext,
	service: ServiceAdapter,
	operation: Operation,
	{ retryFailed = false, networkOptions = {}, resolveSession = async () => await openSession(caller, service, operation) }: ReadOptions = {},
): Promise<IDataObject[]> {
	const context = errorContext(service, operation);
	const signal = cancelSignal(caller);
	try {
		const { connection: { keyId, secrets } } = await resolveSession();
		context.secrets = secrets;
		// What a list shows may depend on the key, and whether it can be read on the proxy.
		const cacheKey = `${keyId} ${operation.value} ${JSON.stringify(networkOptions)}`;
		for (;;) {
			const cached = lists.get(cacheKey);
			const shared = cached && !(retryFailed && cached.hasFailed) ? cached : undefined;
			const { rows } = shared ?? cacheList(cacheKey, read(caller, service, operation, resolveSession, networkOptions));
			const list = await orCanceled(rows, signal).catch((error) => {
				if (shared && isOwnToCaller(error) && !signal?.aborted) return undefined;
				throw error;
			});
			if (list) return list;
		}
	} catch (error) {
		throw toNodeError(caller, error, context);
	}
}

async function read(caller: NodeContext, service: ServiceAdapter, operation: Operation, resolveSession: ResolveSession, networkOptions: NetworkOptions): Promise<IDataObject[]> {
	const { request, policy } = lookUpOptions(service, operation, {}, undefined, networkOptions);
	return (await executeCall(caller, service, resolveSession, operation, request, policy)).rows;
}

function cacheList(cacheKey: string, rows: Promise<IDataObject[]>): CachedList {
	const list: CachedList = { rows, hasFailed: false };
	// However long it takes to read: its age counts from then on.
	lists.set(cacheKey, list, Infinity);
	const settle = () => {
		if (lists.get(cacheKey) === list) lists.set(cacheKey, list);
	};
	rows.then(settle, (error) => {
		list.hasFailed = true;
		if (isOwnToCaller(error)) lists.delete(cacheKey, list);
		else settle();
	});
	return list;
}

/** Whether a call ended because of its caller: an execution that was stopped, or an editor that waits no longer. */
const isOwnToCaller = (error: unknown) =>
	error instanceof CanceledError || (error instanceof ServiceError && (error.reason === 'canceled' || error.reason === 'retryLater'));
