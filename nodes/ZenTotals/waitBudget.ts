/** How long a run may wait: reads the settings for it, and checks before the first request that there is time for all of them. */

import type { IExecuteSingleFunctions } from 'n8n-workflow';

import type { PlannedItem, Session } from '../shared/http/service';
import { formatDuration, formatInterval, pluralize } from '../shared/http/format';
import { ServiceError } from '../shared/http/errors';
import type { WireValues } from '../shared/fields/operations';
import { throttleFor } from '../shared/throttle/registry';
import { cachedAnswer, executionCache, requestKey } from './answerCache';
import { reportOf } from './resources';

/** What the user chose for the time in which CRM Zen answers no request. */
export interface WaitSettings {
	whenTooSoon: 'wait' | 'useLastAnswer' | 'stop';
	/** Longest time that a run may spend waiting. */
	maxWaitMs: number;
}

export interface PlannedRequest {
	values: WireValues;
	/** Whether all its days have ended. */
	isFinal: boolean;
}

/** What the items of a run share. */
export interface RunPlan {
	items: Array<{ item: PlannedItem; requests: PlannedRequest[] }>;
	/** When the waiting time of the run ends; unset until the first item is executed. */
	deadline?: Promise<number>;
}

/** "Stop" sits out shorter waits than this. */
export const NO_WAIT_MS = 500;
/** Time for the responses themselves, and for clocks that differ. */
const TOLERANCE = 1.05;

/** Reads the node's settings for waiting. Adds to `problems` what is wrong with them. */
export function readWaitSettings(context: IExecuteSingleFunctions, problems: string[]): WaitSettings {
	const whenTooSoon = context.getNodeParameter('whenTooSoon', 'wait') as WaitSettings['whenTooSoon'];
	if (whenTooSoon === 'stop') return { whenTooSoon, maxWaitMs: NO_WAIT_MS };
	const value = context.getNodeParameter('maxWaitMinutes', 60);
	const minutes = value === '' || value === null || typeof value === 'boolean' ? NaN : Number(value);
	if (!(minutes >= 0)) problems.push("'Maximum Wait (Minutes)' must be a number of 0 or more");
	return { whenTooSoon, maxWaitMs: minutes * 60_000 };
}

/** Whether a cached answer may be used: the user wants that, or the answer cannot have changed. */
export const mayUseCache = (isFinal: boolean, { whenTooSoon }: WaitSettings): boolean => isFinal || whenTooSoon === 'useLastAnswer';

/** Whether a request need not be sent, since its answer is cached. A final answer is then kept for this execution. */
export function isCached({ values, isFinal }: PlannedRequest, { context }: PlannedItem, { connection }: Session, settings: WaitSettings): boolean {
	if (!mayUseCache(isFinal, settings)) return false;
	const cache = executionCache(context.getContext('flow'));
	const key = requestKey(connection.accountId, values);
	const cached = cachedAnswer(key, isFinal);
	if (cached && isFinal && !cache.has(key)) cache.set(key, Promise.resolve(cached));
	return cached !== undefined || (isFinal && cache.has(key));
}

/**
 * Checks that there is time for all requests of a run. Those of different accounts wait at the same time.
 * @returns when the waiting time of the run ends
 * @throws {ServiceError} `waitTooLong`
 */
export async function checkRunTime(item: PlannedItem, settings: WaitSettings, items: RunPlan['items']): Promise<number> {
	for (const { session, requests } of await requestsByAccount(items, settings)) {
		const needed = [...requests.values()].filter((request) => !isCached(request, item, session, settings)).length;
		checkTime(needed, item, session, settings.maxWaitMs, settings);
	}
	return performance.now() + settings.maxWaitMs * TOLERANCE;
}

interface AccountRequests {
	session: Session;
	/** By their values; two that are alike but cannot share an answer, by a number. */
	requests: Map<string, PlannedRequest>;
}

/** The requests of each account. An item whose credential cannot be used sends none, and reports that itself. */
async function requestsByAccount(items: RunPlan['items'], settings: WaitSettings): Promise<AccountRequests[]> {
	const accounts = new Map<string, AccountRequests>();
	for (const { item, requests } of items) {
		const session = await item.resolveSession().catch(() => undefined);
		if (!session) continue;
		const { accountId } = session.connection;
		const account = accounts.get(accountId) ?? { session, requests: new Map<string, PlannedRequest>() };
		accounts.set(accountId, account);
		for (const request of requests) {
			const key = mayUseCache(request.isFinal, settings) ? JSON.stringify(request.values) : String(account.requests.size);
			account.requests.set(key, request);
		}
	}
	return [...accounts.values()];
}

/**
 * Checks that there is time for some requests, and logs how long they will take.
 * @throws {ServiceError} `waitTooLong`, if that is longer than the time left
 */
export function checkTime(
	requests: number,
	{ context, operation }: PlannedItem,
	{ connection: { accountId, limits } }: Session,
	leftMs: number,
	{ whenTooSoon }: WaitSettings,
): void {
	if (requests < 1) return;
	const waitMs = throttleFor(accountId).estimateWaitMs(limits, requests);
	const needed = `${pluralize(requests, 'request')} ${requests === 1 ? 'takes' : 'take'} about ${formatDuration(waitMs)}`;
	const estimate = `${reportOf(operation).label}: ${needed}, because CRM Zen allows one request every ${formatInterval(limits.windowMs)}`;
	// For a single request, the throttle's own message says when to come back.
	if (requests > 1 && waitMs > leftMs) {
		const advice = whenTooSoon === 'stop'
			? "Set 'When Too Soon' to Wait"
			: `Set 'Maximum Wait (Minutes)' to ${Math.ceil(waitMs / 60_000)} or more`;
		throw new ServiceError('waitTooLong', { messages: [`${estimate}. ${advice}, or request less data`] });
	}
	if (waitMs > NO_WAIT_MS && waitMs <= leftMs) context.logger.info(estimate);
}
