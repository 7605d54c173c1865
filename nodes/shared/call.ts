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
import { DateTime } from 'luxon';
import { sleep } from 'n8n-workflow';

import { check } from './check';
import type { About, Cause } from './errors';
import { callError, inputError, mayBeStored, Trouble, words } from './errors';
import type { Operation, Resource, WireValues } from './operations';
import type { Page, PageRead } from './pages';
import { MOST_ROWS, readPages } from './pages';
import type { Limits, Throttle, Turn } from './throttle';
import { Canceled, passed, throttleFor, TooSoon } from './throttle';

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
	/** Where its calls go, unless n8n adds that through `sign`. */
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
	/** Sends after the first one, for calls that may be sent again (3 unless said otherwise). */
	retries?: number;
	/** @throws {Trouble} `misconfigured`, where the credential cannot be used as it is */
	connect(credentials: ICredentialDataDecryptedObject, operation: Operation): Connection;
	/** Adds the key to a request. n8n calls it through the credential's `authenticate`. */
	sign(credentials: ICredentialDataDecryptedObject, request: IHttpRequestOptions): IHttpRequestOptions;
	/** The request of an operation with its values and, for those that read many, a page. */
	request(operation: Operation, values: WireValues, page: Page | undefined, connection: Connection): Partial<IHttpRequestOptions>;
	/**
	 * What an answer brings: one record, or the rows of a page with the count of all.
	 * @throws {Trouble} where it brings nothing
	 */
	read(answer: Answer, operation: Operation): PageRead;
	/** How the output of an item comes about, where one call or its pages are not all. */
	plan?(item: Item): Plan;
	/** A row with real types: flags, dates, numbers. */
	simplify?(row: IDataObject, operation: Operation): IDataObject;
}

/** One input item whose values are in order. */
export interface Item {
	caller: IExecutePaginationFunctions;
	operation: Operation;
	values: WireValues;
	/** The same object for all items of a run. */
	run: object;
	/** Number of rows that are wanted, or Infinity. */
	wanted: number;
}

/** How an item's output comes about. All items are planned before the first call. */
export interface Plan {
	/** One sentence each; with any of them nothing is sent. */
	problems: string[];
	/** The rows of the output. */
	carryOut(ask: Ask, session: Session): Promise<IDataObject[]>;
}

/**
 * One call, as often as it takes.
 * @param until when its patience ends, as `performance.now()` gives it
 */
export type Ask = (values: WireValues, page?: Page, until?: number) => Promise<PageRead>;

type Caller = IExecutePaginationFunctions | ILoadOptionsFunctions;

/** Credentials are read again after this time, so that a change reaches a long run. */
const CREDENTIALS_FOR_MS = 10_000;
/** Sends after the first one, for calls that may be sent again. */
const RETRIES = 3;
/** A connection that takes no call for this long is given up. */
const GIVE_UP_AFTER_MS = 15 * 60_000;

/** Sent again where a record cannot be stored twice. */
const passing = new Set<Cause>(['dropped', 'timedOut', 'unavailable']);

export interface Session {
	credentials: ICredentialDataDecryptedObject;
	connection: Connection;
	throttle: Throttle;
}

/** What the items of one run of a node share. */
interface Run {
	session?: Promise<Session>;
	readAt: number;
	/** An item whose values cannot be sent holds back all others, unless the node goes on. */
	held: boolean;
	/** The run's first input item, which a retry gets again. */
	input: INodeExecutionData;
	runIndex: number;
	/** What became of the items that must not be sent again when n8n's "Retry On Fail" runs the node anew. */
	settled: Map<number, () => INodeExecutionData[]>;
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

		const { values, problems } = check(operation, options.body as IDataObject, this.getTimezone());
		const wanted = operation.list ? wantedRows(this, problems) : 1;
		const item = { caller: this, operation, values, run, wanted };
		const plan = problems.length > 0 ? undefined : (dialect.plan ?? usualPlan(dialect))(item);
		problems.push(...(plan?.problems ?? []));
		if (!plan || problems.length > 0) {
			run.held ||= !this.continueOnFail();
			throw inputError(this.getNode(), problems, itemIndex, 'Nothing was sent for this item');
		}
		await Promise.resolve();
		if (run.held) return [];
		const settled = run.settled.get(itemIndex);
		if (settled) return settled();

		const line = this.getExecutionId() ?? run;
		const about = { ...aboutOf(dialect, operation), itemIndex };
		const ask: Ask = async (asked, page, until) => {
			const session = await currentSession(run, this, dialect, operation);
			const request = dialect.request(operation, asked, page, session.connection);
			return await exchange(this, dialect, session, operation, { ...(options as IHttpRequestOptions), ...request }, { line, until });
		};
		try {
			const session = await currentSession(run, this, dialect, operation);
			about.secrets = session.connection.secrets;
			const rows = await plan.carryOut(ask, session);
			if (rows.length > MOST_ROWS) throw new Trouble('tooManyRows');
			const items = rows.map((json) => ({ json, pairedItem: { item: itemIndex } }));
			if (operation.once) run.settled.set(itemIndex, () => items);
			return items;
		} catch (error) {
			const told = shown(this, error, about);
			if (operation.once && error instanceof Trouble && mayBeStored(error)) {
				run.settled.set(itemIndex, () => {
					throw told;
				});
			}
			throw told;
		}
	};
}

/**
 * One read for the editor: pickers and the like, ahead of all executions.
 * @param values wire names and values
 */
export async function lookUp(
	caller: ILoadOptionsFunctions,
	dialect: Dialect,
	operation: Operation,
	values: WireValues,
	page?: Page,
): Promise<PageRead> {
	const about = aboutOf(dialect, operation);
	try {
		const session = await openSession(caller, dialect, operation);
		about.secrets = session.connection.secrets;
		const request = dialect.request(operation, values, page, session.connection);
		return await exchange(caller, dialect, session, operation, request, { line: {}, urgent: true });
	} catch (error) {
		throw shown(caller, error, about);
	}
}

/** One call or its pages: the plan of most operations. */
const usualPlan =
	(dialect: Dialect) =>
	({ caller, operation, values, wanted }: Item): Plan => ({
		problems: [],
		async carryOut(ask, { connection }) {
			const { list } = operation;
			if (!list) return (await ask(values)).rows;
			const rows = await readPages(async (page) => await ask(values, page), list.pageSize, wanted, connection.limits.atOnce);
			return output(caller, dialect, operation, rows);
		},
	});

/** What the test of a credential asks, and what else than an answer proves the credential. */
export interface Probe {
	operation: Operation;
	values?: WireValues;
	/** Whether a refusal as too many will do, and no call at all where one has just been made. */
	sparing?: boolean;
}

/** How the latest call through a throttle ended. */
const latest = new WeakMap<Throttle, Trouble | 'well'>();

/** Accounts that a probe found in order, and when. */
const proven = new Map<string, number>();
const PROVEN_FOR_MS = 10 * 60_000;

/**
 * The cheapest read, for the test of a credential: n8n alone would show a bare code for a wrong host.
 * n8n also calls it ahead of its own HTTP Request node, so an account in order is not probed again for a while.
 * @returns what was answered, where a call was made
 * @throws {Error} with a sentence that says what is wrong: the key, the host, or the API's switch
 */
export async function probe(
	{ helpers }: IHttpRequestHelper,
	dialect: Dialect,
	credentials: ICredentialDataDecryptedObject,
	{ operation, values = {}, sparing = false }: Probe,
): Promise<PageRead | undefined> {
	const about = aboutOf(dialect, operation);
	let throttle: Throttle | undefined;
	const read = async () => {
		const connection = dialect.connect(credentials, operation);
		const { account, limits, secrets } = connection;
		about.secrets = secrets;
		if (performance.now() - (proven.get(account) ?? -Infinity) < PROVEN_FOR_MS) return undefined;
		proven.delete(account);
		const request = answerWhole({ url: '', ...dialect.request(operation, values, { number: 1, size: 1 }, connection) });
		throttle = throttleFor(account);
		await throttle.enter({ line: {}, limits, urgent: true, patienceMs: sparing ? 0 : undefined });
		let trouble: Trouble | undefined;
		try {
			const answer = dialect.read(answerOf(await helpers.httpRequest(dialect.sign(credentials, request))), operation);
			proven.set(account, performance.now());
			return answer;
		} catch (error) {
			trouble = asTrouble(error);
			if (trouble.reason === 'tooMany') throttle.pause(limits, trouble.details.retryAfterMs);
			throw trouble;
		} finally {
			latest.set(throttle, trouble ?? 'well');
			throttle.leave(spent(limits, trouble), trouble?.reason === 'tooMany');
		}
	};
	let answer: PageRead | undefined;
	const trouble = await read().then(
		(read) => {
			answer = read;
			return 'well' as const;
		},
		// Where a call has just been made, its end is taken instead of another one's.
		(error) => (error instanceof TooSoon ? ((throttle && latest.get(throttle)) ?? tooSoon(error, 'local')) : asTrouble(error)),
	);
	if (trouble === 'well' || (sparing && trouble.reason === 'tooMany')) return answer;
	const { message, description } = words(trouble, about);
	throw new Error(`${message}. ${description}`);
}

/** Whose turn it is, and until when it is waited for. */
type Patience = Pick<Turn, 'line' | 'urgent'> & { until?: number };

/** Queues, sends, reads and, by the retry table, sends again. */
async function exchange(
	caller: Caller,
	dialect: Dialect,
	{ credentials, connection, throttle }: Session,
	operation: Operation,
	request: Partial<IHttpRequestOptions>,
	{ line, urgent, until }: Patience,
): Promise<PageRead> {
	const { limits } = connection;
	const signal = 'getExecutionCancelSignal' in caller ? caller.getExecutionCancelSignal() : undefined;
	const onWait: Turn['onWait'] = ({ waiting, forMs }) =>
		caller.logger.info(
			`${dialect.service}: ${waiting} calls wait, the next one for ${Math.ceil(forMs / 1000)} s`,
		);
	let refusedSince: number | undefined;
	let retries = 0;
	let failed: Trouble | undefined;

	for (;;) {
		const patienceMs = until === undefined ? undefined : Math.max(0, until - performance.now());
		const turn = { line, limits, urgent, again: failed !== undefined, signal, patienceMs, onWait };
		await throttle.enter(turn).catch((reason: unknown) => {
			if (!(reason instanceof TooSoon)) throw reason;
			// What went wrong with the call tells more than that there is no time for another one.
			throw failed && failed.reason !== 'tooMany' ? failed : tooSoon(reason, caller.getTimezone());
		});
		let trouble: Trouble | undefined;
		let refused = false;
		try {
			return dialect.read(await transmit(caller, dialect, credentials, request), operation);
		} catch (error) {
			trouble = signal?.aborted ? new Trouble('canceled') : asTrouble(error);
			refused = trouble.reason === 'tooMany';
			// Both before the slot is given back, or the next call would start in between.
			if (refused) throttle.pause(limits, trouble.details.retryAfterMs);
			if (trouble.reason === 'keyRefused') throttle.dismiss(line, new Trouble('notSent', trouble.details));
		} finally {
			latest.set(throttle, trouble ?? 'well');
			throttle.leave(spent(limits, trouble), refused);
		}

		failed = trouble;
		if (refused) {
			refusedSince ??= performance.now();
			const since = Math.max(refusedSince, throttle.answeredAt);
			if (performance.now() - since > GIVE_UP_AFTER_MS) throw trouble;
			continue;
		}
		const mayRepeat = trouble.reason === 'unreachable' || (!operation.once && passing.has(trouble.reason));
		if (!mayRepeat || retries === (dialect.retries ?? RETRIES)) throw trouble;
		await backOff(retries++, limits, signal);
	}
}

/** A call that never reached the service costs nothing of what the service allows. */
const spent = (limits: Limits, trouble?: Trouble): Limits =>
	trouble?.reason === 'unreachable' ? { ...limits, windowMs: 0 } : limits;

function tooSoon({ waitMs }: TooSoon, zone: string): Trouble {
	const at = DateTime.now().plus(waitMs).setZone(zone);
	return new Trouble('tooSoon', { retryAfterMs: waitMs, backAt: at.toFormat(waitMs < 12 * 3_600_000 ? 'HH:mm:ss' : 'yyyy-MM-dd HH:mm') });
}

async function transmit(
	caller: Caller,
	{ credential }: Dialect,
	credentials: ICredentialDataDecryptedObject,
	request: Partial<IHttpRequestOptions>,
): Promise<Answer> {
	// A fresh copy: n8n writes the key into it.
	const options = passed(answerWhole({ url: '', ...request, body: request.body && { ...(request.body as IDataObject) } }));
	// Handed over, or n8n would read and decrypt them for every call; and probed, or it would probe them.
	const decrypted = { id: '', name: '', type: credential, data: { ...credentials, probed: 'yes' } };
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

/** An error as n8n hands it on: up to 2.8 without its cause, but with the cause's code in `httpCode`. */
type Failure = Error & { code?: unknown; syscall?: unknown; httpCode?: unknown; messages?: string[] };

/** What a failed request means: whether it can have reached the service, and what to tell. */
function asTrouble(error: unknown): Trouble {
	if (error instanceof Canceled) return new Trouble('canceled');
	for (let cause = error; cause instanceof Error; cause = cause.cause) {
		if (cause instanceof Trouble) return cause;
		const { code, syscall, httpCode, messages = [] } = cause as Failure;
		const name = [code, httpCode].find((one) => typeof one === 'string' && /^[A-Z]/.test(one)) as string | undefined;
		if (name === undefined) {
			if (/aborted|socket hang up/.test(`${cause.message} ${messages.join(' ')}`)) return new Trouble('dropped');
			continue;
		}
		const whileConnecting = syscall === 'connect' || messages.some((message) => message.startsWith('connect '));
		if (notConnected.has(name) || (name === 'ETIMEDOUT' && whileConnecting)) return new Trouble('unreachable');
		if (timeouts.has(name)) return new Trouble('timedOut');
		if (certificates.test(name)) return new Trouble('untrusted');
		return new Trouble('dropped');
	}
	return new Trouble('failed', { sentences: [error instanceof Error ? error.message : String(error)] });
}

/** Waits 1, 2, 4 s of a 60 s window, give or take a quarter, and no longer than the execution runs. */
async function backOff(retry: number, { windowMs }: Limits, signal?: AbortSignal): Promise<void> {
	const until = performance.now() + (windowMs / 60) * 2 ** retry * (0.75 + Math.random() / 2);
	for (let left = 1; left > 0; left = until - performance.now()) {
		if (signal?.aborted) throw new Canceled();
		await sleep(Math.min(250, left));
	}
}

/** Shared by the items of one run. A retry of a run remembers what it has sent; a loop's next round does not. */
function runOf(caller: IExecutePaginationFunctions): Run {
	const key = caller.getContext('node');
	const known = runs.get(key);
	if (known && caller.getItemIndex() > 0) return known;
	const input = caller.getInputData() as INodeExecutionData;
	const runIndex = caller.getWorkflowDataProxy(0).$runIndex as number;
	const isRetry = known?.runIndex === runIndex && known.input === input;
	const run: Run = { held: false, readAt: -Infinity, input, runIndex, settled: isRetry ? known.settled : new Map() };
	runs.set(key, run);
	return run;
}

async function currentSession(run: Run, caller: Caller, dialect: Dialect, operation: Operation): Promise<Session> {
	if (performance.now() - run.readAt > CREDENTIALS_FOR_MS) {
		run.readAt = performance.now();
		run.session = openSession(caller, dialect, operation);
	}
	return await (run.session as Promise<Session>);
}

async function openSession(caller: Caller, dialect: Dialect, operation: Operation): Promise<Session> {
	const credentials = await caller.getCredentials(dialect.credential);
	const connection = dialect.connect(credentials, operation);
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

/** The rows as the user wants to see them. */
function output(
	caller: IExecutePaginationFunctions,
	{ simplify = (row) => row }: Dialect,
	operation: Operation,
	rows: IDataObject[],
): IDataObject[] {
	const form = caller.getNodeParameter('output', 'simplified');
	if (form === 'raw') return rows;
	const typed = rows.map((row) => simplify(row, operation));
	if (form !== 'selectedFields') return typed;
	const keys = caller.getNodeParameter('outputFields', []) as string[];
	return typed.map((row) => Object.fromEntries(keys.filter((key) => key in row).map((key) => [key, row[key]])));
}

function aboutOf({ service, advice }: Dialect, { action, once }: Operation): Omit<About, 'node'> {
	return { service, advice, action, once, secrets: [] };
}

function shown(caller: Caller, error: unknown, about: Omit<About, 'node'>): Error {
	const trouble = error instanceof Canceled ? new Trouble('canceled') : error;
	if (!(trouble instanceof Trouble)) return error as Error;
	return callError(trouble, { ...about, node: caller.getNode() });
}
