/** One call to a service: queues, sends, reads and retries it. Every call of a node goes through here. */

import type { IHttpRequestOptions } from 'n8n-workflow';

import type { Operation } from '../fields/operations';
import { AcquireTimeoutError, CanceledError } from '../throttle/errors';
import type { AcquireOptions } from '../throttle/options';
import { pauseCapMs } from '../throttle/options';
import { throttleFor } from '../throttle/registry';
import type { NodeContext } from './cancellation';
import { cancelSignal } from './cancellation';
import { mayHaveBeenStored, ServiceError } from './errors';
import { formatDuration, pluralize } from './format';
import { recordOutcome } from './lastOutcomes';
import { toServiceError } from './networkErrors';
import type { PageRead } from './pages';
import { backOff, chargedLimits, hadNoEffect, isRetried, Refusals, retryLaterError, unchargedLimits } from './retries';
import type { Connection, ResolveSession, ServiceAdapter, Session } from './service';
import { sendAuthenticated } from './transport';

/** What counts the calls of a run. */
export interface CallCounter {
	callQueued(): void;
	/** A queued call goes away without having been sent. */
	callRejected(): void;
	callStarted(): void;
	/** @param refused whether the service refused it as too many */
	callEnded(refused: boolean): void;
}

/** How a call waits: in which queue, for how long, and who counts it. */
export interface WaitPolicy extends Pick<AcquireOptions, 'queueKey' | 'priority' | 'executionStartedAt' | 'maxPauseMs'> {
	/** When the call gives up waiting, on the clock of `performance.now()`. */
	deadline?: number;
	stats?: CallCounter;
	/** Ends what has not been sent: the execution is stopped, or the run has failed. */
	signal?: AbortSignal;
	/** Called when a call is not sent again, before another one starts in its place. */
	onFailure?: (error: ServiceError) => void;
	/** Keys that the service has refused, which are not tried again. Refused keys are added. */
	refusedKeys?: Map<string, ServiceError>;
}

/** Reads the credential, and which account it is for. */
export async function openSession(caller: NodeContext, service: ServiceAdapter, operation: Operation): Promise<Session> {
	const credentials = await caller.getCredentials(service.credentialType);
	return { credentials, connection: service.connect(credentials, operation) };
}

/**
 * Makes one call, with as many retries as it takes.
 * @param request builds the request when the call's turn has come, so that queued calls hold no files in memory
 * @throws {ServiceError} if there is no result
 */
export async function executeCall(
	caller: NodeContext,
	service: ServiceAdapter,
	resolveSession: ResolveSession,
	operation: Operation,
	request: (session: Session) => Promise<Partial<IHttpRequestOptions>>,
	policy: WaitPolicy,
): Promise<PageRead> {
	return await sendWithRetries(caller, service, resolveSession, () => operation.idempotent, policy, async (session, isAfterUncertainTry) => {
		const options = await request(session).catch(throwNotSendable);
		const response = await sendAuthenticated(caller, service, session.credentials, options);
		const parse = async () => service.parseResponse(response, operation);
		return await parse().catch((error: unknown) => {
			if (!(error instanceof ServiceError && error.reason === 'notFound')) throw error;
			// Its own earlier attempt has deleted the record.
			if (operation.method === 'DELETE' && isAfterUncertainTry) return { rows: [] };
			error.details.target = describeTarget(options, session.connection);
			throw error;
		});
	});
}

/** Whatever fails before anything is sent can safely be repeated. */
function throwNotSendable(error: unknown): never {
	if (error instanceof ServiceError || error instanceof CanceledError) throw error;
	const { message, description } = error as Error & { description?: string | null };
	throw new ServiceError('notSendable', { messages: [message, description ?? ''].filter(Boolean) });
}

/** Method and address of a call, without its query. */
export function describeTarget({ method = 'GET', url = '' }: Partial<IHttpRequestOptions>, { address = '' }: Connection): string {
	const [target] = (URL.canParse(url) ? url : address + url).split('?');
	return `${method} ${target}`;
}

/**
 * Queues and sends a call, and sends it again by the rules of retries.ts.
 * @param isRepeatable whether it may be sent again after the service may have got it
 * @param attempt sends the request once and reads the response; an earlier attempt may have done its work already
 */
export async function sendWithRetries<Result>(
	caller: NodeContext,
	service: ServiceAdapter,
	resolveSession: ResolveSession,
	isRepeatable: () => boolean,
	{ queueKey, priority, executionStartedAt, deadline, stats, maxPauseMs, onFailure, refusedKeys, signal = cancelSignal(caller) }: WaitPolicy,
	attempt: (session: Session, isAfterUncertainTry: boolean) => Promise<Result>,
): Promise<Result> {
	const onWait: AcquireOptions['onWait'] = ({ waiting, nextInMs, lastInMs }) =>
		caller.logger.info(
			`${service.serviceName}: ${pluralize(waiting, 'request is queued', 'requests are queued')}. ${
				waiting === 1 ? `It starts in ${formatDuration(nextInMs)}` : `The next one starts in ${formatDuration(nextInMs)}, the last one in about ${formatDuration(lastInMs)}`
			}`,
		);
	const refusals = new Refusals();
	let retries = 0;
	let failed: ServiceError | undefined;
	let isAfterUncertainTry = false;
	/** What ends the call, with what the tries before it may have done. */
	const ending = (error: ServiceError) => (isAfterUncertainTry ? new ServiceError(error.reason, { ...error.details, isAfterUncertainTry }) : error);
	/** Why a call is not sent (again): an earlier failure says more than a stop, unless it had no effect. */
	const stopError = () => {
		if (cancelSignal(caller)?.aborted) return new CanceledError();
		if (!failed || hadNoEffect(failed)) return new ServiceError('skipped', { isStopped: true });
		return new ServiceError(failed.reason, { ...failed.details, isStopped: true });
	};

	for (;;) {
		const { connection: { accountId, limits, keyId } } = await resolveSession();
		const refusedKey = refusedKeys?.get(keyId);
		if (refusedKey) throw refusedKey;
		const timeoutMs = deadline === undefined ? undefined : Math.max(0, deadline - performance.now());
		const isRetry = failed !== undefined;
		const { yields } = refusals;
		// For each attempt anew: an idle throttle may have been forgotten in between.
		const throttle = throttleFor(accountId);
		stats?.callQueued();
		await throttle
			.acquire({ queueKey, group: keyId, limits, priority, executionStartedAt, isRetry, yields, signal, timeoutMs, maxPauseMs, onWait })
			.catch((reason: unknown) => {
				stats?.callRejected();
				if (reason instanceof CanceledError) throw stopError();
				if (!(reason instanceof AcquireTimeoutError)) throw reason;
				// The earlier failure says more than that there is no time for a retry.
				throw ending(failed && failed.reason !== 'rateLimited' ? failed : retryLaterError(reason.waitMs, caller.getTimezone()));
			});
		const releaseUnused = () => {
			stats?.callRejected();
			throttle.release(unchargedLimits(limits));
		};
		// The credential may have changed while the call was queued.
		const session = await resolveSession().catch((error) => {
			releaseUnused();
			throw error;
		});
		if (session.connection.accountId !== accountId || signal?.aborted) {
			releaseUnused();
			if (signal?.aborted) throw stopError();
			continue;
		}
		stats?.callStarted();
		let error: ServiceError | undefined;
		/** Ends the call, if it is not sent again. */
		let final: ServiceError | undefined;
		let isRefused = false;
		let isKeyReplaced = false;
		try {
			return await attempt(session, isAfterUncertainTry);
		} catch (cause) {
			error = cancelSignal(caller)?.aborted ? new ServiceError('canceled', { mayBeStored: true }) : toServiceError(cause);
			const { retryAfterMs = 0 } = error.details;
			isRefused = error.reason === 'rateLimited';
			isKeyReplaced = error.reason === 'unauthorized' && (await resolveSession(true)).connection.keyId !== keyId;
			const maxWaitMs = Math.min(pauseCapMs(limits), maxPauseMs ?? Infinity);
			const leftMs = Math.min(maxWaitMs, (deadline ?? Infinity) - performance.now());
			if (isRefused) final = refusals.add(error, limits, throttle, { timeZone: caller.getTimezone(), maxPauseMs });
			else if (!isKeyReplaced && !isRetried(error, isRepeatable, retries, service.maxRetries)) final = error;
			else if (retryAfterMs > leftMs) final = retryLaterError(retryAfterMs, caller.getTimezone(), error);
			// All of this before the slot is released, or the next call would start in between.
			if (isRefused) throttle.pause(limits, error.details.retryAfterMs);
			if (final?.reason === 'unauthorized') {
				const notSent = new ServiceError('skippedUnauthorized', final.details);
				refusedKeys?.set(keyId, notSent);
				throttle.rejectQueued(queueKey, notSent, (group) => group === keyId);
			}
			// If the service accepted no call meanwhile, the others of the execution are not tried one by one. The call's own
			// deadline must not count: the others may have more time.
			if (isRefused && final && refusals.isAccountRefused(throttle, maxWaitMs)) throttle.rejectQueued(queueKey, final);
			if (final) onFailure?.(ending(final));
		} finally {
			recordOutcome(throttle, error ?? 'success');
			throttle.release(chargedLimits(limits, error), isRefused);
			stats?.callEnded(isRefused);
		}
		if (final) throw ending(final);
		failed = error;
		isAfterUncertainTry ||= mayHaveBeenStored(error);
		if (isRefused || isKeyReplaced) continue;
		await backOff(retries++, limits, error.details.retryAfterMs, signal).catch(() => {
			throw stopError();
		});
	}
}
