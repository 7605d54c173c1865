import type { IDataObject, IExecuteSingleFunctions, IHttpRequestOptions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { WaitPolicy } from './call';
import { aboutOf, ask as askOnce, fetchFile, shown, tooSoon } from './call';
import type { Settings } from './check';
import { check } from './check';
import type { CredentialRead } from './itemCredential';
import { openFor } from './itemCredential';
import type { Ask, Dialect, Open, Plan, Session, Way } from './dialect';
import { counted, mayBeStored, Trouble } from './errors';
import type { SentFile } from './files';
import { attach, load, sentFiles } from './files';
import { givenFor } from './given';
import type { Limits } from './lines';
import type { FileLimits } from './links';
import { readList } from './listCache';
import type { IdList } from './lists';
import { unknownIds } from './lists';
import type { Meter } from './meter';
import type { Operation, WireValues } from './operations';
import { fieldsOf, hasOutput } from './operations';
import { partOf, stores } from './outcome';
import type { ReadPage } from './pages';
import { readPages } from './pages';
import { linksOf } from './rows';
import { withoutSecrets } from './secrets';
import { mapInSlices } from './slices';
import { Canceled, throttleFor } from './throttle';

/** One item's way through a node: check, call, output. */

/** A look behind the last page is not worth a longer wait: it mostly finds nothing. */
const CHECK_PATIENCE_MS = 1000;

/** What the items of one run of a node share. */
export interface Run {
	/** When it began, as `performance.now()` gives it. */
	since: number;
	/** Ends what has not been sent: the execution is stopped, or an item has failed for good. */
	signal?: AbortSignal;
	/** Told of a call that has failed for good, before another one starts in its place. */
	onFailure?: () => void;
	/** The credential as the latest reader found it. */
	credentials?: CredentialRead;
	/** Of all accounts that the run has used: never shown. */
	secrets: Set<string>;
	/** Of the account used last. */
	limits?: Limits;
	/** What became of the calls that must not be made again when n8n's "Retry On Fail" runs the node anew. */
	settled: Map<string, Promise<IDataObject[]>>;
	/** The latest call to each record, and the latest look whose it is: calls that change one record go out one after the other. */
	records: Map<string, Promise<unknown>>;
	/** What the service refused, by its key. */
	refusedKeys: Map<string, Trouble>;
	meter: Meter;
	/** What the user should know about the answers, as sentences. */
	notes: Set<string>;
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
	/** Its connection, whenever a call needs it. */
	open: Open;
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
	{ records, settings, wanted, form, plan, open }: Ready,
	options: Partial<IHttpRequestOptions>,
): Promise<INodeExecutionData[]> {
	const itemIndex = item.getItemIndex();
	const { since, signal, onFailure, refusedKeys, meter } = run;
	const policy: WaitPolicy = { line: item.getExecutionId() ?? run, since, signal, onFailure, refusedKeys, meter };
	const ask: Ask = async (values, page, until) => {
		let { connection } = await open();
		const request = async (session: Session) => {
			({ connection } = session);
			return { ...options, ...dialect.request(operation, await load(item, values), page, connection) };
		};
		const { rows, ...more } = await askOnce(item, dialect, open, operation, request, { ...policy, until });
		const { secrets } = connection;
		return { ...more, connection, rows: await mapInSlices(rows, (row) => withoutSecrets(row, secrets), item.getExecutionCancelSignal()) };
	};
	if (plan) return linked(await plan.carryOut(ask, await open()), itemIndex);

	const { list } = operation;
	const read = async (values: WireValues) => {
		if (!list?.pageSize) return (await ask(values)).rows.slice(0, wanted);
		const { atOnce } = (await open()).connection.limits;
		const onMismatch = ({ rows, total }: { rows: number; total: number }) => run.notes.add(
			`${dialect.service} said that there ${total === 1 ? 'is' : 'are'} ${counted(total, 'row')}, but ${rows.toLocaleString('en')} came`,
		);
		const onUnchecked = (rows: number) => run.notes.add(
			`${dialect.service} said that there ${rows === 1 ? 'is' : 'are'} no more than ${counted(rows, 'row')}. Its limit left no call to make sure of that`,
		);
		const page: ReadPage = async (one, isCheck) => {
			const { account, limits } = (await open()).connection;
			// A slow service is waited for as ever; only a full window is not.
			const waitMs = isCheck ? throttleFor(account).waitMs(limits) : 0;
			if (waitMs > CHECK_PATIENCE_MS) throw tooSoon(waitMs, item.getTimezone());
			return await ask(values, one);
		};
		return await readPages(page, list.pageSize, wanted, atOnce, { onMismatch, onUnchecked });
	};
	const items: INodeExecutionData[][] = [];
	for (const [index, values] of records.entries()) {
		const call = async () => await inOrder(run, recordOf(operation, values), open, async () => await read(values));
		const rows = await (operation.once ? onlyOnce(run, `${itemIndex}.${index}`, call) : call()).catch((error) => {
			throw index > 0 ? partly(error, index, records.length) : error;
		});
		const files = sentFiles(Object.values(fieldsOf(operation)), values);
		const outgoing = linked(await output(form, dialect, operation, rows, files), itemIndex);
		if (settings.downloadFiles) {
			await addFiles(item, dialect, operation, { rows, items: outgoing, settings, options, open, policy });
		}
		items.push(outgoing);
	}
	return items.flat();
}

/** Names the record that a call changes. */
const recordOf = ({ changes }: Operation, values: WireValues) => (changes === undefined ? undefined : String(values[changes]));

/** One call after the other for each record of an account: what is sent again stays ahead of what came after it. */
async function inOrder<Result>({ records }: Run, record: string | undefined, open: Open, call: () => Promise<Result>): Promise<Result> {
	if (record === undefined) return await call();
	// Whose record it is, is looked at in order too: some credentials take longer to read than others.
	const look = async () => await open();
	const session = (records.get(record) ?? Promise.resolve()).then(look, look);
	records.set(record, session);
	const own = `${(await session).connection.account} ${record}`;
	const result = (records.get(own) ?? Promise.resolve()).then(call, call);
	records.set(own, result);
	return await result;
}

/** What went wrong with an item, in words that name it. */
export function inWords(
	item: IExecuteSingleFunctions,
	dialect: Dialect,
	operation: Operation,
	{ secrets }: Run,
	error: unknown,
): Error & { description?: string | null; context?: IDataObject } {
	const about = { ...aboutOf(dialect, operation), itemIndex: item.getItemIndex(), secrets: [...secrets] };
	return ofItem(item, shown(item, error, about));
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
	if (known) return await known.catch(recalled);
	const rows = call();
	settled.set(key, rows);
	rows.catch((error) => {
		if (!(error instanceof Trouble && mayBeStored(error))) settled.delete(key);
	});
	return await rows;
}

function recalled(error: unknown): never {
	throw error instanceof Trouble ? new Trouble(error.reason, { ...error.details, isRecalled: true }) : error;
}

/** Of several files that go out one by one, some are stored when another one fails. */
function partly(error: unknown, stored: number, all: number): unknown {
	const trouble = error instanceof Canceled ? new Trouble('canceled') : error;
	if (!(trouble instanceof Trouble)) return error;
	const before = `${stored} of the ${all} files of this item ${stored === 1 ? 'was' : 'were'} sent well before`;
	return new Trouble(trouble.reason, { ...trouble.details, before });
}

/** Checks the values of an item, its files included: what cannot be sent is thrown, naming the field. */
export async function prepare(item: IExecuteSingleFunctions, dialect: Dialect, operation: Operation, run: Run): Promise<Ready> {
	const { values, settings, problems } = check(operation, givenFor(item, operation), item.getTimezone());
	const wanted = operation.list ? wantedRows(item, problems) : Infinity;
	const form = formOf(item, operation);
	const note = (sentence: string) => run.notes.add(sentence);
	const open = openFor(item, dialect, operation, run);
	const plan = problems.length > 0 ? undefined : dialect.plan?.({ caller: item, operation, values, run, wanted, note, open });
	problems.push(...(plan?.problems ?? []));
	if (problems.length > 0) throw invalid(problems);
	const maxBytes = Number(settings.maxFileSizeMb ?? Infinity) * 2 ** 20;
	const records = await attach(item, Object.values(fieldsOf(operation)), values, maxBytes, problems);
	if (problems.length === 0 && dialect.lacks) {
		const { connection } = await open();
		const lacking = records.flatMap((record) => dialect.lacks?.(operation, record, connection) ?? []);
		problems.push(...new Set(lacking));
	}
	if (problems.length > 0) throw invalid(problems);
	return { records, settings, wanted, form, plan, open };
}

/** Looks the ids of an item up in the service's own lists. */
export async function checkIds(
	item: IExecuteSingleFunctions,
	dialect: Dialect,
	operation: Operation,
	{ records: [values], settings, open }: Ready,
	options: Partial<IHttpRequestOptions>,
): Promise<void> {
	if (!dialect.lists || !settings.checkIds) return;
	// A list that cannot be read must not hold anything back; the list cache keeps the others.
	const read = async (list: IdList) =>
		await readList(item, dialect, list.operation, { open, way: wayOf(options) }).catch((error: unknown) => {
			if (item.getExecutionCancelSignal()?.aborted) throw error;
			return [];
		});
	const problems = await unknownIds(Object.values(fieldsOf(operation)), values, dialect.lists, read);
	if (problems.length > 0) throw invalid(problems);
}

const wayOf = ({ proxy, skipSslCertificateValidation }: Partial<IHttpRequestOptions>): Way => ({ proxy, skipSslCertificateValidation });

/** Values that cannot be sent, one sentence each. */
const invalid = (problems: string[]) => new Trouble('invalid', { sentences: problems });

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
async function output(
	form: Form,
	{ simplify = (row) => row }: Dialect,
	operation: Operation,
	rows: IDataObject[],
	files: SentFile[],
): Promise<IDataObject[]> {
	if (form.output === 'raw') return rows;
	const sent = files.length > 0 ? { sentFiles: files } : {};
	return await mapInSlices(rows, (row) => {
		const typed: IDataObject = { ...simplify(row, operation), ...sent };
		if (form.output !== 'selectedFields') return typed;
		const selected = Object.fromEntries(form.keys.filter((key) => Object.hasOwn(typed, key)).map((key) => [key, typed[key]]));
		return stores(operation) ? partOf(typed, selected) : selected;
	});
}

interface Downloads {
	/** Rows as received, and the items that they became. */
	rows: IDataObject[];
	items: INodeExecutionData[];
	settings: Settings;
	options: Partial<IHttpRequestOptions>;
	open: Open;
	policy: WaitPolicy;
}

/** Puts the files behind the links of rows into their items, as binary data. */
async function addFiles(
	caller: IExecuteSingleFunctions,
	dialect: Dialect,
	{ row: columns }: Operation,
	{ rows, items, settings, options, open, policy }: Downloads,
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
			const { content, fileName, type } = await fetchFile(caller, dialect, open, policy, String(link), name, limits);
			const data = await caller.helpers.prepareBinaryData(content, fileName, type);
			items[index].binary = { ...items[index].binary, [String(settings.outputField)]: data };
		}
	}
}
