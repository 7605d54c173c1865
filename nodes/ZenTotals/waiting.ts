import type { IExecuteSingleFunctions } from 'n8n-workflow';

import type { PlannedItem, Session } from '../shared/http/service';
import { formatDuration } from '../shared/http/format';
import { ServiceError } from '../shared/http/errors';
import type { WireValues } from '../shared/fields/operations';
import { throttleFor } from '../shared/throttle/registry';
import { callKey, knownIn, lastAnswer } from './answerCache';
import { labelOf } from './queries';

/** Whether there is time for all the calls of a run. */

/** What the user wants when it is too soon for a call. */
export interface Manner {
	whenTooSoon: 'wait' | 'useLastAnswer' | 'stop';
	/** Longest time that a run may spend waiting, in ms. */
	patienceMs: number;
}

export interface Call {
	values: WireValues;
	/** Whether all its days are over. */
	isClosed: boolean;
}

/** What the items of a run share. */
export interface RunState {
	/** The calls that each item wants. */
	wishes: Array<{ item: PlannedItem; calls: Call[] }>;
	/** When the patience of the run ends; unset until the first item is carried out. */
	until?: Promise<number>;
}

/** "Stop" does not stop for less than this. */
export const AT_ONCE_MS = 500;
/** The time of the answers themselves and of clocks is no waiting. */
const GRACE = 1.05;
/** What a node says about waiting; what is wrong with that is added to the problems. */
export function mannerOf(caller: IExecuteSingleFunctions, problems: string[]): Manner {
	const whenTooSoon = caller.getNodeParameter('whenTooSoon', 'wait') as Manner['whenTooSoon'];
	if (whenTooSoon === 'stop') return { whenTooSoon, patienceMs: AT_ONCE_MS };
	const given = caller.getNodeParameter('maxWaitMinutes', 60);
	const minutes = given === '' || given === null || typeof given === 'boolean' ? NaN : Number(given);
	if (!(minutes >= 0)) problems.push("'Maximum Wait (Minutes)' must be a number of 0 or more");
	return { whenTooSoon, patienceMs: minutes * 60_000 };
}

/** Whether an answer that is not too old will do: the user wants that, or it cannot have changed. */
export const mayRecall = (isClosed: boolean, { whenTooSoon }: Manner): boolean => isClosed || whenTooSoon === 'useLastAnswer';

/** Whether a call need not be made, since its answer is known. What is known of a day that is over stays known to this execution. */
export function isKnown({ values, isClosed }: Call, { context }: PlannedItem, { connection: { accountId } }: Session, manner: Manner): boolean {
	if (!mayRecall(isClosed, manner)) return false;
	const known = knownIn(context.getContext('flow'));
	const key = callKey(accountId, values);
	const kept = lastAnswer(key, isClosed);
	if (kept && isClosed && !known.has(key)) known.set(key, Promise.resolve(kept));
	return kept !== undefined || (isClosed && known.has(key));
}

/**
 * Looks whether there is time for all calls of a run, before the first one. Accounts wait beside each other.
 * @returns when the run's patience ends
 * @throws {ServiceError} `waitTooLong`
 */
export async function allow(item: PlannedItem, manner: Manner, wishes: RunState['wishes']): Promise<number> {
	for (const { session, calls } of await byAccount(wishes, manner)) {
		const left = [...calls.values()].filter((call) => !isKnown(call, item, session, manner)).length;
		askForTime(left, item, session, manner.patienceMs, manner);
	}
	return performance.now() + manner.patienceMs * GRACE;
}

/** The calls of one account, by their values; those that may be alike and still are two, by a number. */
interface Share {
	session: Session;
	calls: Map<string, Call>;
}

/** The calls of each account. An item whose credential cannot be used makes none, and tells that itself. */
async function byAccount(wishes: RunState['wishes'], manner: Manner): Promise<Share[]> {
	const shares = new Map<string, Share>();
	for (const { item, calls } of wishes) {
		const session = await item.open().catch(() => undefined);
		if (!session) continue;
		const { accountId } = session.connection;
		const share = shares.get(accountId) ?? { session, calls: new Map<string, Call>() };
		shares.set(accountId, share);
		for (const call of calls) share.calls.set(mayRecall(call.isClosed, manner) ? JSON.stringify(call.values) : String(share.calls.size), call);
	}
	return [...shares.values()];
}

/**
 * Says in the log how long a run will wait.
 * @throws {ServiceError} `waitTooLong`, where that is longer than what is left
 */
export function askForTime(
	calls: number,
	{ context, operation }: PlannedItem,
	{ connection: { accountId, limits } }: Session,
	leftMs: number,
	{ whenTooSoon }: Manner,
): void {
	if (calls < 1) return;
	const waitMs = throttleFor(accountId).estimateWaitMs(limits, calls);
	const requests = calls === 1 ? '1 request takes' : `${calls.toLocaleString('en')} requests take`;
	const told = `${labelOf(operation)}: ${requests} about ${formatDuration(waitMs)}, since CRM Zen answers one in ${formatDuration(limits.windowMs)}`;
	// For a single call the throttle itself says when to come back.
	if (calls > 1 && waitMs > leftMs) {
		const way = whenTooSoon === 'stop'
			? "'When Too Soon' is to stop after the first one: choose Wait"
			: `Set 'Maximum Wait (Minutes)' to ${Math.ceil(waitMs / 60_000)} or more`;
		throw new ServiceError('waitTooLong', { messages: [`${told}. ${way}, or ask for less`] });
	}
	if (waitMs > AT_ONCE_MS && waitMs <= leftMs) context.logger.info(told);
}
