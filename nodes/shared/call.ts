import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
	RequestHelperFunctions,
} from 'n8n-workflow';
import { DateTime } from 'luxon';
import { sleep } from 'n8n-workflow';

import { passed, PROBED } from './admit';
import type { Answer, Connection, Dialect, Open, Session, Way } from './dialect';
import type { About, Cause } from './errors';
import { callError, counted, duration, Trouble } from './errors';
import type { Download, FileLimits } from './links';
import { fileAddress, readFile } from './links';
import type { Meter } from './meter';
import type { Operation, WireValues } from './operations';
import type { Page, PageRead } from './pages';
import type { Limits, Turn } from './lines';
import type { Throttle } from './throttle';
import { Canceled, longestPauseMs, throttleFor, TooSoon } from './throttle';

/** One call's way: queue, send, read, retry. The only place that calls a service. */

export type Caller = IExecuteSingleFunctions | ILoadOptionsFunctions;

/** Sends after the first one, for calls that may be sent again. */
const RETRIES = 3;
/** Refusals of one call while others are taken: what is refused more often is refused for ever. */
const MOST_REFUSALS = 10;
/** Refusals that only words tell: they may mean something else. */
const MOST_REFUSALS_BY_WORDS = 3;
/** A call refused more often than this lets another one go ahead: only that can show whether it is refused alone. */
const MOST_REFUSALS_IN_FRONT = 3;
/** Longest pause in ms that somebody at the screen sits out, and the longest time of refusals. */
export const SHORT_PAUSE_MS = 10_000;
/** Time in ms for a call that somebody at the screen waits for. */
export const LOOK_UP_TIMEOUT_MS = 60_000;
/** Time in ms for any other call that names none: n8n's own. */
export const USUAL_TIMEOUT_MS = 300_000;
/** Addresses that a link may lead on to. */
const MOST_HOPS = 5;
/** An answer that n8n unpacks does not show where it came from (and newer engines hide it in any case). */
const PLAIN = { 'accept-encoding': 'identity' };
/** A download that has less time left is not tried again. */
const WORTH_A_TRY_MS = 50;

/** Sent again where a record cannot be stored twice. */
const passing = new Set<Cause>(['dropped', 'timedOut', 'unavailable']);

/** After these the service has done nothing. */
const neverDone = new Set<Cause>(['keyRefused', 'tooMany', 'unreachable']);

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
	open: Open,
	operation: Operation,
	request: (session: Session) => Promise<Partial<IHttpRequestOptions>>,
	policy: WaitPolicy,
): Promise<PageRead> {
	return await exchange(caller, dialect, open, () => !operation.once, policy, async (session) => {
		const options = await request(session).catch(unsendable);
		const answer = await transmit(caller, dialect, session.credentials, options);
		const read = async () => dialect.read(answer, operation);
		return await read().catch((error: unknown) => {
			if (error instanceof Trouble && error.reason === 'notFound') error.details.target = targetOf(options, session.connection);
			throw error;
		});
	});
}

/** What fails before anything is sent can be made again, whatever it is. */
function unsendable(error: unknown): never {
	if (error instanceof Trouble || error instanceof Canceled) throw error;
	const { message, description } = error as Error & { description?: string | null };
	throw new Trouble('unsendable', { sentences: [message, description ?? ''].filter(Boolean) });
}

/** Method and address of a call, without its query. */
export function targetOf({ method = 'GET', url = '' }: Partial<IHttpRequestOptions>, { address = '' }: Connection): string {
	const whole = URL.canParse(url) ? url : address + url;
	return `${method} ${whole.split('?')[0]}`;
}

/** What a read for somebody at the screen sends, and how it waits: ahead of all executions, but not for long. */
export function lookUpRequest(dialect: Dialect, operation: Operation, values: WireValues, page: Page | undefined, way: Way) {
	return {
		request: async ({ connection }: Session) => ({ timeout: LOOK_UP_TIMEOUT_MS, ...way, ...dialect.request(operation, values, page, connection) }),
		policy: { line: {}, urgent: true, maxPauseMs: SHORT_PAUSE_MS },
	};
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
		const { request, policy } = lookUpRequest(dialect, operation, values, page, way);
		return await ask(caller, dialect, async () => session, operation, request, policy);
	} catch (error) {
		throw shown(caller, error, about);
	}
}

/** How the latest call through a throttle ended, and when. */
export const latest = new WeakMap<Throttle, { end: Trouble | 'well'; at: number }>();

/** How a call waits: in whose line, for how long, and who counts it. */
export interface WaitPolicy extends Pick<Turn, 'line' | 'urgent' | 'since' | 'maxPauseMs'> {
	/** When its patience ends, as `performance.now()` gives it. */
	until?: number;
	meter?: Meter;
	/** Ends what has not been sent: the execution is stopped, or the run has failed. */
	signal?: AbortSignal;
	/** Told of a call that is not sent again, before another one starts in its place. */
	onFailure?: () => void;
	/** The keys that the service has refused, which are not tried again; those that are refused are added. */
	refusedKeys?: Map<string, Trouble>;
}

/**
 * Queues, sends, reads and, by the retry table, sends again.
 * @param repeatable whether it may be sent again after the service may have got it
 * @param work sends and reads once
 */
async function exchange<Result>(
	caller: Caller,
	dialect: Dialect,
	open: Open,
	repeatable: () => boolean,
	{ line, urgent, since, until, meter, maxPauseMs, onFailure, refusedKeys, signal = cancelSignal(caller) }: WaitPolicy,
	work: (session: Session) => Promise<Result>,
): Promise<Result> {
	const onWait: Turn['onWait'] = ({ waiting, forMs, lastMs }) =>
		caller.logger.info(
			`${dialect.service}: ${counted(waiting, 'call waits', 'calls wait')}, the next one for ${duration(forMs)}, all of them for about ${duration(lastMs)}`,
		);
	const refusals: Refusals = { all: 0, byWords: 0, since: Infinity };
	let retries = 0;
	let failed: Trouble | undefined;
	const mayRepeat = ({ reason }: Trouble) => reason === 'unreachable' || (repeatable() && passing.has(reason));
	/** Why a call goes no further: what went wrong before tells more than that it was stopped, unless it left nothing behind. */
	const stopped = () => {
		if (cancelSignal(caller)?.aborted) return new Canceled();
		if (!failed || neverDone.has(failed.reason)) return new Trouble('notStarted', { isStopped: true });
		return new Trouble(failed.reason, { ...failed.details, isStopped: true });
	};

	for (;;) {
		const { connection: { account, limits, keyId } } = await open();
		const isRefused = refusedKeys?.get(keyId);
		if (isRefused) throw isRefused;
		const patienceMs = until === undefined ? undefined : Math.max(0, until - performance.now());
		const again = failed !== undefined;
		const yields = refusals.all > MOST_REFUSALS_IN_FRONT;
		const turn = { line, group: keyId, limits, urgent, since, again, yields, signal, patienceMs, maxPauseMs, onWait };
		// For each try anew: between two of them an idle limiter may have been forgotten.
		const throttle = throttleFor(account);
		meter?.queue();
		await throttle.enter(turn).catch((reason: unknown) => {
			meter?.leave();
			if (reason instanceof Canceled) throw stopped();
			if (!(reason instanceof TooSoon)) throw reason;
			// What went wrong with the call tells more than that there is no time for another one.
			throw failed && failed.reason !== 'tooMany' ? failed : tooSoon(reason.waitMs, caller.getTimezone());
		});
		const giveBack = () => {
			meter?.leave();
			throttle.leave(unspent(limits));
		};
		const session = await open().catch((error) => {
			giveBack();
			throw error;
		});
		if (session.connection.account !== account || signal?.aborted) {
			giveBack();
			if (signal?.aborted) throw stopped();
			continue;
		}
		meter?.start();
		let trouble: Trouble | undefined;
		/** What ends the call, where it is not sent again. */
		let final: Trouble | undefined;
		let refused = false;
		let isReplaced = false;
		try {
			return await work(session);
		} catch (error) {
			trouble = cancelSignal(caller)?.aborted ? new Trouble('canceled', { perhapsDone: true }) : asTrouble(error);
			refused = trouble.reason === 'tooMany';
			isReplaced = trouble.reason === 'keyRefused' && (await open(true)).connection.keyId !== keyId;
			const longestMs = Math.min(longestPauseMs(limits), maxPauseMs ?? Infinity, (until ?? Infinity) - performance.now());
			if (refused) final = afterRefusal(trouble, limits, throttle, refusals, { zone: caller.getTimezone(), maxPauseMs });
			else if (!isReplaced && !(mayRepeat(trouble) && retries < (dialect.retries ?? RETRIES))) final = trouble;
			else if ((trouble.details.retryAfterMs ?? 0) > longestMs) final = tooSoon(trouble.details.retryAfterMs as number, caller.getTimezone(), trouble);
			// All of this before the slot is given back, or the next call would start in between.
			if (refused) throttle.pause(limits, trouble.details.retryAfterMs);
			if (final?.reason === 'keyRefused') {
				const notSent = new Trouble('notSent', final.details);
				refusedKeys?.set(keyId, notSent);
				throttle.dismiss(line, notSent, (group) => group === keyId);
			}
			// Where the service has taken none of all calls meanwhile, the others of the execution are not tried one by one.
			if (refused && final && isAccountRefused(throttle, refusals, longestMs)) throttle.dismiss(line, final);
			if (final) onFailure?.();
		} finally {
			latest.set(throttle, { end: trouble ?? 'well', at: performance.now() });
			throttle.leave(spent(limits, trouble), refused);
			meter?.end(refused);
		}
		if (final) throw final;
		failed = trouble;
		if (refused || isReplaced) continue;
		await backOff(retries++, limits, trouble.details.retryAfterMs, signal).catch(() => {
			throw stopped();
		});
	}
}

/** How often one call was refused as too many. */
interface Refusals {
	all: number;
	/** By words alone, which may mean something else. */
	byWords: number;
	/** When it was for the first time. */
	since: number;
}

/** What ends a call that was refused once more; nothing where it is to be sent again. */
function afterRefusal(
	trouble: Trouble,
	limits: Limits,
	throttle: Throttle,
	refusals: Refusals,
	{ zone, maxPauseMs = Infinity }: { zone: string; maxPauseMs?: number },
): Trouble | undefined {
	const { retryAfterMs = 0, byWords } = trouble.details;
	const longestMs = Math.min(longestPauseMs(limits), maxPauseMs);
	const now = performance.now();
	refusals.all++;
	if (byWords) refusals.byWords++;
	refusals.since = Math.min(refusals.since, now);
	if (retryAfterMs > longestMs) return tooSoon(retryAfterMs, zone, trouble);
	// While others are taken, this one will never be.
	const isSingledOut = refusals.all >= MOST_REFUSALS && throttle.answeredAt > refusals.since;
	const isEnough = isSingledOut || refusals.byWords >= MOST_REFUSALS_BY_WORDS || now + retryAfterMs - refusals.since > longestMs;
	return isEnough ? trouble : undefined;
}

/** Whether the account was refused, whoever asked, for as long as one sits that out. */
const isAccountRefused = ({ answeredAt }: Throttle, { since }: Refusals, longestMs: number): boolean =>
	answeredAt < since && performance.now() - since > longestMs;

/** What n8n aborts when somebody stops the execution. */
const cancelSignal = (caller: Caller): AbortSignal | undefined =>
	'getExecutionCancelSignal' in caller ? caller.getExecutionCancelSignal() : undefined;

/** Such a call costs nothing of what the service allows. */
const neverReached = new Set<Cause>(['unreachable', 'unsendable']);
const unspent = (limits: Limits): Limits => ({ ...limits, windowMs: 0 });
export const spent = (limits: Limits, trouble?: Trouble): Limits => (trouble && neverReached.has(trouble.reason) ? unspent(limits) : limits);

/** What is told where the service asks for a longer wait than there is time for. */
export function tooSoon(waitMs: number, zone: string, { details }: Pick<Trouble, 'details'> = { details: {} }): Trouble {
	const at = Number.isFinite(waitMs) ? DateTime.now().plus(Math.ceil(waitMs)).setZone(zone) : undefined;
	const backAt = at?.toFormat(waitMs < 12 * 3_600_000 ? 'HH:mm:ss' : 'yyyy-MM-dd HH:mm');
	return new Trouble('tooSoon', { ...details, retryAfterMs: waitMs, backAt });
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
	const decrypted = { id: '', name: '', type: credential, data: { ...credentials, probed: PROBED } };
	return await endingInTime(caller, request, async (own, abortSignal) =>
		answerOf(
			await own.helpers.httpRequestWithAuthentication.call(own, credential, { ...options, abortSignal }, {
				credentialsDecrypted: decrypted,
			}),
		),
	);
}

/** The longest time in ms that a timer can run. */
const LONGEST_MS = 2 ** 31 - 1;

/** A time limit in whole ms; an expression may bring it as text. */
function timeLimit(given: unknown): number {
	const ms = Math.ceil(Number(given));
	if (ms > 0 && ms <= LONGEST_MS) return ms;
	const range = `from 1 to ${LONGEST_MS.toLocaleString('en')}`;
	throw new Trouble('unsendable', { sentences: [`'Timeout' under Request Options must be a number of milliseconds ${range}`] });
}

/**
 * Ends a call when its time is over, whatever the service does: n8n's own time limit begins anew with
 * every byte, and an answer such as `101` never ends.
 * @throws {Trouble} `timedOut`
 */
async function endingInTime<Result>(
	caller: Caller,
	request: Partial<IHttpRequestOptions>,
	work: (caller: Caller, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
	const abortSignal = request.abortSignal as AbortSignal | undefined;
	const late = AbortSignal.timeout(timeLimit(request.timeout ?? USUAL_TIMEOUT_MS));
	const hangUp = new AbortController();
	const signals = [cancelSignal(caller), abortSignal, late].filter((signal) => signal !== undefined);
	const end = () => hangUp.abort();
	if (signals.some(({ aborted }) => aborted)) end();
	for (const signal of signals) signal.addEventListener('abort', end);
	// n8n puts the execution's own signal in the place of the request's.
	const own = 'getExecutionCancelSignal' in caller
		? (Object.create(caller, { getExecutionCancelSignal: { value: () => hangUp.signal } }) as Caller)
		: caller;
	const ended = new Promise<never>((_resolve, reject) => {
		hangUp.signal.addEventListener('abort', () => reject(new Trouble('dropped')));
	});
	try {
		return await Promise.race([work(own, hangUp.signal), ended]);
	} catch (error) {
		throw late.aborted ? new Trouble('timedOut') : error;
	} finally {
		// A stream that is still being read ends by the request's own signal.
		for (const signal of signals) if (signal !== abortSignal) signal.removeEventListener('abort', end);
	}
}

/** One call without n8n's own authentication. */
export const sendPlain = async ({ httpRequest }: Pick<RequestHelperFunctions, 'httpRequest'>, request: IHttpRequestOptions): Promise<Answer> =>
	answerOf(await httpRequest(answerWhole(request)));

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
/** How Node begins to say, whatever the code, that a call never left: no address, no connection, no handshake. */
const neverLeft = /^(getaddrinfo|query[A-Z]\w*|connect) |^Client network socket disconnected before secure TLS connection/;
/** The same as the name of what failed. */
const opening = /^(getaddrinfo|query[A-Z]\w*|connect)$/;
const timeouts = new Set(['ECONNABORTED', 'ETIMEDOUT', 'ESOCKETTIMEDOUT']);
/** What Node or n8n finds wrong with a request that it was to send. */
const unfit = /^ERR_(OUT_OF_RANGE|UNESCAPED_CHARACTERS|HTTP_INVALID_HEADER_VALUE|INVALID_(ARG|CHAR|DOMAIN|HTTP_TOKEN|IP|PROTOCOL|URL)\w*)$/;
/** What ends a connection before anything is sent: the certificate, or a host that does not speak https. Other TLS codes can come after the service has got the call. */
const noHandshake = /CERT|CRL|SIGNATURE|HOSTNAME|^EPROTO$/;

/** An error as n8n hands it on: up to 2.8 without its cause, but with the cause's code in `httpCode`. */
type Failure = Error & { code?: unknown; syscall?: unknown; httpCode?: unknown; messages?: string[] };

/** What a failed request means: whether it can have reached the service, and what to tell. */
export function asTrouble(error: unknown): Trouble {
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
		const hasNotLeft = opening.test(String(syscall)) || [cause.message, ...messages].some((message) => neverLeft.test(message));
		if (notConnected.has(name) || hasNotLeft) return new Trouble('unreachable');
		if (unfit.test(name)) return new Trouble('unsendable', { sentences: [cause.message] });
		if (timeouts.has(name)) return new Trouble('timedOut');
		if (noHandshake.test(name)) return new Trouble('untrusted');
		return new Trouble('dropped');
	}
	return new Trouble('failed', { sentences: [(error as Failure | undefined)?.message ?? String(error)] });
}

/** Waits 1, 2, 4 s of a 60 s window, give or take a quarter, or for as long as the service asks where that is longer. */
const backOff = async (retry: number, { windowMs }: Limits, retryAfterMs = 0, signal?: AbortSignal) =>
	await pause(Math.max(retryAfterMs, (windowMs / 60) * 2 ** retry * (0.75 + Math.random() / 2)), signal);

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
	open: Open,
	policy: WaitPolicy,
	link: string,
	name: string,
	limits: FileLimits,
): Promise<Download> {
	const home = (await open()).connection.address as string;
	// One time for all tries; waiting for a turn takes nothing of it.
	let leftMs = limits.timeoutMs;
	for (let address = fileAddress(link, name, home), hop = 0; hop < MOST_HOPS; hop++) {
		const { href, origin } = address;
		const isOwn = origin === new URL(home).origin;
		const openPlace: Open = isOwn ? open : async (anew) => elsewhere(await open(anew), origin);
		const found = await exchange(caller, dialect, openPlace, () => leftMs > WORTH_A_TRY_MS, policy, async ({ credentials }) => {
			const began = performance.now();
			const timeoutMs = Math.max(1, Math.ceil(leftMs));
			const hangUp = new AbortController();
			const abortSignal = AbortSignal.any([hangUp.signal, limits.signal].filter((signal) => signal !== undefined));
			const request: IHttpRequestOptions = { ...limits.way, method: 'GET', url: href, encoding: 'stream', timeout: timeoutMs, abortSignal };
			try {
				const answer = isOwn
					? await transmit(caller, dialect, credentials, request)
					: await endingInTime(caller, request, async (own, signal) =>
							await sendPlain(own.helpers, { ...request, headers: PLAIN, abortSignal: signal }));
				return await readFile(answer, new URL(href), name, { ...limits, timeoutMs }, home);
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

/** Another host than the service's own: its calls do not count, and no key goes there. */
const elsewhere = ({ connection }: Session, origin: string): Session => ({
	credentials: {},
	connection: { ...connection, account: `files of ${origin}`, keyId: '', limits: { ...connection.limits, calls: Number.MAX_SAFE_INTEGER } },
});

/** What the messages about an operation have in common. */
export function aboutOf({ service, advice }: Dialect, operation: Operation): Omit<About, 'node'> {
	const { action, once } = operation;
	return { service, advice: typeof advice === 'function' ? advice(operation) : advice, action, once, secrets: [] };
}

/** What n8n shows for something that was thrown. */
export function shown(caller: Pick<Caller, 'getNode'>, error: unknown, about: Omit<About, 'node'>): Error {
	const trouble = error instanceof Canceled ? new Trouble('canceled') : error;
	if (!(trouble instanceof Trouble)) return error as Error;
	return callError(trouble, { ...about, node: caller.getNode() });
}
