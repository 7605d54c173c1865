import type { IDataObject, IExecuteSingleFunctions, IHttpRequestOptions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { WaitPolicy } from '../http/call';
import { errorContext, toNodeError } from '../http/nodeErrors';
import { executeCall as askOnce } from '../http/call';
import { downloadFile } from '../http/download';
import { retryLaterError } from '../http/retries';
import type { OperationSettings } from '../fields/validation';
import { validateParameters } from '../fields/validation';
import type { CredentialRead } from './itemSession';
import { sessionResolver } from './itemSession';
import type { SendCall, ServiceAdapter, ResolveSession, Plan, Session, NetworkOptions, ReferenceList } from '../http/service';
import { pluralize } from '../http/format';
import { mayHaveBeenStored, ServiceError } from '../http/errors';
import type { SentFile } from '../fields/binaryFiles';
import { attachFiles, loadFiles, sentFiles } from '../fields/binaryFiles';
import { readParameters } from '../fields/parameters';
import type { RateLimit } from '../throttle/options';
import type { DownloadLimits } from '../http/download';
import { readCachedList } from '../http/listCache';
import { findUnknownIds } from './idChecks';
import type { RunStats } from './stats';
import type { Operation, WireValues } from '../fields/operations';
import { fieldsOf, hasOutput } from '../fields/operations';
import { partOf, stores } from './outcome';
import type { ReadPage } from '../http/pages';
import { readPages } from '../http/pages';
import { linkNames } from '../fields/columns';
import { withoutSecrets } from '../http/secrets';
import { mapInChunks } from './mapInChunks';
import { CanceledError } from '../throttle/errors';
import { throttleFor } from '../throttle/registry';

/** One item's way through a node: check, call, output. */

/** A look behind the last page is not worth a longer wait: it mostly finds nothing. */
const FINAL_PAGE_TIMEOUT_MS = 1000;

/** What the items of one run of a node share. */
export interface RunContext {
	/** When it began, as `performance.now()` gives it. */
	executionStartedAt: number;
	/** Ends what has not been sent: the execution is stopped, or an item has failed for good. */
	signal?: AbortSignal;
	/** Told of a call that has failed for good, before another one starts in its place. */
	onFailure?: () => void;
	/** The credential as the latest reader found it. */
	credentials?: CredentialRead;
	/** Of all accounts that the run has used: never shown. */
	secrets: Set<string>;
	/** Of the account used last. */
	limits?: RateLimit;
	/** What became of the calls that must not be made again when n8n's "Retry On Fail" runs the node anew. */
	settledCalls: Map<string, Promise<IDataObject[]>>;
	/** The latest call to each record, and the latest look whose it is: calls that change one record go out one after the other. */
	lastCallByRecord: Map<string, Promise<unknown>>;
	/** What the service refused, by its key. */
	refusedKeys: Map<string, ServiceError>;
	stats: RunStats;
	/** What the user should know about the answers, as sentences. */
	notes: Set<string>;
}

/** What an item sends, once it is certain that it can be sent. */
interface PreparedItem {
	/** The values of one call each: more than one where several files go out one by one. */
	records: WireValues[];
	settings: OperationSettings;
	wanted: number;
	outputOptions: OutputOptions;
	/** How the vendor goes about it, where one call or its pages are not all. */
	plan?: Plan;
	/** Its connection, whenever a call needs it. */
	open: ResolveSession;
}

/** How the rows come out. */
interface OutputOptions {
	output: unknown;
	/** The keys of the selected fields. */
	keys: string[];
}

/** Sends the calls of an item that has been checked, all its pages included. */
export async function sendItem(
	item: IExecuteSingleFunctions,
	service: ServiceAdapter,
	operation: Operation,
	run: RunContext,
	{ records, settings, wanted, outputOptions, plan, open }: PreparedItem,
	options: Partial<IHttpRequestOptions>,
): Promise<INodeExecutionData[]> {
	const itemIndex = item.getItemIndex();
	const { executionStartedAt, signal, onFailure, refusedKeys, stats } = run;
	const policy: WaitPolicy = { queueKey: item.getExecutionId() ?? run, executionStartedAt, signal, onFailure, refusedKeys, stats };
	const ask: SendCall = async (values, page, deadline) => {
		let { connection } = await open();
		const request = async (session: Session) => {
			({ connection } = session);
			return { ...options, ...service.buildRequest(operation, await loadFiles(item, values), page, connection) };
		};
		const { rows, ...more } = await askOnce(item, service, open, operation, request, { ...policy, deadline });
		const { secrets } = connection;
		return { ...more, connection, rows: await mapInChunks(rows, (row) => withoutSecrets(row, secrets), item.getExecutionCancelSignal()) };
	};
	if (plan) return pairItems(await plan.execute(ask, await open()), itemIndex);

	const { resultList } = operation;
	const read = async (values: WireValues) => {
		if (!resultList?.pageSize) return (await ask(values)).rows.slice(0, wanted);
		const { maxConcurrent } = (await open()).connection.limits;
		const onMismatch = ({ rows, total }: { rows: number; total: number }) => run.notes.add(
			`${service.serviceName} said that there ${total === 1 ? 'is' : 'are'} ${pluralize(total, 'row')}, but ${rows.toLocaleString('en')} came`,
		);
		const onUnchecked = (rows: number) => run.notes.add(
			`${service.serviceName} said that there ${rows === 1 ? 'is' : 'are'} no more than ${pluralize(rows, 'row')}. Its limit left no call to make sure of that`,
		);
		const page: ReadPage = async (one, isCheck) => {
			const { accountId, limits } = (await open()).connection;
			// A slow service is waited for as ever; only a full window is not.
			const waitMs = isCheck ? throttleFor(accountId).estimateWaitMs(limits) : 0;
			if (waitMs > FINAL_PAGE_TIMEOUT_MS) throw retryLaterError(waitMs, item.getTimezone());
			return await ask(values, one);
		};
		return await readPages(page, resultList.pageSize, wanted, maxConcurrent, { onMismatch, onUnchecked });
	};
	const items: INodeExecutionData[][] = [];
	for (const [index, values] of records.entries()) {
		const call = async () => await inRecordOrder(run, recordKey(operation, values), open, async () => await read(values));
		const rows = await (!operation.idempotent ? onlyOnce(run, `${itemIndex}.${index}`, call) : call()).catch((error) => {
			throw index > 0 ? withProgress(error, index, records.length) : error;
		});
		const files = sentFiles(Object.values(fieldsOf(operation)), values);
		const outgoing = pairItems(await outputRows(outputOptions, service, operation, rows, files), itemIndex);
		if (settings.downloadFiles) {
			await attachDownloads(item, service, operation, { rows, items: outgoing, settings, options, open, policy });
		}
		items.push(outgoing);
	}
	return items.flat();
}

/** Names the record that a call changes. */
const recordKey = ({ recordIdField }: Operation, values: WireValues) => (recordIdField === undefined ? undefined : String(values[recordIdField]));

/** One call after the other for each record of an account: what is sent again stays ahead of what came after it. */
async function inRecordOrder<Result>({ lastCallByRecord }: RunContext, record: string | undefined, open: ResolveSession, call: () => Promise<Result>): Promise<Result> {
	if (record === undefined) return await call();
	// Whose record it is, is looked at in order too: some credentials take longer to read than others.
	const look = async () => await open();
	const session = (lastCallByRecord.get(record) ?? Promise.resolve()).then(look, look);
	lastCallByRecord.set(record, session);
	const own = `${(await session).connection.accountId} ${record}`;
	const result = (lastCallByRecord.get(own) ?? Promise.resolve()).then(call, call);
	lastCallByRecord.set(own, result);
	return await result;
}

/** What went wrong with an item, in words that name it. */
export function toItemError(
	item: IExecuteSingleFunctions,
	service: ServiceAdapter,
	operation: Operation,
	{ secrets }: RunContext,
	error: unknown,
): Error & { description?: string | null; context?: IDataObject } {
	const about = { ...errorContext(service, operation), itemIndex: item.getItemIndex(), secrets: [...secrets] };
	return withItemContext(item, toNodeError(item, error, about));
}

/** n8n's own errors mostly tell the item, but not where an expression cannot even be read. */
function withItemContext(item: IExecuteSingleFunctions, error: Error & { context?: IDataObject }): Error {
	if (error.context?.itemIndex !== undefined) return error;
	return new NodeOperationError(item.getNode(), error, { itemIndex: item.getItemIndex() });
}

/** Items that are linked to the input item they came from. */
function pairItems(rows: IDataObject[], item: number): INodeExecutionData[] {
	return rows.map((json) => ({ json, pairedItem: { item } }));
}

/** Makes a call that stores something, unless an earlier try of this run has made it, makes it now, or may have made it. */
async function onlyOnce({ settledCalls }: RunContext, key: string, call: () => Promise<IDataObject[]>): Promise<IDataObject[]> {
	const known = settledCalls.get(key);
	if (known) return await known.catch(rethrowFromEarlierTry);
	const rows = call();
	settledCalls.set(key, rows);
	rows.catch((error) => {
		if (!(error instanceof ServiceError && mayHaveBeenStored(error))) settledCalls.delete(key);
	});
	return await rows;
}

function rethrowFromEarlierTry(error: unknown): never {
	throw error instanceof ServiceError ? new ServiceError(error.reason, { ...error.details, isFromEarlierTry: true }) : error;
}

/** Of several files that go out one by one, some are stored when another one fails. */
function withProgress(error: unknown, stored: number, all: number): unknown {
	const trouble = error instanceof CanceledError ? new ServiceError('canceled') : error;
	if (!(trouble instanceof ServiceError)) return error;
	const partialProgress = `${stored} of the ${all} files of this item ${stored === 1 ? 'was' : 'were'} sent well before`;
	return new ServiceError(trouble.reason, { ...trouble.details, partialProgress });
}

/** Checks the values of an item, its files included: what cannot be sent is thrown, naming the field. */
export async function prepareItem(item: IExecuteSingleFunctions, service: ServiceAdapter, operation: Operation, run: RunContext): Promise<PreparedItem> {
	const { values, settings, problems } = validateParameters(operation, readParameters(item, operation), item.getTimezone());
	const wanted = operation.resultList ? wantedRows(item, problems) : Infinity;
	const outputOptions = readOutputOptions(item, operation);
	const note = (sentence: string) => run.notes.add(sentence);
	const open = sessionResolver(item, service, operation, run);
	const plan = problems.length > 0 ? undefined : service.plan?.({ context: item, operation, values, run, wanted, note, open });
	problems.push(...(plan?.problems ?? []));
	if (problems.length > 0) throw invalid(problems);
	const maxBytes = Number(settings.maxFileSizeMb ?? Infinity) * 2 ** 20;
	const records = await attachFiles(item, Object.values(fieldsOf(operation)), values, maxBytes, problems);
	if (problems.length === 0 && service.validateRequest) {
		const { connection } = await open();
		const lacking = records.flatMap((record) => service.validateRequest?.(operation, record, connection) ?? []);
		problems.push(...new Set(lacking));
	}
	if (problems.length > 0) throw invalid(problems);
	return { records, settings, wanted, outputOptions, plan, open };
}

/** Looks the ids of an item up in the service's own lists. */
export async function checkIds(
	item: IExecuteSingleFunctions,
	service: ServiceAdapter,
	operation: Operation,
	{ records: [values], settings, open }: PreparedItem,
	options: Partial<IHttpRequestOptions>,
): Promise<void> {
	if (!service.referenceLists || !settings.checkIds) return;
	// A list that cannot be read must not hold anything back; the list cache keeps the others.
	const read = async (list: ReferenceList) =>
		await readCachedList(item, service, list.operation, { open, networkOptions: networkOptions(options) }).catch((error: unknown) => {
			if (item.getExecutionCancelSignal()?.aborted) throw error;
			return [];
		});
	const problems = await findUnknownIds(Object.values(fieldsOf(operation)), values, service.referenceLists, read);
	if (problems.length > 0) throw invalid(problems);
}

const networkOptions = ({ proxy, skipSslCertificateValidation }: Partial<IHttpRequestOptions>): NetworkOptions => ({ proxy, skipSslCertificateValidation });

/** Values that cannot be sent, one sentence each. */
const invalid = (problems: string[]) => new ServiceError('invalidInput', { messages: problems });

function wantedRows(caller: IExecuteSingleFunctions, problems: string[]): number {
	if (String(caller.getNodeParameter('returnAll', false)) === 'true') return Infinity;
	const given: unknown = caller.getNodeParameter('limit', 50);
	const limit = typeof given === 'number' || typeof given === 'string' ? Number(given) : NaN;
	if (!Number.isInteger(limit) || limit < 1) problems.push("'Limit' must be a whole number of 1 or more");
	return limit;
}

/** Looked at before the call: nothing may fail over it once a record is stored. */
function readOutputOptions(caller: IExecuteSingleFunctions, operation: Operation): OutputOptions {
	const output = hasOutput(operation) ? caller.getNodeParameter('output', 'simplified') : 'raw';
	const keys = output === 'selectedFields' ? [caller.getNodeParameter('outputFields', [])].flat() : [];
	return { output, keys: keys as string[] };
}

/** The rows as the user wants to see them. */
async function outputRows(
	form: OutputOptions,
	{ simplify = (row) => row }: ServiceAdapter,
	operation: Operation,
	rows: IDataObject[],
	files: SentFile[],
): Promise<IDataObject[]> {
	if (form.output === 'raw') return rows;
	const sent = files.length > 0 ? { sentFiles: files } : {};
	return await mapInChunks(rows, (row) => {
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
	settings: OperationSettings;
	options: Partial<IHttpRequestOptions>;
	open: ResolveSession;
	policy: WaitPolicy;
}

/** Puts the files behind the links of rows into their items, as binary data. */
async function attachDownloads(
	caller: IExecuteSingleFunctions,
	service: ServiceAdapter,
	{ columns: columns }: Operation,
	{ rows, items, settings, options, open, policy }: Downloads,
): Promise<void> {
	const limits: DownloadLimits = {
		maxBytes: Number(settings.maxFileSizeMb) * 2 ** 20,
		timeoutMs: Number(settings.downloadTimeout) * 1000,
		signal: caller.getExecutionCancelSignal(),
		networkOptions: networkOptions(options),
	};
	for (const [index, row] of rows.entries()) {
		for (const wire of linkNames(columns)) {
			const link = row[wire];
			if (link === undefined || link === null || link === '') continue;
			const name = `'${wire}' of row ${index + 1}`;
			const { content, fileName, type } = await downloadFile(caller, service, open, policy, String(link), name, limits);
			const data = await caller.helpers.prepareBinaryData(content, fileName, type);
			items[index].binary = { ...items[index].binary, [String(settings.outputField)]: data };
		}
	}
}
