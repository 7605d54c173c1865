import type { IDataObject, IExecuteSingleFunctions, IHttpRequestOptions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { aboutOf, ask as askOnce, fetchFile, openSession, shown } from './call';
import type { Settings } from './check';
import { check } from './check';
import type { Ask, Dialect, Plan, Session, Way } from './dialect';
import { inputError, mayBeStored, Trouble, withoutSecrets } from './errors';
import type { SentFile } from './files';
import { attach, load, sentFiles } from './files';
import { givenFor } from './given';
import type { FileLimits } from './links';
import { readList } from './listCache';
import type { IdList } from './lists';
import { unknownIds } from './lists';
import type { Meter } from './meter';
import type { Operation, WireValues } from './operations';
import { fieldsOf, hasOutput } from './operations';
import { readPages } from './pages';
import { linksOf } from './rows';

/** One item's way through a node: check, call, output. */

/** Credentials are read again after this time, so that a change reaches a long run. */
const CREDENTIALS_FOR_MS = 10_000;

/** What the items of one run of a node share. */
export interface Run {
	session?: Promise<Session>;
	readAt: number;
	/** What became of the calls that must not be made again when n8n's "Retry On Fail" runs the node anew. */
	settled: Map<string, Promise<IDataObject[]>>;
	/** The service's own lists, read once for the ids of all items. */
	lists: Map<IdList, Promise<IDataObject[]>>;
	meter: Meter;
}

/** What an item sends, once it is certain that it can be sent. */
interface Ready {
	/** The values of one call each: more than one where several files go out one by one. */
	records: WireValues[];
	settings: Settings;
	wanted: number;
	form: Form;
	/** How the vendor goes about it, where one call or its pages are not all. */
	plan?: Plan;
}

/** How the rows come out. */
interface Form {
	output: unknown;
	/** The keys of the selected fields. */
	keys: string[];
}

/** Sends the calls of an item that has been checked, all its pages included. */
export async function send(
	item: IExecuteSingleFunctions,
	dialect: Dialect,
	operation: Operation,
	run: Run,
	{ records, settings, wanted, form, plan }: Ready,
	options: Partial<IHttpRequestOptions>,
): Promise<INodeExecutionData[]> {
	const itemIndex = item.getItemIndex();
	const line = item.getExecutionId() ?? run;
	const session = await currentSession(run, item, dialect, operation);
	const ask: Ask = async (values, page, until) => {
		const current = await currentSession(run, item, dialect, operation);
		const request = async () => ({
			...options,
			...dialect.request(operation, await load(item, values), page, current.connection),
		});
		const patience = { line, until, meter: run.meter };
		const { rows, ...more } = await askOnce(item, dialect, current, operation, request, patience);
		return { ...more, rows: rows.map((row) => withoutSecrets(row, current.connection.secrets)) };
	};
	if (plan) return linked(await plan.carryOut(ask, session), itemIndex);

	const { list } = operation;
	const read = async (values: WireValues) => {
		if (!list?.pageSize) return (await ask(values)).rows.slice(0, wanted);
		const { atOnce } = session.connection.limits;
		return await readPages(async (page) => await ask(values, page), list.pageSize, wanted, atOnce);
	};
	const items: INodeExecutionData[][] = [];
	for (const [index, values] of records.entries()) {
		const call = async () => await read(values);
		const rows = await (operation.once ? onlyOnce(run, `${itemIndex}.${index}`, call) : call()).catch((error) => {
			throw index > 0 ? partly(error, index, records.length) : error;
		});
		const outgoing = linked(output(form, dialect, operation, rows, sentFiles(Object.values(fieldsOf(operation)), values)), itemIndex);
		if (settings.downloadFiles) {
			await addFiles(item, dialect, session, operation, { rows, items: outgoing, settings, options, line, meter: run.meter });
		}
		items.push(outgoing);
	}
	return items.flat();
}

/** What went wrong with an item, in words that name it. */
export async function inWords(
	item: IExecuteSingleFunctions,
	dialect: Dialect,
	operation: Operation,
	{ session }: Run,
	error: unknown,
): Promise<Error & { description?: string | null }> {
	const secrets = (await session?.catch(() => undefined))?.connection.secrets ?? [];
	return ofItem(item, shown(item, error, { ...aboutOf(dialect, operation), itemIndex: item.getItemIndex(), secrets }));
}

/** n8n's own errors mostly tell the item, but not where an expression cannot even be read. */
function ofItem(item: IExecuteSingleFunctions, error: Error & { context?: IDataObject }): Error {
	if (error.context?.itemIndex !== undefined) return error;
	return new NodeOperationError(item.getNode(), error, { itemIndex: item.getItemIndex() });
}

/** Items that are linked to the input item they came from. */
function linked(rows: IDataObject[], item: number): INodeExecutionData[] {
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

/** Checks the values of an item, its files included: what cannot be sent is thrown, naming the field and the item. */
export async function prepare(item: IExecuteSingleFunctions, dialect: Dialect, operation: Operation, run: Run): Promise<Ready> {
	const { values, settings, problems } = check(operation, givenFor(item, operation), item.getTimezone());
	const wanted = operation.list ? wantedRows(item, problems) : Infinity;
	const form = formOf(item, operation);
	const plan = problems.length > 0 ? undefined : dialect.plan?.({ caller: item, operation, values, run, wanted });
	problems.push(...(plan?.problems ?? []));
	if (problems.length > 0) throw refusal(item, problems);
	const maxBytes = Number(settings.maxFileSizeMb ?? Infinity) * 2 ** 20;
	const records = await attach(item, Object.values(fieldsOf(operation)), values, maxBytes, problems);
	if (problems.length === 0 && dialect.lacks) {
		const { connection } = await currentSession(run, item, dialect, operation);
		const lacking = records.flatMap((record) => dialect.lacks?.(operation, record, connection) ?? []);
		problems.push(...new Set(lacking));
	}
	if (problems.length > 0) throw refusal(item, problems);
	return { records, settings, wanted, form, plan };
}

/** Looks the ids of an item up in the service's own lists. */
export async function checkIds(
	item: IExecuteSingleFunctions,
	dialect: Dialect,
	operation: Operation,
	{ lists }: Run,
	{ records: [values], settings }: Ready,
	options: Partial<IHttpRequestOptions>,
): Promise<void> {
	if (!dialect.lists || !settings.checkIds) return;
	// A list that cannot be read must not hold anything back; a cancel of one's own ends the run.
	const read = async (list: IdList) => {
		const rows = lists.get(list) ?? readList(item, dialect, list.operation, { way: wayOf(options) }).catch((error) => {
			if (item.getExecutionCancelSignal()?.aborted) throw error;
			return [];
		});
		lists.set(list, rows);
		return await rows;
	};
	const problems = await unknownIds(Object.values(fieldsOf(operation)), values, dialect.lists, read);
	if (problems.length > 0) throw refusal(item, problems);
}

const wayOf = ({ proxy, skipSslCertificateValidation }: Partial<IHttpRequestOptions>): Way => ({ proxy, skipSslCertificateValidation });

const refusal = (item: IExecuteSingleFunctions, problems: string[]) =>
	inputError(item.getNode(), problems, item.getItemIndex(), 'Nothing was sent for this item');

async function currentSession(run: Run, caller: IExecuteSingleFunctions, dialect: Dialect, operation: Operation): Promise<Session> {
	if (performance.now() - run.readAt > CREDENTIALS_FOR_MS) {
		run.readAt = performance.now();
		run.session = openSession(caller, dialect, operation);
	}
	return await (run.session as Promise<Session>);
}

function wantedRows(caller: IExecuteSingleFunctions, problems: string[]): number {
	if (String(caller.getNodeParameter('returnAll', false)) === 'true') return Infinity;
	const given: unknown = caller.getNodeParameter('limit', 50);
	const limit = typeof given === 'number' || typeof given === 'string' ? Number(given) : NaN;
	if (!Number.isInteger(limit) || limit < 1) problems.push("'Limit' must be a whole number of 1 or more");
	return limit;
}

/** Looked at before the call: nothing may fail over it once a record is stored. */
function formOf(caller: IExecuteSingleFunctions, operation: Operation): Form {
	const output = hasOutput(operation) ? caller.getNodeParameter('output', 'simplified') : 'raw';
	const keys = output === 'selectedFields' ? [caller.getNodeParameter('outputFields', [])].flat() : [];
	return { output, keys: keys as string[] };
}

/** The rows as the user wants to see them. */
function output(
	form: Form,
	{ simplify = (row) => row }: Dialect,
	operation: Operation,
	rows: IDataObject[],
	files: SentFile[],
): IDataObject[] {
	if (form.output === 'raw') return rows;
	const sent = files.length > 0 ? { sentFiles: files } : {};
	const typed = rows.map((row): IDataObject => ({ ...simplify(row, operation), ...sent }));
	if (form.output !== 'selectedFields') return typed;
	return typed.map((row) => Object.fromEntries(form.keys.filter((key) => Object.hasOwn(row, key)).map((key) => [key, row[key]])));
}

interface Downloads {
	/** Rows as received, and the items that they became. */
	rows: IDataObject[];
	items: INodeExecutionData[];
	settings: Settings;
	options: Partial<IHttpRequestOptions>;
	line: unknown;
	meter: Meter;
}

/** Puts the files behind the links of rows into their items, as binary data. */
async function addFiles(
	caller: IExecuteSingleFunctions,
	dialect: Dialect,
	session: Session,
	{ row: columns }: Operation,
	{ rows, items, settings, options, line, meter }: Downloads,
): Promise<void> {
	const limits: FileLimits = {
		maxBytes: Number(settings.maxFileSizeMb) * 2 ** 20,
		timeoutMs: Number(settings.downloadTimeout) * 1000,
		signal: caller.getExecutionCancelSignal(),
		way: wayOf(options),
	};
	for (const [index, row] of rows.entries()) {
		for (const wire of linksOf(columns)) {
			const link = row[wire];
			if (link === undefined || link === null || link === '') continue;
			const name = `'${wire}' of row ${index + 1}`;
			const { content, fileName, type } = await fetchFile(caller, dialect, session, { line, meter }, String(link), name, limits);
			const data = await caller.helpers.prepareBinaryData(content, fileName, type);
			items[index].binary = { ...items[index].binary, [String(settings.outputField)]: data };
		}
	}
}
