/** What HotProfile Trigger remembers from poll to poll, in the static data of its node. */

import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../../shared/fields/unknownValues';
import type { JapanTime } from './times';

export interface PollState {
	/** What is watched: the account, the resource and the kind of change. */
	watches: string;
	/** Everything before this time has been dealt with; empty if nothing has. */
	since: JapanTime;
	/** Until the first reading ends: records that have not changed after this time are old. */
	quietUntil?: JapanTime;
	/** Changes at or after `since` that have been dealt with: the time of the change by record ID. */
	seen: Record<string, string>;
	/** A reading of the list that goes on at the next poll. */
	reading?: Reading;
}

export interface Reading {
	startedAt: JapanTime;
	/** The latest change that the list has shown. */
	latest: JapanTime;
	/** Records up to this ID have been dealt with. */
	lastId: number;
	/** How many rows of the list have been read. */
	rowsRead: number;
	/** Most rows of a page, where the service returns fewer than asked for. */
	pageSize?: number;
}

const KEY = 'poll';

/** The state of earlier polls, unless the node watches something else now. */
export function loadState(staticData: IDataObject, watches: string): PollState | undefined {
	const stored = staticData[KEY];
	if (!isObject(stored) || stored.watches !== watches) return undefined;
	// A copy without n8n's observers: a poll that fails must leave no trace.
	return JSON.parse(JSON.stringify(stored)) as PollState;
}

export function saveState(staticData: IDataObject, state: PollState): void {
	staticData[KEY] = state as unknown as IDataObject;
}
