import type { IExecuteSingleFunctions } from 'n8n-workflow';

import type { Item, Session } from '../shared/dialect';
import { duration, Trouble } from '../shared/errors';
import type { Operation, WireValues } from '../shared/operations';
import { throttleFor } from '../shared/throttle';
import { reports } from './connection';
import { callKey, knownIn, lastAnswer } from './memory';

/** Whether there is time for all the calls of a run. */

/** What the user wants when it is too soon for a call. */
export interface Manner {
	whenTooSoon: 'wait' | 'useLastAnswer' | 'stop';
	/** Longest time that a run may spend waiting, in ms. */
	patienceMs: number;
}

/** What the items of a run share. */
export interface RunState {
	/** The calls that are to be made, by their values; those that may be alike and still are two, by a number. */
	calls: Map<string, WireValues | undefined>;
	/** When the patience of the run ends; unset until the first item is carried out. */
	until?: number;
}

/** "Stop" does not stop for less than this. */
export const AT_ONCE_MS = 500;
/** The time of the answers themselves and of clocks is no waiting. */
const GRACE = 1.05;
/** A wait that is worth a line in the log. */
const WORTH_TELLING_MS = 60_000;

/** What a node says about waiting; what is wrong with that is added to the problems. */
export function mannerOf(caller: IExecuteSingleFunctions, problems: string[]): Manner {
	const whenTooSoon = caller.getNodeParameter('whenTooSoon', 'wait') as Manner['whenTooSoon'];
	if (whenTooSoon === 'stop') return { whenTooSoon, patienceMs: AT_ONCE_MS };
	const given = caller.getNodeParameter('maxWaitMinutes', 60);
	const minutes = given === '' || given === null || typeof given === 'boolean' ? NaN : Number(given);
	if (!(minutes >= 0)) problems.push("'Maximum Wait (Minutes)' must be a number of 0 or more");
	return { whenTooSoon, patienceMs: minutes * 60_000 };
}

/**
 * Looks whether there is time for all calls of a run, before the first one.
 * @returns when the run's patience ends
 * @throws {Trouble} `tooLong`
 */
export function allow({ caller, operation }: Item, session: Session, manner: Manner, calls: RunState['calls']): number {
	const known = knownIn(caller.getContext('flow'));
	const isKnown = (call?: WireValues) => {
		if (!call) return false;
		const key = callKey(session.connection.account, call);
		return known.has(key) || (manner.whenTooSoon === 'useLastAnswer' && lastAnswer(key) !== undefined);
	};
	const left = [...calls.values()].filter((call) => !isKnown(call)).length;
	askForTime(left, caller, operation, session, manner.patienceMs, manner);
	return performance.now() + manner.patienceMs * GRACE;
}

/**
 * Says in the log how long a long run will take.
 * @throws {Trouble} `tooLong`, where that is longer than what is left
 */
export function askForTime(
	calls: number,
	caller: IExecuteSingleFunctions,
	{ path }: Operation,
	{ connection: { account, limits } }: Session,
	leftMs: number,
	{ whenTooSoon }: Manner,
): void {
	// For a single call the throttle itself says when to come back.
	if (calls < 1) return;
	const waitMs = throttleFor(account).waitMs(limits, calls);
	const label = reports.find(({ name }) => name === path)?.label;
	const told = `${label}: ${calls} requests take about ${duration(waitMs)}, since CRM Zen answers one in ${duration(limits.windowMs)}`;
	if (calls > 1 && waitMs > leftMs) {
		const way = whenTooSoon === 'stop'
			? "'When Too Soon' is to stop after the first one: choose Wait"
			: `Set 'Maximum Wait (Minutes)' to ${Math.ceil(waitMs / 60_000)} or more`;
		throw new Trouble('tooLong', { sentences: [`${told}. ${way}, or ask for less`] });
	}
	if (waitMs > WORTH_TELLING_MS) caller.logger.info(told);
}
