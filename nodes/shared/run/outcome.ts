import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { ErrorReason } from '../http/errors';
import { pluralize } from '../http/format';
import { mayHaveBeenStored, ServiceError } from '../http/errors';
import type { Operation } from '../fields/operations';
import { fieldsOf } from '../fields/operations';
import { CanceledError } from '../throttle/errors';

/** What became of the items of a run, so that a person can go on from there. */

type ItemResults = Array<PromiseSettledResult<INodeExecutionData[]>>;

/** Ids and items that are named one by one. */
const MAX_NAMED = 20;

/** The rows of which the output shows selected fields only. */
const whole = new WeakMap<IDataObject, IDataObject>();

/** Some fields of a row that was stored; the whole of it is kept, since only it may tell the new record's id. */
export function partOf<Part extends IDataObject>(row: IDataObject, part: Part): Part {
	whole.set(part, row);
	return part;
}

/** Whether an operation leaves something at the service. */
export const stores = ({ idempotent, recordIdField }: Operation): boolean => !idempotent || recordIdField !== undefined;

interface Outcome {
	done: Array<{ item: number; rows: IDataObject[] }>;
	failed: Array<{ item: number; reason: unknown; isUncertain: boolean }>;
	notSent: number[];
}

function outcomeOf({ idempotent }: Operation, ends: ItemResults): Outcome {
	const outcome: Outcome = { done: [], failed: [], notSent: [] };
	for (const [item, end] of ends.entries()) {
		if (end.status === 'fulfilled') {
			outcome.done.push({ item, rows: end.value.map(({ json }) => whole.get(json) ?? json) });
			continue;
		}
		const reason = end.reason as Error;
		if (isUnsent(reason)) outcome.notSent.push(item);
		else outcome.failed.push({ item, reason, isUncertain: !idempotent && reason instanceof ServiceError && mayHaveBeenStored(reason) });
	}
	return outcome;
}

const unsent = new Set<ErrorReason>(['canceled', 'skippedUnauthorized', 'skipped', 'retryLater']);

/** Whether no call of an item was ever made. */
function isUnsent(reason: Error): boolean {
	if (!(reason instanceof ServiceError)) return reason instanceof CanceledError;
	const { status, mayBeStored, partialProgress } = reason.details;
	if (partialProgress !== undefined) return false;
	// With a status it is what the service answered to this very call.
	return unsent.has(reason.reason) && !mayBeStored && (reason.reason !== 'retryLater' || status === undefined);
}

/** Whether a failure was told at an earlier try of the run: its call was not made again. */
export const isFromEarlierTry = (error: unknown): boolean => error instanceof ServiceError && error.details.isFromEarlierTry === true;

/** What an item had stored before it failed, as a sentence; nothing where that is nothing. */
export const storedBefore = (error: unknown): string => (error instanceof ServiceError ? (error.details.partialProgress ?? '') : '');

/** Whether a failure ended the run, rather than an earlier try or the end of another item. */
const isOwn = (error: Error): boolean => !isFromEarlierTry(error) && !(error instanceof ServiceError && error.details.isStopped);

/** The item over which a run ends: the first that failed itself, rather than over another one. -1 where all went well. */
export function firstFailure(ends: ItemResults): number {
	const failed = (counts: (reason: Error) => boolean) => ends.findIndex((end) => end.status === 'rejected' && counts(end.reason as Error));
	const ranks = [(reason: Error) => !isUnsent(reason) && isOwn(reason), (reason: Error) => !isUnsent(reason), () => true];
	return ranks.map(failed).find((item) => item >= 0) ?? -1;
}

/** One part of a sentence such as "7 items: 2 created, 5 failed"; nothing where all went well. */
export function summarizeOutcome(operation: Operation, ends: ItemResults): string {
	const { done, failed, notSent } = outcomeOf(operation, ends);
	if (done.length === ends.length) return '';
	const parts = [`${done.length} ${operation.pastTense}`, `${failed.length} failed`, notSent.length > 0 ? `${notSent.length} not sent` : ''];
	return `${pluralize(ends.length, 'item')}: ${parts.filter(Boolean).join(', ')}`;
}

/**
 * One sentence such as "1 of 7 was created (id 12), item 2 failed, 5 were not sent"; nothing where all
 * went well, or where there is one item.
 */
export function describeOutcome(operation: Operation, ends: ItemResults): string {
	const { done, failed, notSent } = outcomeOf(operation, ends);
	if (ends.length === 1 || done.length === ends.length) return '';
	const ids = !operation.idempotent ? done.flatMap(({ rows }) => rows.flatMap((row) => idOf(row, operation))) : [];
	const uncertain = failed.filter(({ isUncertain }) => isUncertain).map(({ item }) => item);
	const partly = failed.filter(({ reason, isUncertain }) => !isUncertain && storedBefore(reason) !== '').map(({ item }) => item);
	const lost = failed.filter(({ reason, isUncertain }) => !isUncertain && storedBefore(reason) === '').map(({ item }) => item);
	const parts = [
		`${done.length} of ${ends.length} ${be(done.length)} ${operation.pastTense}${ids.length > 0 ? ` (${enumerate(ids.map(String), 'id')})` : ''}`,
		partly.length > 0 ? `${enumerate(partly.map(String), 'item')} ${be(partly.length)} ${operation.pastTense} in part` : '',
		lost.length > 0 ? `${enumerate(lost.map(String), 'item')} failed` : '',
		uncertain.length > 0 ? `${enumerate(uncertain.map(String), 'item')} may have been stored` : '',
		notSent.length > 0 ? `${notSent.length} ${be(notSent.length)} not sent` : '',
	];
	return parts.filter(Boolean).join(', ');
}

const isIdName = (name: string) => name === 'id' || /^id_|Id$/.test(name);

/** The id of a new record, as the service or the simplified output calls it. A service may also repeat ids that were sent. */
function idOf(row: IDataObject, operation: Operation): unknown[] {
	const own = Object.entries(operation.columns ?? {}).flatMap(([wire, { key }]) => [wire, key]);
	const sent = new Set(Object.values(fieldsOf(operation)).flatMap(({ wire, name }) => [wire, name]));
	const others = Object.keys(row).filter((name) => !sent.has(name));
	const isTold = (name: string) => isIdName(name) && Object.hasOwn(row, name) && /^(number|string)$/.test(typeof row[name]) && row[name] !== '';
	const key = [...own, 'id', ...others].find(isTold);
	return key === undefined ? [] : [row[key]];
}

const be = (count: number) => (count === 1 ? 'was' : 'were');

/** "id 5", "ids 5, 6 and 7", and no more than some of them. */
function enumerate(all: string[], one: string): string {
	const shown = all.length > MAX_NAMED ? [...all.slice(0, MAX_NAMED), `${all.length - MAX_NAMED} more`] : all;
	const list = shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : shown[0];
	return `${one}${all.length === 1 ? '' : 's'} ${list}`;
}

/**
 * The same in full, for the data of an error. Rows that were only read stay out: there may be very many of them.
 * @param inWords what the user reads about an item that failed
 */
export function failureData(operation: Operation, ends: ItemResults, inWords: (item: number, reason: unknown) => Error): IDataObject {
	const { done, failed, notSent } = outcomeOf(operation, ends);
	return {
		[operation.pastTense]: done.flatMap(({ item, rows }) => (stores(operation) ? rows.map((row) => ({ item, ...row })) : [{ item }])),
		failed: failed.map(({ item, reason, isUncertain }) => {
			const before = storedBefore(reason);
			return { item, message: inWords(item, reason).message, mayBeStored: isUncertain, ...(before === '' ? {} : { before }) };
		}),
		notSent,
	};
}
