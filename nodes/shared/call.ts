import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecutePaginationFunctions,
	IHttpRequestHelper,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	DeclarativeRestApiSettings,
} from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { Settings } from './check';
import { check } from './check';
import type { About, Cause } from './errors';
import { callError, inputError, Trouble, words } from './errors';
import { binaryFields } from './fields';
import type { SentFile } from './files';
import { attach, load, sentFiles } from './files';
import type { Download, FileLimits } from './links';
import { fileAddress, readFile } from './links';
import type { IdList } from './lists';
import { unknownIds } from './lists';
import type { Operation, Resource, WireValues } from './operations';
import { fieldsOf, hasOutput } from './operations';
import type { Page } from './pages';
import { readPages } from './pages';
import { linksOf } from './rows';
import type { Limits, Throttle, Turn } from './throttle';
import { Canceled, passed, throttleFor } from './throttle';

/** One call's way: check, queue, send, read, retry, page. The only place that calls a service. */

/** What the service answered, whatever its status. */
export interface Answer {
	status: number;
	headers: Record<string, unknown>;
	body: unknown;
}

/** A service account, as its credential describes it. */
export interface Connection {
	/** Names the account without holding its key in the clear. */
	account: string;
	/** Where its calls go, where that is told by more than `sign`. */
	address?: string;
	limits: Limits;
	/** Must never be shown. */
	secrets: string[];
}

/** All that is peculiar to one vendor. */
export interface Dialect {
	/** The service's name, e.g. HotProfile. */
	service: string;
	/** Credential type, e.g. `hotProfileApi`. */
	credential: string;
	resources: Resource[];
	/** What users of this vendor should look at, by cause. */
	advice: Partial<Record<Cause, string>>;
	/** @throws {Trouble} `misconfigured`, where the credential cannot be used as it is */
	connect(credentials: ICredentialDataDecryptedObject): Connection;
	/** Adds the key to a request. n8n calls it through the credential's `authenticate`. */
	sign(credentials: ICredentialDataDecryptedObject, request: IHttpRequestOptions): IHttpRequestOptions;
	/** The request of an operation with its values and, for those that read many, a page. */
	request(operation: Operation, values: WireValues, page: Page | undefined, connection: Connection): Partial<IHttpRequestOptions>;
	/** What this connection asks of the values beyond the catalogue: one sentence for each that it lacks. */
	lacks?(operation: Operation, values: WireValues, connection: Connection): string[];
	/** The lists that the service supplies, by the name of their picker. */
	lists?: Record<string, IdList>;
	/**
	 * What an answer brings: one record, or the rows of a page with the count of all.
	 * @throws {Trouble} where it brings nothing
	 */
	read(answer: Answer, operation: Operation): { rows: IDataObject[]; total?: number };
	/** A row with real types: flags, dates, numbers. */
	simplify(row: IDataObject, operation: Operation): IDataObject;
}

type Caller = IExecutePaginationFunctions | ILoadOptionsFunctions;

/** Credentials are read again after this time, so that a change reaches a long run. */
const CREDENTIALS_FOR_MS = 10_000;
/** Sends after the first one, for calls that may be sent again. */
const RETRIES = 3;
/** A connection that takes no call for this long is given up. */
const GIVE_UP_AFTER_MS = 15 * 60_000;
/** Addresses that a link may lead on to. */
const MOST_HOPS = 5;

/** Sent again where a record cannot be stored twice. */
const passing = new Set<Cause>(['dropped', 'timedOut', 'unavailable']);

interface Session {
	credentials: ICredentialDataDecryptedObject;
	connection: Connection;
	throttle: Throttle;
}

/** What the items of one run of a node share. */
interface Run {
	session?: Promise<Session>;
	readAt: number;
	/** What all items pass before one of them is sent: the checks of the values, then those of their ids. */
	values: Gate;
	ids: Gate;
	/** An item whose values cannot be sent holds back all others, unless the node goes on. */
	held: boolean;
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
			if (run.held) return [];
			await pass(run.ids, checkIds(this, dialect, operation, ready, run));
			if (run.held) return [];
			const { records, settings, wanted } = ready;

			const line = this.getExecutionId() ?? run;
			const ask = async (values: WireValues, page?: Page) => {
				const session = await currentSession(run, this, dialect);
				about.secrets = session.connection.secrets;
				return await exchange(this, dialect, session, operation.once, { line }, async () => {
					const request = dialect.request(operation, await load(this, values), page, session.connection);
					const whole = { ...(options as IHttpRequestOptions), ...request };
					return dialect.read(await transmit(this, dialect, session.credentials, whole), operation);
				});
			};
			const read = async (values: WireValues) => {
				const { list } = operation;
				if (!list?.pageSize) return (await ask(values)).rows.slice(0, wanted);
				const { connection } = await currentSession(run, this, dialect);
				return await readPages(async (page) => await ask(values, page), list.pageSize, wanted, connection.limits.atOnce);
			};
			const items: INodeExecutionData[] = [];
			for (const [index, values] of records.entries()) {
				const rows = await read(values).catch((error) => {
					throw index > 0 ? partly(error, index, records.length) : error;
				});
				const outgoing = output(this, dialect, operation, rows, sentFiles(Object.values(fieldsOf(operation)), values));
				if (settings.downloadFiles) {
					const session = await currentSession(run, this, dialect);
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
	const { values, settings, problems } = check(operation, { ...body, ...unsent(caller) });
	const wanted = operation.list ? wantedRows(caller, problems) : Infinity;
	if (problems.length > 0) throw refusal(caller, run, problems);
	const maxBytes = Number(settings.maxFileSizeMb ?? Infinity) * 2 ** 20;
	const records = await attach(caller, Object.values(fieldsOf(operation)), values, maxBytes, problems);
	if (problems.length === 0 && dialect.lacks) {
		const { connection } = await currentSession(run, caller, dialect);
		problems.push(...dialect.lacks(operation, values, connection));
	}
	if (problems.length > 0) throw refusal(caller, run, problems);
	return { records, settings, wanted };
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

/** Parameters that are not sent but say how: settings, and where files come from. */
const unsent = (caller: IExecutePaginationFunctions): IDataObject => ({
	...(caller.getNodeParameter('options', {}) as IDataObject),
	[binaryFields.name]: caller.getNodeParameter(binaryFields.name, '') as string,
});

/** Lists stay known for this time. */
const LIST_FOR_MS = 60_000;
const lists = new Map<string, { readAt: number; rows: Promise<IDataObject[]>; failed?: boolean }>();

/**
 * All rows of a list that pickers and checks need again and again: read once a minute for each account.
 * @param insist whether a list that could not be read is tried again within that minute
 */
export async function readList(
	caller: Caller,
	dialect: Dialect,
	operation: Operation,
	insist = false,
): Promise<IDataObject[]> {
	const { connection } = await openSession(caller, dialect).catch((error) => {
		throw shown(caller, error, aboutOf(dialect, operation));
	});
	const key = `${connection.account} ${operation.value}`;
	const now = performance.now();
	const known = lists.get(key);
	if (known && now - known.readAt < LIST_FOR_MS && !(insist && known.failed)) return await known.rows;
	const rows = lookUp(caller, dialect, operation, {}).then((answer) => answer.rows);
	const entry = { readAt: now, rows, failed: false };
	lists.set(key, entry);
	rows.catch(() => (entry.failed = true));
	return await rows;
}

/**
 * One read for the editor: pickers and the like, ahead of all executions.
 * @param values wire names and values
 */
export async function lookUp(
	caller: Caller,
	dialect: Dialect,
	operation: Operation,
	values: WireValues,
	page?: Page,
): Promise<{ rows: IDataObject[]; total?: number }> {
	const about = aboutOf(dialect, operation);
	try {
		const session = await openSession(caller, dialect);
		about.secrets = session.connection.secrets;
		const request = dialect.request(operation, values, page, session.connection);
		const read = async () => dialect.read(await transmit(caller, dialect, session.credentials, request), operation);
		return await exchange(caller, dialect, session, operation.once, { line: {}, urgent: true }, read);
	} catch (error) {
		throw shown(caller, error, about);
	}
}

/**
 * The cheapest read, for the test of a credential.
 * @throws {Error} with a sentence that says what is wrong: the key, the host, or the API's switch
 */
export async function probe(
	{ helpers }: IHttpRequestHelper,
	dialect: Dialect,
	credentials: ICredentialDataDecryptedObject,
	operation: Operation,
): Promise<void> {
	const about = aboutOf(dialect, operation);
	const read = async () => {
		const connection = dialect.connect(credentials);
		const { account, limits, secrets } = connection;
		about.secrets = secrets;
		const request = answerWhole({ url: '', ...dialect.request(operation, {}, { number: 1, size: 1 }, connection) });
		const throttle = throttleFor(account);
		await throttle.enter({ line: {}, limits, urgent: true });
		try {
			dialect.read(answerOf(await helpers.httpRequest(dialect.sign(credentials, request))), operation);
		} finally {
			throttle.leave(limits);
		}
	};
	const trouble = await read().then(() => undefined, asTrouble);
	if (!trouble) return;
	const { message, description } = words(trouble, about);
	throw new Error(`${message}. ${description}`);
}

/**
 * Queues, sends, reads and, by the retry table, sends again.
 * @param once whether it must not be sent again where it may have been stored
 * @param work sends and reads once
 */
async function exchange<Result>(
	caller: Caller,
	dialect: Dialect,
	{ connection: { limits }, throttle }: Pick<Session, 'connection' | 'throttle'>,
	once: boolean,
	{ line, urgent }: Pick<Turn, 'line' | 'urgent'>,
	work: () => Promise<Result>,
): Promise<Result> {
	const signal = 'getExecutionCancelSignal' in caller ? caller.getExecutionCancelSignal() : undefined;
	const onWait: Turn['onWait'] = ({ waiting, forMs }) =>
		caller.logger.info(
			`${dialect.service}: ${waiting} calls wait, the next one for ${Math.ceil(forMs / 1000)} s`,
		);
	let refusedSince: number | undefined;
	let retries = 0;

	for (let again = false; ; again = true) {
		await throttle.enter({ line, limits, urgent, again, signal, onWait });
		let trouble: Trouble;
		let refused = false;
		try {
			return await work();
		} catch (error) {
			trouble = signal?.aborted ? new Trouble('canceled') : asTrouble(error);
			refused = trouble.reason === 'tooMany';
			// Both before the slot is given back, or the next call would start in between.
			if (refused) throttle.pause(limits, trouble.details.retryAfterMs);
			if (trouble.reason === 'keyRefused') throttle.dismiss(line, new Trouble('notSent', trouble.details));
		} finally {
			throttle.leave(limits, refused);
		}

		if (refused) {
			refusedSince ??= performance.now();
			const since = Math.max(refusedSince, throttle.answeredAt);
			if (performance.now() - since > GIVE_UP_AFTER_MS) throw trouble;
			continue;
		}
		const mayRepeat = trouble.reason === 'unreachable' || (!once && passing.has(trouble.reason));
		if (!mayRepeat || retries === RETRIES) throw trouble;
		await backOff(retries++, limits, signal);
	}
}

async function transmit(
	caller: Caller,
	{ credential }: Dialect,
	credentials: ICredentialDataDecryptedObject,
	request: Partial<IHttpRequestOptions>,
): Promise<Answer> {
	// A fresh copy: n8n writes the key into it.
	const options = passed(answerWhole({ url: '', ...request, body: request.body && { ...(request.body as IDataObject) } }));
	// The credentials are handed over, or n8n would read and decrypt them for every call.
	const decrypted = { id: '', name: '', type: credential, data: credentials };
	return answerOf(
		await caller.helpers.httpRequestWithAuthentication.call(caller, credential, options, {
			credentialsDecrypted: decrypted,
		}),
	);
}

/** Any answer is taken as it is; a redirect is not followed, since the key must go to no other host. */
const answerWhole = (request: IHttpRequestOptions): IHttpRequestOptions => ({
	...request,
	returnFullResponse: true,
	ignoreHttpStatusErrors: true,
	disableFollowRedirect: true,
});

function answerOf(response: unknown): Answer {
	const { statusCode, headers, body } = response as IN8nHttpFullResponse;
	return { status: statusCode, headers, body };
}

const notConnected = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);
const timeouts = new Set(['ECONNABORTED', 'ETIMEDOUT', 'ESOCKETTIMEDOUT']);
const certificates = /CERT|SSL|TLS|SIGNATURE|EPROTO/;

/** What a failed request means: whether it can have reached the service, and what to tell. */
function asTrouble(error: unknown): Trouble {
	if (error instanceof Canceled) return new Trouble('canceled');
	for (let cause = error; cause instanceof Error; cause = cause.cause) {
		if (cause instanceof Trouble) return cause;
		const { code, syscall } = cause as Error & { code?: unknown; syscall?: unknown };
		if (typeof code !== 'string') continue;
		if (notConnected.has(code) || (code === 'ETIMEDOUT' && syscall === 'connect')) {
			return new Trouble('unreachable');
		}
		if (timeouts.has(code)) return new Trouble('timedOut');
		if (certificates.test(code)) return new Trouble('untrusted');
		return new Trouble('dropped');
	}
	return new Trouble('misconfigured', { sentences: [error instanceof Error ? error.message : String(error)] });
}

/** Waits 1, 2, 4 s of a 60 s window, give or take a quarter, and no longer than the execution runs. */
async function backOff(retry: number, { windowMs }: Limits, signal?: AbortSignal): Promise<void> {
	const until = performance.now() + (windowMs / 60) * 2 ** retry * (0.75 + Math.random() / 2);
	for (let left = 1; left > 0; left = until - performance.now()) {
		if (signal?.aborted) throw new Canceled();
		await sleep(Math.min(250, left));
	}
}

/** Shared by the items of one run; a new run, a loop's next round or a retry, starts afresh. */
function runOf(caller: IExecutePaginationFunctions): Run {
	const key = caller.getContext('node');
	const known = runs.get(key);
	if (known && caller.getItemIndex() > 0) return known;
	const run: Run = { held: false, readAt: -Infinity, values: { checks: [] }, ids: { checks: [] } };
	runs.set(key, run);
	return run;
}

async function currentSession(run: Run, caller: Caller, dialect: Dialect): Promise<Session> {
	if (performance.now() - run.readAt > CREDENTIALS_FOR_MS) {
		run.readAt = performance.now();
		run.session = openSession(caller, dialect);
	}
	return await (run.session as Promise<Session>);
}

async function openSession(caller: Caller, dialect: Dialect): Promise<Session> {
	const credentials = await caller.getCredentials(dialect.credential);
	const connection = dialect.connect(credentials);
	return { credentials, connection, throttle: throttleFor(connection.account) };
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
	if (caller.getNodeParameter('returnAll', false) === true) return Infinity;
	const limit = Number(caller.getNodeParameter('limit', 50));
	if (!Number.isInteger(limit) || limit < 1) problems.push("'Limit' must be a whole number of 1 or more");
	return limit;
}

function output(
	caller: IExecutePaginationFunctions,
	{ simplify }: Dialect,
	operation: Operation,
	rows: IDataObject[],
	files: SentFile[],
): INodeExecutionData[] {
	const pairedItem = { item: caller.getItemIndex() };
	const form = hasOutput(operation) ? caller.getNodeParameter('output', 'simplified') : 'raw';
	if (form === 'raw') return rows.map((json) => ({ json, pairedItem }));
	const sent = files.length > 0 ? { sentFiles: files } : {};
	const typed = rows.map((row) => ({ ...simplify(row, operation), ...sent }));
	if (form !== 'selectedFields') return typed.map((json) => ({ json, pairedItem }));
	const keys = caller.getNodeParameter('outputFields', []) as string[];
	return typed.map((row: IDataObject) => ({
		json: Object.fromEntries(keys.filter((key) => key in row).map((key) => [key, row[key]])),
		pairedItem,
	}));
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

/** Reads the file behind a link. The key goes with the call to the service's own host only, and only calls there count. */
async function fetchFile(
	caller: IExecutePaginationFunctions,
	dialect: Dialect,
	{ credentials, connection, throttle }: Session,
	line: unknown,
	link: string,
	name: string,
	limits: FileLimits,
): Promise<Download> {
	const home = connection.address as string;
	const uncounted = { ...connection, limits: { ...connection.limits, calls: Number.MAX_SAFE_INTEGER } };
	for (let address = fileAddress(link, name, home), hop = 0; hop < MOST_HOPS; hop++) {
		const { href, origin } = address;
		const isOwn = origin === new URL(home).origin;
		const place = isOwn ? { connection, throttle } : { connection: uncounted, throttle: throttleFor(`files of ${origin}`) };
		const found = await exchange(caller, dialect, place, false, { line }, async () => {
			const hangUp = new AbortController();
			const abortSignal = AbortSignal.any([hangUp.signal, limits.signal].filter((signal) => signal !== undefined));
			const request: IHttpRequestOptions = { method: 'GET', url: href, encoding: 'stream', timeout: limits.timeoutMs, abortSignal };
			const answer = isOwn
				? await transmit(caller, dialect, credentials, request)
				: answerOf(await caller.helpers.httpRequest(answerWhole(request)));
			return await readFile(answer, new URL(href), name, limits).finally(() => hangUp.abort());
		});
		if ('content' in found) return found;
		address = fileAddress(found.next, name, home);
	}
	throw new Trouble('rejected', { sentences: [`${name} leads from one address to the next without an end`] });
}

function aboutOf({ service, advice }: Dialect, { action, once }: Operation): Omit<About, 'node'> {
	return { service, advice, action, once, secrets: [] };
}

function shown(caller: Caller, error: unknown, about: Omit<About, 'node'>): Error {
	const trouble = error instanceof Canceled ? new Trouble('canceled') : error;
	if (!(trouble instanceof Trouble)) return error as Error;
	return callError(trouble, { ...about, node: caller.getNode() });
}
