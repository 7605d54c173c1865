import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteSingleFunctions,
	IHttpRequestHelper,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import { DateTime } from 'luxon';
import { sleep } from 'n8n-workflow';

import type { Answer, Connection, Dialect, Session, Way } from './dialect';
import type { About, Cause } from './errors';
import { callError, duration, Trouble, words } from './errors';
import type { Download, FileLimits } from './links';
import { fileAddress, readFile } from './links';
import type { Meter } from './meter';
import type { Operation, WireValues } from './operations';
import type { Page, PageRead } from './pages';
import type { Limits, Turn } from './lines';
import type { Throttle } from './throttle';
import { Canceled, passed, throttleFor, TooSoon } from './throttle';

/** One call's way: queue, send, read, retry. The only place that calls a service. */

export type Caller = IExecuteSingleFunctions | ILoadOptionsFunctions;

/** Sends after the first one, for calls that may be sent again. */
const RETRIES = 3;
/** A connection that takes no call for this long is given up. */
const GIVE_UP_AFTER_MS = 15 * 60_000;
/** A service that asks for a longer pause is given up at once. */
const LONGEST_PAUSE_MS = 60 * 60_000;
/** Addresses that a link may lead on to. */
const MOST_HOPS = 5;
/** A download that has less time left is not tried again. */
const WORTH_A_TRY_MS = 50;

/** Sent again where a record cannot be stored twice. */
const passing = new Set<Cause>(['dropped', 'timedOut', 'unavailable']);

/** Reads the credential, and what account it is for. */
export async function openSession(caller: Caller, dialect: Dialect, operation: Operation): Promise<Session> {
	const credentials = await caller.getCredentials(dialect.credential);
	return { credentials, connection: dialect.connect(credentials, operation) };
}

/**
 * One call with its values, as often as it takes.
 * @param request made when the call's turn has come, so that waiting calls hold no files in memory
 * @throws {Trouble} what came instead of a result
 */
export async function ask(
	caller: Caller,
	dialect: Dialect,
	session: Session,
	operation: Operation,
	request: () => Promise<Partial<IHttpRequestOptions>>,
	patience: Patience,
): Promise<PageRead> {
	return await exchange(caller, dialect, session.connection, () => !operation.once, patience, async () =>
		dialect.read(await transmit(caller, dialect, session.credentials, await request()), operation),
	);
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
	way: Way = {},
): Promise<PageRead> {
	const about = aboutOf(dialect, operation);
	try {
		const session = await openSession(caller, dialect, operation);
		about.secrets = session.connection.secrets;
		const request = async () => ({ ...way, ...dialect.request(operation, values, page, session.connection) });
		return await ask(caller, dialect, session, operation, request, { line: {}, urgent: true });
	} catch (error) {
		throw shown(caller, error, about);
	}
}

/** What the test of a credential asks, and what else than an answer proves the credential. */
export interface Probe {
	operation: Operation;
	values?: WireValues;
	/** Whether a refusal as too many will do, and no call at all where one has just been made. */
	sparing?: boolean;
}

/** How the latest call through a throttle ended. */
const latest = new WeakMap<Throttle, Trouble | 'well'>();

/** Accounts, with the call that found them in order, and when. */
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
		const request = answerWhole({ url: '', ...dialect.request(operation, values, { number: 1, size: 1 }, connection) });
		const call = `${account} ${request.url}`;
		if (performance.now() - (proven.get(call) ?? -Infinity) < PROVEN_FOR_MS) return undefined;
		proven.delete(call);
		throttle = throttleFor(account);
		await throttle.enter({ line: {}, limits, urgent: true, patienceMs: sparing ? 0 : undefined });
		let trouble: Trouble | undefined;
		try {
			const answer = dialect.read(answerOf(await helpers.httpRequest(dialect.sign(credentials, request))), operation);
			proven.set(call, performance.now());
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

/** Whose turn it is, until when it is waited for, and who counts it. */
export type Patience = Pick<Turn, 'line' | 'urgent'> & { until?: number; meter?: Meter };

/**
 * Queues, sends, reads and, by the retry table, sends again.
 * @param repeatable whether it may be sent again after the service may have got it
 * @param work sends and reads once
 */
async function exchange<Result>(
	caller: Caller,
	dialect: Dialect,
	{ account, limits }: Connection,
	repeatable: () => boolean,
	{ line, urgent, until, meter }: Patience,
	work: () => Promise<Result>,
): Promise<Result> {
	const signal = 'getExecutionCancelSignal' in caller ? caller.getExecutionCancelSignal() : undefined;
	const onWait: Turn['onWait'] = ({ waiting, forMs, lastMs }) =>
		caller.logger.info(
			`${dialect.service}: ${waiting} calls wait, the next one for ${duration(forMs)}, all of them for about ${duration(lastMs)}`,
		);
	let refusedSince: number | undefined;
	let retries = 0;
	let failed: Trouble | undefined;

	for (;;) {
		const patienceMs = until === undefined ? undefined : Math.max(0, until - performance.now());
		const turn = { line, limits, urgent, again: failed !== undefined, signal, patienceMs, onWait };
		// For each try anew: between two of them an idle limiter may have been forgotten.
		const throttle = throttleFor(account);
		meter?.queue();
		await throttle.enter(turn).catch((reason: unknown) => {
			meter?.leave();
			if (!(reason instanceof TooSoon)) throw reason;
			// What went wrong with the call tells more than that there is no time for another one.
			throw failed && failed.reason !== 'tooMany' ? failed : tooSoon(reason, caller.getTimezone());
		});
		meter?.start();
		let trouble: Trouble | undefined;
		let refused = false;
		try {
			return await work();
		} catch (error) {
			trouble = signal?.aborted ? new Trouble('canceled', { perhapsDone: true }) : asTrouble(error);
			refused = trouble.reason === 'tooMany';
			// Both before the slot is given back, or the next call would start in between.
			if (refused) throttle.pause(limits, trouble.details.retryAfterMs);
			if (trouble.reason === 'keyRefused') throttle.dismiss(line, new Trouble('notSent', trouble.details));
		} finally {
			latest.set(throttle, trouble ?? 'well');
			throttle.leave(spent(limits, trouble), refused);
			meter?.end(refused);
		}

		failed = trouble;
		if (refused) {
			refusedSince ??= performance.now();
			const since = Math.max(refusedSince, throttle.answeredAt);
			const patience = Math.max(GIVE_UP_AFTER_MS, 3 * limits.windowMs);
			if (performance.now() - since > patience || Number(trouble.details.retryAfterMs) > LONGEST_PAUSE_MS) throw trouble;
			continue;
		}
		const mayRepeat = trouble.reason === 'unreachable' || (repeatable() && passing.has(trouble.reason));
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

const notConnected = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED']);
/** A connection can also end with these, after the service has got the call. */
const perhapsConnected = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);
const timeouts = new Set(['ECONNABORTED', 'ETIMEDOUT', 'ESOCKETTIMEDOUT']);
/** What ends a connection before anything is sent: the certificate, or a host that does not speak https. Other TLS codes can come after the service has got the call. */
const noHandshake = /CERT|CRL|SIGNATURE|HOSTNAME|^EPROTO$/;

/** An error as n8n hands it on: up to 2.8 without its cause, but with the cause's code in `httpCode`. */
type Failure = Error & { code?: unknown; syscall?: unknown; httpCode?: unknown; messages?: string[] };

/** What a failed request means: whether it can have reached the service, and what to tell. */
function asTrouble(error: unknown): Trouble {
	if (error instanceof Canceled) return new Trouble('canceled');
	// Not by instanceof Error: that of a stream may be of another realm.
	for (let cause = error as Failure | undefined; cause; cause = cause.cause as Failure | undefined) {
		if (cause instanceof Trouble) return cause;
		const { code, syscall, httpCode, messages = [] } = cause;
		const name = [code, httpCode].find((one) => typeof one === 'string' && /^[A-Z]/.test(one)) as string | undefined;
		if (name === undefined) {
			if (/aborted|socket hang up/.test(`${cause.message} ${messages.join(' ')}`)) return new Trouble('dropped');
			continue;
		}
		const whileConnecting = syscall === 'connect' || messages.some((message) => message.startsWith('connect '));
		if (notConnected.has(name) || (perhapsConnected.has(name) && whileConnecting)) return new Trouble('unreachable');
		if (timeouts.has(name)) return new Trouble('timedOut');
		if (noHandshake.test(name)) return new Trouble('untrusted');
		return new Trouble('dropped');
	}
	return new Trouble('failed', { sentences: [(error as Failure | undefined)?.message ?? String(error)] });
}

/** Waits 1, 2, 4 s of a 60 s window, give or take a quarter. */
const backOff = async (retry: number, { windowMs }: Limits, signal?: AbortSignal) =>
	await pause((windowMs / 60) * 2 ** retry * (0.75 + Math.random() / 2), signal);

/**
 * Waits, but no longer than the execution runs.
 * @throws {Canceled} within a quarter of a second once the signal is aborted
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
	const until = performance.now() + ms;
	for (let left = ms; left > 0; left = until - performance.now()) {
		if (signal?.aborted) throw new Canceled();
		await sleep(Math.min(250, left));
	}
}

/** Reads the file behind a link. The key goes with the call to the service's own host only, and only calls there count. */
export async function fetchFile(
	caller: IExecuteSingleFunctions,
	dialect: Dialect,
	{ credentials, connection }: Session,
	patience: Patience,
	link: string,
	name: string,
	limits: FileLimits,
): Promise<Download> {
	const home = connection.address as string;
	// One time for all tries; waiting for a turn takes nothing of it.
	let leftMs = limits.timeoutMs;
	const uncounted = { ...connection.limits, calls: Number.MAX_SAFE_INTEGER };
	for (let address = fileAddress(link, name, home), hop = 0; hop < MOST_HOPS; hop++) {
		const { href, origin } = address;
		const isOwn = origin === new URL(home).origin;
		const place = isOwn ? connection : { ...connection, account: `files of ${origin}`, limits: uncounted };
		const found = await exchange(caller, dialect, place, () => leftMs > WORTH_A_TRY_MS, patience, async () => {
			const began = performance.now();
			const timeoutMs = Math.max(1, Math.ceil(leftMs));
			const hangUp = new AbortController();
			const abortSignal = AbortSignal.any([hangUp.signal, limits.signal].filter((signal) => signal !== undefined));
			const request: IHttpRequestOptions = { ...limits.way, method: 'GET', url: href, encoding: 'stream', timeout: timeoutMs, abortSignal };
			try {
				const answer = isOwn
					? await transmit(caller, dialect, credentials, request)
					: answerOf(await caller.helpers.httpRequest(answerWhole(request)));
				return await readFile(answer, new URL(href), name, { ...limits, timeoutMs });
			} finally {
				hangUp.abort();
				leftMs -= performance.now() - began;
			}
		});
		if ('content' in found) return found;
		address = fileAddress(found.next, name, home);
	}
	throw new Trouble('rejected', { sentences: [`${name} leads from one address to the next without an end`] });
}

/** What the messages about an operation have in common. */
export function aboutOf({ service, advice }: Dialect, { action, once }: Operation): Omit<About, 'node'> {
	return { service, advice, action, once, secrets: [] };
}

/** What n8n shows for something that was thrown. */
export function shown(caller: Caller, error: unknown, about: Omit<About, 'node'>): Error {
	const trouble = error instanceof Canceled ? new Trouble('canceled') : error;
	if (!(trouble instanceof Trouble)) return error as Error;
	return callError(trouble, { ...about, node: caller.getNode() });
}
