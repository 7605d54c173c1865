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

import { markThrottled, PROBED } from './externalCalls';
import type { HttpResponse, Connection, ServiceAdapter, ResolveSession, Session, NetworkOptions } from './service';
import type { ErrorContext, ErrorReason } from './errors';
import { createNodeError, pluralize, formatDuration, ServiceError } from './errors';
import type { Download, DownloadLimits } from './download';
import { downloadUrl, readDownload } from './download';
import type { RunStats } from '../run/stats';
import type { Operation, WireValues } from '../fields/operations';
import type { Page, PageRead } from './pages';
import type { RateLimit, AcquireOptions } from '../throttle/fairQueue';
import type { Throttle } from '../throttle/throttle';
import { CanceledError, pauseCapMs, throttleFor, AcquireTimeoutError } from '../throttle/throttle';

/** One call's way: queue, send, read, retry. The only place that calls a service. */

export type NodeContext = IExecuteSingleFunctions | ILoadOptionsFunctions;

/** Sends after the first one, for calls that may be sent again. */
const MAX_RETRIES = 3;
/** Refusals of one call while others are taken: what is refused more often is refused for ever. */
const MAX_REFUSALS = 10;
/** Refusals that only words tell: they may mean something else. */
const MAX_TEXT_ONLY_REFUSALS = 3;
/** A call refused more often than this lets another one go ahead: only that can show whether it is refused alone. */
const MOST_REFUSALS_IN_FRONT = 3;
/** Longest pause in ms that somebody at the screen sits out, and the longest time of refusals. */
export const MAX_INTERACTIVE_PAUSE_MS = 10_000;
/** Time in ms for a call that somebody at the screen waits for. */
export const INTERACTIVE_TIMEOUT_MS = 60_000;
/** Time in ms for any other call that names none: n8n's own. */
export const DEFAULT_TIMEOUT_MS = 300_000;
/** Addresses that a link may lead on to. */
const MAX_REDIRECTS = 5;
/** An answer that n8n unpacks does not show where it came from (and newer engines hide it in any case). */
const UNCOMPRESSED = { 'accept-encoding': 'identity' };
/** A download that has less time left is not tried again. */
const MIN_RETRY_TIME_MS = 50;

/** Sent again where a record cannot be stored twice. */
const transientReasons = new Set<ErrorReason>(['connectionLost', 'timeout', 'unavailable']);

/** After these the service has done nothing. */
const neverDone = new Set<ErrorReason>(['unauthorized', 'rateLimited', 'unreachable']);

/** Reads the credential, and what account it is for. */
export async function openSession(caller: NodeContext, service: ServiceAdapter, operation: Operation): Promise<Session> {
	const credentials = await caller.getCredentials(service.credentialType);
	return { credentials, connection: service.connect(credentials, operation) };
}

/**
 * One call with its values, as often as it takes.
 * @param request made when the call's turn has come, so that waiting calls hold no files in memory
 * @throws {ServiceError} what came instead of a result
 */
export async function executeCall(
	caller: NodeContext,
	service: ServiceAdapter,
	open: ResolveSession,
	operation: Operation,
	request: (session: Session) => Promise<Partial<IHttpRequestOptions>>,
	policy: WaitPolicy,
): Promise<PageRead> {
	return await sendWithRetries(caller, service, open, () => operation.idempotent, policy, async (session) => {
		const options = await request(session).catch(throwNotSendable);
		const answer = await sendAuthenticated(caller, service, session.credentials, options);
		const read = async () => service.parseResponse(answer, operation);
		return await read().catch((error: unknown) => {
			if (error instanceof ServiceError && error.reason === 'notFound') error.details.target = describeTarget(options, session.connection);
			throw error;
		});
	});
}

/** What fails before anything is sent can be made again, whatever it is. */
function throwNotSendable(error: unknown): never {
	if (error instanceof ServiceError || error instanceof CanceledError) throw error;
	const { message, description } = error as Error & { description?: string | null };
	throw new ServiceError('notSendable', { messages: [message, description ?? ''].filter(Boolean) });
}

/** Method and address of a call, without its query. */
export function describeTarget({ method = 'GET', url = '' }: Partial<IHttpRequestOptions>, { address = '' }: Connection): string {
	const whole = URL.canParse(url) ? url : address + url;
	return `${method} ${whole.split('?')[0]}`;
}

/** What a read for somebody at the screen sends, and how it waits: ahead of all executions, but not for long. */
export function lookUpOptions(service: ServiceAdapter, operation: Operation, values: WireValues, page: Page | undefined, way: NetworkOptions) {
	return {
		request: async ({ connection }: Session) => ({ timeout: INTERACTIVE_TIMEOUT_MS, ...way, ...service.buildRequest(operation, values, page, connection) }),
		policy: { queueKey: {}, priority: true, maxPauseMs: MAX_INTERACTIVE_PAUSE_MS },
	};
}

/**
 * One read for the editor: pickers and the like, ahead of all executions.
 * @param values wire names and values
 */
export async function lookUp(
	caller: NodeContext,
	service: ServiceAdapter,
	operation: Operation,
	values: WireValues,
	page?: Page,
	way: NetworkOptions = {},
): Promise<PageRead> {
	const about = errorContext(service, operation);
	try {
		const session = await openSession(caller, service, operation);
		about.secrets = session.connection.secrets;
		const { request, policy } = lookUpOptions(service, operation, values, page, way);
		return await executeCall(caller, service, async () => session, operation, request, policy);
	} catch (error) {
		throw toNodeError(caller, error, about);
	}
}

/** How the latest call through a throttle ended, and when. */
export const lastOutcomes = new WeakMap<Throttle, { end: ServiceError | 'well'; at: number }>();

/** How a call waits: in whose line, for how long, and who counts it. */
export interface WaitPolicy extends Pick<AcquireOptions, 'queueKey' | 'priority' | 'executionStartedAt' | 'maxPauseMs'> {
	/** When its patience ends, as `performance.now()` gives it. */
	deadline?: number;
	stats?: RunStats;
	/** Ends what has not been sent: the execution is stopped, or the run has failed. */
	signal?: AbortSignal;
	/** Told of a call that is not sent again, before another one starts in its place. */
	onFailure?: () => void;
	/** The keys that the service has refused, which are not tried again; those that are refused are added. */
	refusedKeys?: Map<string, ServiceError>;
}

/**
 * Queues, sends, reads and, by the retry table, sends again.
 * @param repeatable whether it may be sent again after the service may have got it
 * @param work sends and reads once
 */
async function sendWithRetries<Result>(
	caller: NodeContext,
	service: ServiceAdapter,
	open: ResolveSession,
	repeatable: () => boolean,
	{ queueKey, priority, executionStartedAt, deadline, stats, maxPauseMs, onFailure, refusedKeys, signal = cancelSignal(caller) }: WaitPolicy,
	work: (session: Session) => Promise<Result>,
): Promise<Result> {
	const onWait: AcquireOptions['onWait'] = ({ waiting, nextInMs, lastInMs }) =>
		caller.logger.info(
			`${service.serviceName}: ${pluralize(waiting, 'call waits', 'calls wait')}, the next one for ${formatDuration(nextInMs)}, all of them for about ${formatDuration(lastInMs)}`,
		);
	const refusals: Refusals = { all: 0, byWords: 0, since: Infinity };
	let retries = 0;
	let failed: ServiceError | undefined;
	const mayRepeat = ({ reason }: ServiceError) => reason === 'unreachable' || (repeatable() && transientReasons.has(reason));
	/** Why a call goes no further: what went wrong before tells more than that it was stopped, unless it left nothing behind. */
	const stopped = () => {
		if (cancelSignal(caller)?.aborted) return new CanceledError();
		if (!failed || neverDone.has(failed.reason)) return new ServiceError('skipped', { isStopped: true });
		return new ServiceError(failed.reason, { ...failed.details, isStopped: true });
	};

	for (;;) {
		const { connection: { accountId, limits, keyId } } = await open();
		const isRefused = refusedKeys?.get(keyId);
		if (isRefused) throw isRefused;
		const timeoutMs = deadline === undefined ? undefined : Math.max(0, deadline - performance.now());
		const isRetry = failed !== undefined;
		const yields = refusals.all > MOST_REFUSALS_IN_FRONT;
		const turn = { queueKey, group: keyId, limits, priority, executionStartedAt, isRetry, yields, signal, timeoutMs, maxPauseMs, onWait };
		// For each try anew: between two of them an idle limiter may have been forgotten.
		const throttle = throttleFor(accountId);
		stats?.callQueued();
		await throttle.acquire(turn).catch((reason: unknown) => {
			stats?.callRejected();
			if (reason instanceof CanceledError) throw stopped();
			if (!(reason instanceof AcquireTimeoutError)) throw reason;
			// What went wrong with the call tells more than that there is no time for another one.
			throw failed && failed.reason !== 'rateLimited' ? failed : retryLaterError(reason.waitMs, caller.getTimezone());
		});
		const giveBack = () => {
			stats?.callRejected();
			throttle.release(unchargedLimits(limits));
		};
		const session = await open().catch((error) => {
			giveBack();
			throw error;
		});
		if (session.connection.accountId !== accountId || signal?.aborted) {
			giveBack();
			if (signal?.aborted) throw stopped();
			continue;
		}
		stats?.callStarted();
		let trouble: ServiceError | undefined;
		/** What ends the call, where it is not sent again. */
		let final: ServiceError | undefined;
		let refused = false;
		let isReplaced = false;
		try {
			return await work(session);
		} catch (error) {
			trouble = cancelSignal(caller)?.aborted ? new ServiceError('canceled', { mayBeStored: true }) : toServiceError(error);
			refused = trouble.reason === 'rateLimited';
			isReplaced = trouble.reason === 'unauthorized' && (await open(true)).connection.keyId !== keyId;
			const longestMs = Math.min(pauseCapMs(limits), maxPauseMs ?? Infinity, (deadline ?? Infinity) - performance.now());
			if (refused) final = finalRefusal(trouble, limits, throttle, refusals, { zone: caller.getTimezone(), maxPauseMs });
			else if (!isReplaced && !(mayRepeat(trouble) && retries < (service.maxRetries ?? MAX_RETRIES))) final = trouble;
			else if ((trouble.details.retryAfterMs ?? 0) > longestMs) final = retryLaterError(trouble.details.retryAfterMs as number, caller.getTimezone(), trouble);
			// All of this before the slot is given back, or the next call would start in between.
			if (refused) throttle.pause(limits, trouble.details.retryAfterMs);
			if (final?.reason === 'unauthorized') {
				const notSent = new ServiceError('skippedUnauthorized', final.details);
				refusedKeys?.set(keyId, notSent);
				throttle.rejectQueued(queueKey, notSent, (group) => group === keyId);
			}
			// Where the service has taken none of all calls meanwhile, the others of the execution are not tried one by one.
			if (refused && final && isAccountRefused(throttle, refusals, longestMs)) throttle.rejectQueued(queueKey, final);
			if (final) onFailure?.();
		} finally {
			lastOutcomes.set(throttle, { end: trouble ?? 'well', at: performance.now() });
			throttle.release(chargedLimits(limits, trouble), refused);
			stats?.callEnded(refused);
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
function finalRefusal(
	trouble: ServiceError,
	limits: RateLimit,
	throttle: Throttle,
	refusals: Refusals,
	{ zone, maxPauseMs = Infinity }: { zone: string; maxPauseMs?: number },
): ServiceError | undefined {
	const { retryAfterMs = 0, isTextOnly } = trouble.details;
	const longestMs = Math.min(pauseCapMs(limits), maxPauseMs);
	const now = performance.now();
	refusals.all++;
	if (isTextOnly) refusals.byWords++;
	refusals.since = Math.min(refusals.since, now);
	if (retryAfterMs > longestMs) return retryLaterError(retryAfterMs, zone, trouble);
	// While others are taken, this one will never be.
	const isSingledOut = refusals.all >= MAX_REFUSALS && throttle.lastAcceptedAt > refusals.since;
	const isEnough = isSingledOut || refusals.byWords >= MAX_TEXT_ONLY_REFUSALS || now + retryAfterMs - refusals.since > longestMs;
	return isEnough ? trouble : undefined;
}

/** Whether the account was refused, whoever asked, for as long as one sits that out. */
const isAccountRefused = ({ lastAcceptedAt }: Throttle, { since }: Refusals, longestMs: number): boolean =>
	lastAcceptedAt < since && performance.now() - since > longestMs;

/** What n8n aborts when somebody stops the execution. */
const cancelSignal = (caller: NodeContext): AbortSignal | undefined =>
	'getExecutionCancelSignal' in caller ? caller.getExecutionCancelSignal() : undefined;

/** Such a call costs nothing of what the service allows. */
const neverSent = new Set<ErrorReason>(['unreachable', 'notSendable']);
const unchargedLimits = (limits: RateLimit): RateLimit => ({ ...limits, windowMs: 0 });
export const chargedLimits = (limits: RateLimit, trouble?: ServiceError): RateLimit => (trouble && neverSent.has(trouble.reason) ? unchargedLimits(limits) : limits);

/** What is told where the service asks for a longer wait than there is time for. */
export function retryLaterError(waitMs: number, zone: string, { details }: Pick<ServiceError, 'details'> = { details: {} }): ServiceError {
	const at = Number.isFinite(waitMs) ? DateTime.now().plus(Math.ceil(waitMs)).setZone(zone) : undefined;
	const retryAt = at?.toFormat(waitMs < 12 * 3_600_000 ? 'HH:mm:ss' : 'yyyy-MM-dd HH:mm');
	return new ServiceError('retryLater', { ...details, retryAfterMs: waitMs, retryAt });
}

async function sendAuthenticated(
	caller: NodeContext,
	{ credentialType }: ServiceAdapter,
	credentials: ICredentialDataDecryptedObject,
	request: Partial<IHttpRequestOptions>,
): Promise<HttpResponse> {
	// A fresh copy: n8n writes the key into it.
	const options = markThrottled(fullResponse({ url: '', ...request, body: request.body && { ...(request.body as IDataObject) } }));
	// Handed over, or n8n would read and decrypt them for every call; and probed, or it would probe them.
	const decrypted = { id: '', name: '', type: credentialType, data: { ...credentials, probed: PROBED } };
	return await withDeadline(caller, request, async (own, abortSignal) =>
		toHttpResponse(
			await own.helpers.httpRequestWithAuthentication.call(own, credentialType, { ...options, abortSignal }, {
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
	throw new ServiceError('notSendable', { messages: [`'Timeout' under Request Options must be a number of milliseconds ${range}`] });
}

/**
 * Ends a call when its time is over, whatever the service does: n8n's own time limit begins anew with
 * every byte, and an answer such as `101` never ends.
 * @throws {ServiceError} `timeout`
 */
async function withDeadline<Result>(
	caller: NodeContext,
	request: Partial<IHttpRequestOptions>,
	work: (caller: NodeContext, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
	const abortSignal = request.abortSignal as AbortSignal | undefined;
	const late = AbortSignal.timeout(timeLimit(request.timeout ?? DEFAULT_TIMEOUT_MS));
	const hangUp = new AbortController();
	const signals = [cancelSignal(caller), abortSignal, late].filter((signal) => signal !== undefined);
	const end = () => hangUp.abort();
	if (signals.some(({ aborted }) => aborted)) end();
	for (const signal of signals) signal.addEventListener('abort', end);
	// n8n puts the execution's own signal in the place of the request's.
	const own = 'getExecutionCancelSignal' in caller
		? (Object.create(caller, { getExecutionCancelSignal: { value: () => hangUp.signal } }) as NodeContext)
		: caller;
	const ended = new Promise<never>((_resolve, reject) => {
		hangUp.signal.addEventListener('abort', () => reject(new ServiceError('connectionLost')));
	});
	try {
		return await Promise.race([work(own, hangUp.signal), ended]);
	} catch (error) {
		throw late.aborted ? new ServiceError('timeout') : error;
	} finally {
		// A stream that is still being read ends by the request's own signal.
		for (const signal of signals) if (signal !== abortSignal) signal.removeEventListener('abort', end);
	}
}

/** One call without n8n's own authentication. */
export const sendUnauthenticated = async ({ httpRequest }: Pick<RequestHelperFunctions, 'httpRequest'>, request: IHttpRequestOptions): Promise<HttpResponse> =>
	toHttpResponse(await httpRequest(fullResponse(request)));

/** Any answer is taken as it is; a redirect is not followed, since the key must go to no other host. */
const fullResponse = (request: IHttpRequestOptions): IHttpRequestOptions => ({
	...request,
	returnFullResponse: true,
	ignoreHttpStatusErrors: true,
	disableFollowRedirect: true,
});

function toHttpResponse(response: unknown): HttpResponse {
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
export function toServiceError(error: unknown): ServiceError {
	if (error instanceof CanceledError) return new ServiceError('canceled');
	// Not by instanceof Error: that of a stream may be of another realm.
	for (let cause = error as Failure | undefined; cause; cause = cause.cause as Failure | undefined) {
		if (cause instanceof ServiceError) return cause;
		const { code, syscall, httpCode, messages = [] } = cause;
		const name = [code, httpCode].find((one) => typeof one === 'string' && /^[A-Z]/.test(one)) as string | undefined;
		if (name === undefined) {
			if (/aborted|socket hang up/.test(`${cause.message} ${messages.join(' ')}`)) return new ServiceError('connectionLost');
			continue;
		}
		const hasNotLeft = opening.test(String(syscall)) || [cause.message, ...messages].some((message) => neverLeft.test(message));
		if (notConnected.has(name) || hasNotLeft) return new ServiceError('unreachable');
		if (unfit.test(name)) return new ServiceError('notSendable', { messages: [cause.message] });
		if (timeouts.has(name)) return new ServiceError('timeout');
		if (noHandshake.test(name)) return new ServiceError('insecureConnection');
		return new ServiceError('connectionLost');
	}
	return new ServiceError('unknown', { messages: [(error as Failure | undefined)?.message ?? String(error)] });
}

/** Waits 1, 2, 4 s of a 60 s window, give or take a quarter, or for as long as the service asks where that is longer. */
const backOff = async (retry: number, { windowMs }: RateLimit, retryAfterMs = 0, signal?: AbortSignal) =>
	await cancelableSleep(Math.max(retryAfterMs, (windowMs / 60) * 2 ** retry * (0.75 + Math.random() / 2)), signal);

/**
 * Waits, but no longer than the execution runs.
 * @throws {CanceledError} within a quarter of a second once the signal is aborted
 */
export async function cancelableSleep(ms: number, signal?: AbortSignal): Promise<void> {
	const until = performance.now() + ms;
	for (let left = ms; left > 0; left = until - performance.now()) {
		if (signal?.aborted) throw new CanceledError();
		await sleep(Math.min(250, left));
	}
}

/** Reads the file behind a link. The key goes with the call to the service's own host only, and only calls there count. */
export async function downloadFile(
	caller: IExecuteSingleFunctions,
	service: ServiceAdapter,
	open: ResolveSession,
	policy: WaitPolicy,
	link: string,
	name: string,
	limits: DownloadLimits,
): Promise<Download> {
	const home = (await open()).connection.address as string;
	// One time for all tries; waiting for a turn takes nothing of it.
	let leftMs = limits.timeoutMs;
	for (let address = downloadUrl(link, name, home), hop = 0; hop < MAX_REDIRECTS; hop++) {
		const { href, origin } = address;
		const isOwn = origin === new URL(home).origin;
		const openPlace: ResolveSession = isOwn ? open : async (anew) => foreignSession(await open(anew), origin);
		const found = await sendWithRetries(caller, service, openPlace, () => leftMs > MIN_RETRY_TIME_MS, policy, async ({ credentials }) => {
			const began = performance.now();
			const timeoutMs = Math.max(1, Math.ceil(leftMs));
			const hangUp = new AbortController();
			const abortSignal = AbortSignal.any([hangUp.signal, limits.signal].filter((signal) => signal !== undefined));
			const request: IHttpRequestOptions = { ...limits.networkOptions, method: 'GET', url: href, encoding: 'stream', timeout: timeoutMs, abortSignal };
			try {
				const answer = isOwn
					? await sendAuthenticated(caller, service, credentials, request)
					: await withDeadline(caller, request, async (own, signal) =>
							await sendUnauthenticated(own.helpers, { ...request, headers: UNCOMPRESSED, abortSignal: signal }));
				return await readDownload(answer, new URL(href), name, { ...limits, timeoutMs }, home);
			} finally {
				hangUp.abort();
				leftMs -= performance.now() - began;
			}
		});
		if ('content' in found) return found;
		address = downloadUrl(found.next, name, home);
	}
	throw new ServiceError('rejected', { messages: [`${name} leads from one address to the next without an end`] });
}

/** Another host than the service's own: its calls do not count, and no key goes there. */
const foreignSession = ({ connection }: Session, origin: string): Session => ({
	credentials: {},
	connection: { ...connection, accountId: `files of ${origin}`, keyId: '', limits: { ...connection.limits, maxCalls: Number.MAX_SAFE_INTEGER } },
});

/** What the messages about an operation have in common. */
export function errorContext({ serviceName, advice }: ServiceAdapter, operation: Operation): Omit<ErrorContext, 'node'> {
	const { action, idempotent } = operation;
	return { serviceName, advice: typeof advice === 'function' ? advice(operation) : advice, action, idempotent, secrets: [] };
}

/** What n8n shows for something that was thrown. */
export function toNodeError(caller: Pick<NodeContext, 'getNode'>, error: unknown, about: Omit<ErrorContext, 'node'>): Error {
	const trouble = error instanceof CanceledError ? new ServiceError('canceled') : error;
	if (!(trouble instanceof ServiceError)) return error as Error;
	return createNodeError(trouble, { ...about, node: caller.getNode() });
}
