/** The outcome of a run: which items succeeded, failed or were not sent, as sentences and as error data. */

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Operation } from '../fields/operations';
import { fieldsOf } from '../fields/operations';
import type { ErrorReason } from '../http/errors';
import { mayHaveBeenStored, ServiceError } from '../http/errors';
import { pluralize } from '../http/format';
import { CanceledError } from '../throttle/errors';

export type ItemResults = Array<PromiseSettledResult<INodeExecutionData[]>>;

/** IDs and items that a sentence names one by one. */
const MAX_NAMED = 20;

/** Whole rows, by the output that shows only selected fields of them. */
const wholeRows = new WeakMap<IDataObject, IDataObject>();

/** Remembers the whole row behind selected fields: only it may hold the ID of a new record. */
export function keepWholeRow<Selected extends IDataObject>(row: IDataObject, selected: Selected): Selected {
	wholeRows.set(selected, row);
	return selected;
}

/** Whether an operation creates or changes data at the service. */
export const changesData = ({ idempotent, recordIdField }: Operation): boolean => !idempotent || recordIdField !== undefined;

interface Outcome {
	succeeded: Array<{ item: number; rows: IDataObject[] }>;
	failed: Array<{ item: number; reason: unknown; isUncertain: boolean }>;
	notSent: number[];
}

function groupResults({ idempotent }: Operation, results: ItemResults): Outcome {
	const outcome: Outcome = { succeeded: [], failed: [], notSent: [] };
	for (const [item, result] of results.entries()) {
		if (result.status === 'fulfilled') {
			outcome.succeeded.push({ item, rows: result.value.map(({ json }) => wholeRows.get(json) ?? json) });
			continue;
		}
		const reason: unknown = result.reason;
		if (isUnsent(reason)) outcome.notSent.push(item);
		else outcome.failed.push({ item, reason, isUncertain: !idempotent && reason instanceof ServiceError && mayHaveBeenStored(reason) });
	}
	return outcome;
}

const unsentReasons = new Set<ErrorReason>(['canceled', 'skippedUnauthorized', 'skipped', 'retryLater']);

/** Whether no request of an item was ever sent. */
function isUnsent(error: unknown): boolean {
	if (!(error instanceof ServiceError)) return error instanceof CanceledError;
	const { status, mayBeStored, partialProgress } = error.details;
	if (partialProgress !== undefined) return false;
	// With a status, it is the service's response to this very request.
	return unsentReasons.has(error.reason) && !mayBeStored && (error.reason !== 'retryLater' || status === undefined);
}

/** Whether an error was reported at an earlier attempt of the run: its request was not sent again. */
export const isFromEarlierTry = (error: unknown): boolean => error instanceof ServiceError && error.details.isFromEarlierTry === true;

/** What an item had stored before it failed, as a sentence; empty if nothing. */
export const progressBefore = (error: unknown): string => (error instanceof ServiceError ? (error.details.partialProgress ?? '') : '');

/** Whether an item failed itself, rather than at an earlier attempt or because another item stopped the run. */
const isOwnFailure = (error: unknown): boolean => !isFromEarlierTry(error) && !(error instanceof ServiceError && error.details.isStopped);

/** The failure to report for a run: preferably of the first item that failed itself. Undefined if all items succeeded. */
export function firstFailure(results: ItemResults): { item: number; reason: unknown } | undefined {
	const failures = results.flatMap((result, item) => (result.status === 'rejected' ? [{ item, reason: result.reason as unknown }] : []));
	const wasSent = failures.filter(({ reason }) => !isUnsent(reason));
	return wasSent.find(({ reason }) => isOwnFailure(reason)) ?? wasSent[0] ?? failures[0];
}

/** A summary such as "7 items: 2 created, 5 failed"; empty if all items succeeded. */
export function summarizeOutcome(operation: Operation, results: ItemResults): string {
	const { succeeded, failed, notSent } = groupResults(operation, results);
	if (succeeded.length === results.length) return '';
	const parts = [`${succeeded.length} ${operation.pastTense}`, `${failed.length} failed`, notSent.length > 0 ? `${notSent.length} not sent` : ''];
	return `${pluralize(results.length, 'item')}: ${parts.filter(Boolean).join(', ')}`;
}

/**
 * A sentence such as "1 of 7 items was created (ID 12); item 2 failed; 5 were not sent"; empty if all
 * items succeeded, or if there is only one.
 */
export function describeOutcome(operation: Operation, results: ItemResults): string {
	const { succeeded, failed, notSent } = groupResults(operation, results);
	if (results.length === 1 || succeeded.length === results.length) return '';
	const { pastTense } = operation;
	const ids = operation.idempotent ? [] : succeeded.flatMap(({ rows }) => rows.flatMap((row) => idOf(row, operation)));
	const uncertain = failed.filter(({ isUncertain }) => isUncertain);
	const certain = failed.filter(({ isUncertain }) => !isUncertain);
	const partial = certain.filter(({ reason }) => progressBefore(reason) !== '');
	const whole = certain.filter(({ reason }) => progressBefore(reason) === '');
	const name = (items: typeof failed) => enumerate(items.map(({ item }) => String(item)), 'item');
	const parts = [
		`${succeeded.length} of ${results.length} items ${wasOrWere(succeeded.length)} ${pastTense}${ids.length > 0 ? ` (${enumerate(ids.map(String), 'ID')})` : ''}`,
		partial.length > 0 ? `${name(partial)} ${wasOrWere(partial.length)} partially ${pastTense}` : '',
		whole.length > 0 ? `${name(whole)} failed` : '',
		uncertain.length > 0 ? `${name(uncertain)} may have been ${pastTense}` : '',
		notSent.length > 0 ? `${notSent.length} ${wasOrWere(notSent.length)} not sent` : '',
	];
	return parts.filter(Boolean).join('; ');
}

/** The ID of a new record, as the service or the simplified output names it. A service may also echo IDs that were sent. */
function idOf(row: IDataObject, operation: Operation): unknown[] {
	const { idKey, columns = {} } = operation;
	const named = idKey === undefined ? [] : [idKey, columns[idKey]?.key ?? idKey];
	const isIdName = (name: string) => named.includes(name) || name === 'id' || /^id_|Id$/.test(name);
	const ownNames = Object.entries(columns).flatMap(([wire, { key }]) => [wire, key]);
	const sentNames = new Set(Object.values(fieldsOf(operation)).flatMap(({ wire, name }) => [wire, name]));
	const otherNames = Object.keys(row).filter((name) => !sentNames.has(name));
	const hasId = (name: string) => isIdName(name) && Object.hasOwn(row, name) && /^(number|string)$/.test(typeof row[name]) && row[name] !== '';
	const name = [...named, ...ownNames, 'id', ...otherNames].find(hasId);
	return name === undefined ? [] : [row[name]];
}

const wasOrWere = (count: number) => (count === 1 ? 'was' : 'were');

/** "ID 5" or "IDs 5, 6 and 7"; a long list ends with the number of the others. */
function enumerate(names: string[], noun: string): string {
	const listed = names.length > MAX_NAMED ? [...names.slice(0, MAX_NAMED), `${names.length - MAX_NAMED} more`] : names;
	const list = listed.length > 1 ? `${listed.slice(0, -1).join(', ')} and ${listed.at(-1)}` : listed.join('');
	return `${noun}${names.length === 1 ? '' : 's'} ${list}`;
}

/**
 * The whole outcome, for the data of an error. Rows that were only read are left out: there may be very many.
 * @param toError what the user reads about an item that failed
 */
export function outcomeData(operation: Operation, results: ItemResults, toError: (item: number, reason: unknown) => Error): IDataObject {
	const { succeeded, failed, notSent } = groupResults(operation, results);
	return {
		[operation.pastTense]: succeeded.flatMap(({ item, rows }) => (changesData(operation) ? rows.map((row) => ({ item, ...row })) : [{ item }])),
		failed: failed.map(({ item, reason, isUncertain }) => {
			const before = progressBefore(reason);
			return { item, message: toError(item, reason).message, mayBeStored: isUncertain, ...(before === '' ? {} : { before }) };
		}),
		notSent,
	};
}

/** Invalid items that a sentence names one by one. */
const MAX_INVALID_NAMED = 5;

/** Why nothing was sent, e.g. "Nothing was sent because 2 of 20 items have errors. Item 3: ...; item 5: ...". */
export function describeInvalidItems(results: Array<PromiseSettledResult<unknown>>): string {
	if (results.length === 1) return 'Nothing was sent';
	const invalid = results.flatMap((result, item) => (result.status === 'rejected' ? [{ item, message: messageOf(result.reason) }] : []));
	const named = invalid.slice(0, MAX_INVALID_NAMED).map(({ item, message }) => `item ${item}: ${message}`);
	const others = invalid.length > MAX_INVALID_NAMED ? [`${(invalid.length - MAX_INVALID_NAMED).toLocaleString('en')} more`] : [];
	const list = [...named, ...others].join('; ').replace(/^i/, 'I');
	const count = `${invalid.length.toLocaleString('en')} of ${pluralize(results.length, 'item')} ${invalid.length === 1 ? 'has an error' : 'have errors'}`;
	return `Nothing was sent because ${count}${invalid.length > 1 ? `. ${list}` : ''}`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
