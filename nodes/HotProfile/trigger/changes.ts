/**
 * Finds the changes in HotProfile's lists, each exactly once.
 *
 * A list is read from a time on, without an end and sorted by ID: a record that changes meanwhile stays in the list, so none
 * slips out between two pages. The next list begins some minutes before the start of this one, and what was dealt with is
 * recognized by ID and time of change.
 */

import type { IDataObject } from 'n8n-workflow';

import { hashId } from '../../shared/http/credentials';
import { ServiceError } from '../../shared/http/errors';
import type { Page, PageRead } from '../../shared/http/pages';
import type { TriggerOn } from './resources';
import type { PollState, Reading } from './state';
import type { JapanTime } from './times';
import { before, earlier, japanTimeAt, later, millisOf, parseJapanTime } from './times';

/** How far a list reaches back before the one that came before it, in ms: clocks differ, and records may appear late. */
export const OVERLAP_MS = 5 * 60_000;
/** A record that changed so recently, in ms, may change again within the same second, which its time does not show. */
const FRESH_MS = 10_000;
/** How often a poll starts the list over because records have left it. */
const MAX_RESTARTS = 3;

export interface ChangeOptions {
	triggerOn: TriggerOn;
	/** Most rows of a page. */
	pageSize: number;
	/** Whether this is the first poll of all: what the first page shows is old. */
	isFirst: boolean;
	/** Asked after each page, with the number of changes so far. */
	mayContinue: (changes: number) => boolean;
	read: (page: Page) => Promise<PageRead>;
}

export interface ChangeResult {
	/** Rows in the order of their changes. */
	rows: IDataObject[];
	/** The state after the last page that was read. */
	state: PollState;
	/** Why reading ended early. */
	error?: unknown;
}

interface Entry {
	row: IDataObject;
	id: number;
	created: JapanTime;
	updated: JapanTime;
	/** The change that the trigger is about. */
	changed: JapanTime;
}

/** Reads the list from where the last poll ended, as far as it may. */
export async function readChanges(earlierState: PollState, options: ChangeOptions): Promise<ChangeResult> {
	const state: PollState = { ...earlierState, seen: { ...earlierState.seen } };
	const reading: Reading = { startedAt: japanTimeAt(Date.now()), latest: '', lastId: 0, rowsRead: 0, ...earlierState.reading };
	state.reading = reading;
	const changes: Entry[] = [];
	let previousFirstId = -Infinity;
	let restarts = 0;
	const result = (error?: unknown): ChangeResult => {
		changes.sort((one, other) => compare(one.changed, other.changed) || one.id - other.id);
		return { rows: changes.map(({ row }) => row), state, error };
	};

	for (;;) {
		const page = nextPage(reading, options.pageSize);
		try {
			const { rows, total = 0 } = await options.read(page);
			const entries = rows.map((row) => parseEntry(row, options.triggerOn));
			const [first] = entries;
			// A page begins with a row of the one before it; if it does not, records have left the list.
			if (page.number > 1 && (!first || first.id > reading.lastId)) {
				if (++restarts > MAX_RESTARTS) throw new ServiceError('unexpectedResponse');
				reading.rowsRead = 0;
				previousFirstId = -Infinity;
				if (!options.mayContinue(changes.length)) return result();
				continue;
			}
			if (page.number === 1 && rows.length > 0 && rows.length < page.size && rows.length < total) reading.pageSize = rows.length;
			const isLast = rows.length < Math.min(page.size, reading.pageSize ?? page.size);
			if (!(page.number === 1 && isLast) && !isAscending(entries)) throw new ServiceError('unexpectedResponse');
			if (!isLast && first && first.id <= previousFirstId) throw new ServiceError('repeatedPage');
			previousFirstId = first?.id ?? previousFirstId;

			if (options.isFirst && page.number === 1 && state.quietUntil !== undefined) state.quietUntil = latestOf(entries, state.quietUntil);
			const { lastId } = reading;
			for (const entry of entries) if (entry.id > lastId && isNewChange(entry, state, options.triggerOn)) changes.push(entry);
			reading.lastId = entries.reduce((last, { id }) => Math.max(last, id), lastId);
			reading.latest = latestOf(entries, reading.latest);
			reading.rowsRead = (page.number - 1) * page.size + rows.length;
			const since = nextSince(state, reading);
			for (const [id, seen] of Object.entries(state.seen)) if (seen < since) delete state.seen[id];
			if (isLast) {
				state.since = since;
				delete state.reading;
				delete state.quietUntil;
				return result();
			}
		} catch (error) {
			return result(error);
		}
		if (!options.mayContinue(changes.length)) return result();
	}
}

/** The page after the rows that have been read: of a size with which it begins with the last of them and reaches farthest. */
export function nextPage({ rowsRead, pageSize }: Pick<Reading, 'rowsRead' | 'pageSize'>, maxSize: number): Page {
	const most = Math.min(pageSize ?? maxSize, maxSize);
	let best: Page = { number: 1, size: maxSize };
	if (rowsRead === 0) return best;
	let farthest = 0;
	for (let size = most; size > most / 2; size--) {
		const number = Math.floor((rowsRead - 1) / size) + 1;
		if (number * size <= farthest) continue;
		farthest = number * size;
		best = { number, size };
	}
	return best;
}

/**
 * The times of a row.
 * @throws {ServiceError} `unexpectedResponse` where it has no ID or no times
 */
function parseEntry(row: IDataObject, triggerOn: TriggerOn): Entry {
	const id = Number(row.id);
	const created = parseJapanTime(row.created_at);
	const updated = parseJapanTime(row.updated_at);
	if (!Number.isSafeInteger(id) || id < 1 || created === undefined || updated === undefined) throw new ServiceError('unexpectedResponse');
	return { row, id, created, updated, changed: triggerOn === 'created' ? created : updated };
}

/** Whether the trigger is to report a row. In any case, the row is remembered. */
function isNewChange({ row, id, created, updated, changed }: Entry, { since, seen, quietUntil }: PollState, triggerOn: TriggerOn): boolean {
	if (changed < since) return false;
	const [seenTime, seenContent] = (seen[id] ?? '').split('#');
	const isFresh = triggerOn !== 'created' && Math.abs(Date.now() - millisOf(changed)) < FRESH_MS;
	const content = isFresh || seenContent !== undefined ? hashId(JSON.stringify(row)).slice(0, 12) : undefined;
	if (seenTime === changed && (seenContent === undefined || seenContent === content)) return false;
	seen[id] = isFresh ? `${changed}#${content}` : changed;
	const isOld = quietUntil !== undefined && changed <= quietUntil;
	return !isOld && (triggerOn !== 'updated' || updated !== created);
}

/** Where the next list begins. Not by the clock alone, which may be ahead of the service's. */
const nextSince = ({ since }: PollState, { startedAt, latest }: Reading): JapanTime =>
	latest === '' ? since : later(since, before(earlier(startedAt, latest), OVERLAP_MS));

const latestOf = (entries: Entry[], start: JapanTime): JapanTime => entries.reduce((latest, { updated }) => later(latest, updated), start);

const isAscending = (entries: Entry[]) => entries.every(({ id }, index) => id > (entries[index - 1]?.id ?? 0));

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
