import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
} from 'n8n-workflow';

import type { Caller } from './call';
import { aboutOf, ask as askOnce, fetchFile, openSession, readList, shown } from './call';
import type { Settings } from './check';
import { check } from './check';
import type { Ask, Dialect, Plan, Session } from './dialect';
import { inputError, mayBeStored, Trouble, withoutSecrets } from './errors';
import { binaryFields } from './fields';
import type { SentFile } from './files';
import { attach, load, sentFiles } from './files';
import type { FileLimits } from './links';
import type { IdList } from './lists';
import { unknownIds } from './lists';
import type { Operation, WireValues } from './operations';
import { fieldsOf, hasOutput } from './operations';
import { MOST_ROWS, readPages } from './pages';
import { linksOf } from './rows';

/** One item's way through a node: check, wait for the others' checks, call, output. */

/** Credentials are read again after this time, so that a change reaches a long run. */
const CREDENTIALS_FOR_MS = 10_000;

/** What the items of one run of a node share. */
interface Run {
	session?: Promise<Session>;
	readAt: number;
	/** What all items pass before one of them is sent: the checks of the values, then those of their ids. */
	values: Gate;
	ids: Gate;
	/** An item whose values cannot be sent holds back all others, unless the node goes on. */
	held: boolean;
	/** The item that came last: they come in order, so an earlier one is the beginning of another try. */
	latest: number;
	/** How many items are to come, where that is certain. */
	expected?: number;
	/** What became of the calls that must not be made again when n8n's "Retry On Fail" runs the node anew. */
	settled: Map<string, Promise<IDataObject[]>>;
}

/** Opens when the checks of all items have ended. */
interface Gate {
	checks: Array<Promise<unknown>>;
	opened?: Promise<unknown>;
}

const runs = new WeakMap<object, Run>();

/**
 * The pagination function of a node: sends one item's call, all its pages included.
 * RoutingNode starts it for all items in turn before any of them goes on, so that every item is
 * checked before the first call is spent.
 */
export function sendThrough(dialect: Dialect) {
	return async function send(
		this: IExecutePaginationFunctions,
		{ options }: DeclarativeRestApiSettings.ResultOptions,
	): Promise<INodeExecutionData[]> {
		const run = runOf(this);
		const itemIndex = this.getItemIndex();
		const operation = operationOf(this, dialect);
		const about = { ...aboutOf(dialect, operation), itemIndex };
		try {
			const ready = await pass(run.values, prepare(this, dialect, operation, options.body as IDataObject, run));
			// With fewer items than were to come, RoutingNode has ended over an expression of the next one.
			run.held ||= run.expected !== undefined && run.values.checks.length < run.expected;
			if (run.held) return [];
			await pass(run.ids, checkIds(this, dialect, operation, ready, run));
			if (run.held) return [];
			const { records, settings, wanted, plan } = ready;

			const line = this.getExecutionId() ?? run;
			const session = await currentSession(run, this, dialect, operation);
			about.secrets = session.connection.secrets;
			const ask: Ask = async (values, page, until) => {
				const current = await currentSession(run, this, dialect, operation);
				const request = async () => ({
					...(options as IHttpRequestOptions),
					...dialect.request(operation, await load(this, values), page, current.connection),
				});
				const { rows, ...more } = await askOnce(this, dialect, current, operation, request, { line, until });
				return { ...more, rows: rows.map((row) => withoutSecrets(row, current.connection.secrets)) };
			};
			if (plan) return linked(await plan.carryOut(ask, session), itemIndex);

			const { list } = operation;
			const read = async (values: WireValues) => {
				if (!list?.pageSize) return (await ask(values)).rows.slice(0, wanted);
				const { atOnce } = session.connection.limits;
				return await readPages(async (page) => await ask(values, page), list.pageSize, wanted, atOnce);
			};
			const items: INodeExecutionData[] = [];
			for (const [index, values] of records.entries()) {
				const call = async () => await read(values);
				const rows = await (operation.once ? onlyOnce(run, `${itemIndex}.${index}`, call) : call()).catch((error) => {
					throw index > 0 ? partly(error, index, records.length) : error;
				});
				const outgoing = linked(output(this, dialect, operation, rows, sentFiles(Object.values(fieldsOf(operation)), values)), itemIndex);
				if (settings.downloadFiles) {
					await addFiles(this, dialect, session, operation, { rows, items: outgoing, settings, line });
				}
				items.push(...outgoing);
			}
			return items;
		} catch (error) {
			throw shown(this, error, about);
		}
	};
}

/** Items that are linked to the input item they came from. */
function linked(rows: IDataObject[], item: number): INodeExecutionData[] {
	if (rows.length > MOST_ROWS) throw new Trouble('tooManyRows');
	return rows.map((json) => ({ json, pairedItem: { item } }));
}

/** Makes a call that stores something, unless an earlier try of this run has made it, makes it now, or may have made it. */
async function onlyOnce({ settled }: Run, key: string, call: () => Promise<IDataObject[]>): Promise<IDataObject[]> {
	const known = settled.get(key);
	if (known) return await known;
	const rows = call();
	settled.set(key, rows);
	rows.catch((error) => {
		if (!(error instanceof Trouble && mayBeStored(error))) settled.delete(key);
	});
	return await rows;
}

/** Of several files that go out one by one, some are stored when another one fails. */
function partly(error: unknown, stored: number, all: number): unknown {
	if (!(error instanceof Trouble)) return error;
	return new Trouble(error.reason, { ...error.details, before: `${stored} of the ${all} files of this item were sent well before` });
}

/** What an item sends, once it is certain that it can be sent. */
interface Ready {
	/** The values of one call each: more than one where several files go out one by one. */
	records: WireValues[];
	settings: Settings;
	wanted: number;
	/** How the vendor goes about it, where one call or its pages are not all. */
	plan?: Plan;
}

/**
 * Checks the values of an item. The catalogue's check is done before anything is awaited, so that
 * the first item already knows of all others whether they hold it back.
 */
async function prepare(
	caller: IExecutePaginationFunctions,
	dialect: Dialect,
	operation: Operation,
	body: IDataObject,
	run: Run,
): Promise<Ready> {
	const { values, settings, problems } = check(operation, { ...body, ...listsIn(caller, operation, body), ...unsent(caller) }, caller.getTimezone());
	const wanted = operation.list ? wantedRows(caller, problems) : Infinity;
	const item = { caller, operation, values, run, wanted };
	const plan = problems.length > 0 ? undefined : dialect.plan?.(item);
	problems.push(...(plan?.problems ?? []));
	if (problems.length > 0) throw refusal(caller, run, problems);
	const maxBytes = Number(settings.maxFileSizeMb ?? Infinity) * 2 ** 20;
	const records = await attach(caller, Object.values(fieldsOf(operation)), values, maxBytes, problems);
	if (problems.length === 0 && dialect.lacks) {
		const { connection } = await currentSession(run, caller, dialect, operation);
		const lacking = records.flatMap((record) => dialect.lacks?.(operation, record, connection) ?? []);
		problems.push(...new Set(lacking));
	}
	if (problems.length > 0) throw refusal(caller, run, problems);
	return { records, settings, wanted, plan };
}

/** Looks the ids of an item up in the service's own lists. */
async function checkIds(
	caller: IExecutePaginationFunctions,
	dialect: Dialect,
	operation: Operation,
	{ records: [values], settings }: Ready,
	run: Run,
): Promise<void> {
	if (!dialect.lists || !settings.checkIds) return;
	// A list that cannot be read must not hold anything back.
	const read = async (list: IdList) => await readList(caller, dialect, list.operation).catch(() => []);
	const problems = await unknownIds(Object.values(fieldsOf(operation)), values, dialect.lists, read);
	if (problems.length > 0) throw refusal(caller, run, problems);
}

/** What an item with values that cannot be sent ends with; unless the node goes on, it holds back all others. */
function refusal(caller: IExecutePaginationFunctions, run: Run, problems: string[]): Error {
	run.held ||= !caller.continueOnFail();
	return inputError(caller.getNode(), problems, caller.getItemIndex(), 'Nothing was sent for this item');
}

/** The end of an item's check, once those of all others have ended too. */
async function pass<Result>(gate: Gate, itsCheck: Promise<Result>): Promise<Result> {
	gate.checks.push(itsCheck);
	gate.opened ??= endOf(gate.checks);
	const result = await itsCheck;
	await gate.opened;
	return result;
}

/** RoutingNode starts the items one after another without a pause: their checks come in while the first ones run. */
async function endOf(checks: Array<Promise<unknown>>): Promise<void> {
	for (let ended = 0; ended < checks.length; ) {
		ended = checks.length;
		await Promise.allSettled(checks);
	}
}

/** Lists that an expression brings: RoutingNode sends only those that were filled in by hand. */
function listsIn(caller: IExecutePaginationFunctions, operation: Operation, body: IDataObject): IDataObject {
	const missing = Object.values(fieldsOf(operation)).filter(({ kind, wire }) => kind === 'list' && !(wire in body));
	if (missing.length === 0) return {};
	const given = caller.getNodeParameter('additionalFields', {}) as IDataObject;
	const found = missing.filter(({ name }) => given[name] !== undefined).map(({ name, wire }) => [wire, given[name]]);
	return Object.fromEntries(found) as IDataObject;
}

/** Parameters that are not sent but say how: settings, and where files come from. */
const unsent = (caller: IExecutePaginationFunctions): IDataObject => ({
	...(caller.getNodeParameter('options', {}) as IDataObject),
	[binaryFields.name]: caller.getNodeParameter(binaryFields.name, '') as string,
});

/** Shared by the items of one run of a node. Another try of it remembers what it has sent; a loop's next round does not. */
function runOf(caller: IExecutePaginationFunctions): Run {
	const key = caller.getExecuteData();
	const known = runs.get(key);
	const item = caller.getItemIndex();
	if (known && item > known.latest) {
		known.latest = item;
		return known;
	}
	const run: Run = {
		held: false, readAt: -Infinity, latest: item, expected: expectedItems(caller),
		values: { checks: [] }, ids: { checks: [] }, settled: known?.settled ?? new Map(),
	};
	runs.set(key, run);
	return run;
}

/** The number of items of a run; unknown where some are left out, or where the node goes on without them. */
function expectedItems(caller: IExecutePaginationFunctions): number | undefined {
	const { batching } = caller.getNodeParameter('requestOptions', {}) as IDataObject;
	if (batching || caller.continueOnFail() || caller.getNode().executeOnce) return undefined;
	return caller.getExecuteData().data.main?.[0]?.length;
}

async function currentSession(run: Run, caller: Caller, dialect: Dialect, operation: Operation): Promise<Session> {
	if (performance.now() - run.readAt > CREDENTIALS_FOR_MS) {
		run.readAt = performance.now();
		run.session = openSession(caller, dialect, operation);
	}
	return await (run.session as Promise<Session>);
}

function operationOf(caller: IExecutePaginationFunctions, { resources }: Dialect): Operation {
	const resource = caller.getNodeParameter('resource');
	const operation = caller.getNodeParameter('operation');
	const found = resources
		.find(({ value }) => value === resource)
		?.operations.find(({ value }) => value === operation);
	if (found) return found;
	throw inputError(caller.getNode(), [`'Operation' ${String(operation)} is not known`], caller.getItemIndex());
}

function wantedRows(caller: IExecutePaginationFunctions, problems: string[]): number {
	if (String(caller.getNodeParameter('returnAll', false)) === 'true') return Infinity;
	const given: unknown = caller.getNodeParameter('limit', 50);
	const limit = typeof given === 'number' || typeof given === 'string' ? Number(given) : NaN;
	if (!Number.isInteger(limit) || limit < 1) problems.push("'Limit' must be a whole number of 1 or more");
	return limit;
}

/** The rows as the user wants to see them. */
function output(
	caller: IExecutePaginationFunctions,
	{ simplify = (row) => row }: Dialect,
	operation: Operation,
	rows: IDataObject[],
	files: SentFile[],
): IDataObject[] {
	const form = hasOutput(operation) ? caller.getNodeParameter('output', 'simplified') : 'raw';
	if (form === 'raw') return rows;
	const sent = files.length > 0 ? { sentFiles: files } : {};
	const typed = rows.map((row): IDataObject => ({ ...simplify(row, operation), ...sent }));
	if (form !== 'selectedFields') return typed;
	const keys = [caller.getNodeParameter('outputFields', [])].flat() as string[];
	return typed.map((row) => Object.fromEntries(keys.filter((key) => key in row).map((key) => [key, row[key]])));
}

interface Downloads {
	/** Rows as received, and the items that they became. */
	rows: IDataObject[];
	items: INodeExecutionData[];
	settings: Settings;
	line: unknown;
}

/** Puts the files behind the links of rows into their items, as binary data. */
async function addFiles(
	caller: IExecutePaginationFunctions,
	dialect: Dialect,
	session: Session,
	{ row: columns }: Operation,
	{ rows, items, settings, line }: Downloads,
): Promise<void> {
	const limits: FileLimits = {
		maxBytes: Number(settings.maxFileSizeMb) * 2 ** 20,
		timeoutMs: Number(settings.downloadTimeout) * 1000,
		signal: caller.getExecutionCancelSignal(),
	};
	for (const [index, row] of rows.entries()) {
		for (const wire of linksOf(columns)) {
			const link = row[wire];
			if (link === undefined || link === null || link === '') continue;
			const name = `'${wire}' of row ${index + 1}`;
			const { content, fileName, type } = await fetchFile(caller, dialect, session, line, String(link), name, limits);
			const data = await caller.helpers.prepareBinaryData(content, fileName, type);
			items[index].binary = { ...items[index].binary, [String(settings.outputField)]: data };
		}
	}
}
