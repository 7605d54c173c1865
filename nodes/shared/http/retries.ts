/**
 * The one place that says what is retried, how often, and after how long.
 *
 * | reason                                   | idempotent          | creates a record    |
 * | ---------------------------------------- | ------------------- | ------------------- |
 * | rateLimited                              | after the pause     | after the pause     |
 * | unreachable: nothing was sent            | up to `MAX_RETRIES` | up to `MAX_RETRIES` |
 * | connectionLost, timeout, unavailable     | up to `MAX_RETRIES` | never               |
 * | unauthorized, with a replaced credential | with the new key    | with the new key    |
 * | anything else                            | never               | never               |
 */

import { DateTime } from 'luxon';

import type { RateLimit } from '../throttle/options';
import { pauseCapMs } from '../throttle/options';
import type { Throttle } from '../throttle/throttle';
import { cancelableSleep } from './cancellation';
import type { ErrorReason } from './errors';
import { ServiceError } from './errors';
import { WINDOW_MS } from './timing';

/** Retries of one call, unless the service says otherwise. */
const MAX_RETRIES = 3;
/** Refusals of one call while others are accepted: a call that is refused more often will never be accepted. */
const MAX_REFUSALS = 10;
/** Refusals that only the wording reveals: it may mean something else. */
const MAX_TEXT_ONLY_REFUSALS = 3;
/** A call that was refused more often lets another one go ahead: only that can show whether it is refused alone. */
const MAX_REFUSALS_IN_FRONT = 3;
const TWELVE_HOURS_MS = 12 * 3_600_000;

/** Retried if the call is idempotent: the service may have got it. */
const transientReasons = new Set<ErrorReason>(['connectionLost', 'timeout', 'unavailable']);
/** After these the service has done nothing. */
const withoutEffect = new Set<ErrorReason>(['unauthorized', 'rateLimited', 'unreachable']);
/** Such a call costs nothing of what the service allows. */
const neverSent = new Set<ErrorReason>(['unreachable', 'notSendable']);

/** Whether a call that failed, other than by a refusal, is sent again. */
export function isRetried({ reason }: ServiceError, isRepeatable: () => boolean, retries: number, maxRetries = MAX_RETRIES): boolean {
	const mayRepeat = reason === 'unreachable' || (isRepeatable() && transientReasons.has(reason));
	return mayRepeat && retries < maxRetries;
}

/** Whether the service cannot have done anything before the error. */
export const hadNoEffect = ({ reason }: ServiceError): boolean => withoutEffect.has(reason);

/** Limits that count no window: the call never reached the service. */
export const unchargedLimits = (limits: RateLimit): RateLimit => ({ ...limits, windowMs: 0 });

/** The limits by which a call that has ended counts. */
export const chargedLimits = (limits: RateLimit, error?: ServiceError): RateLimit =>
	error && neverSent.has(error.reason) ? unchargedLimits(limits) : limits;

/** The refusals of one call as too many. */
export class Refusals {
	private count = 0;
	/** Those that only the wording reveals. */
	private textOnly = 0;
	/** When the first one came. */
	private since = Infinity;

	/** Whether the call lets another one go ahead. */
	get yields(): boolean {
		return this.count > MAX_REFUSALS_IN_FRONT;
	}

	/**
	 * Counts one more refusal.
	 * @returns the error that ends the call, or nothing if it is sent again
	 */
	add(
		error: ServiceError,
		limits: RateLimit,
		throttle: Throttle,
		{ timeZone, maxPauseMs = Infinity }: { timeZone: string; maxPauseMs?: number },
	): ServiceError | undefined {
		const { retryAfterMs = 0, isTextOnly } = error.details;
		const maxWaitMs = Math.min(pauseCapMs(limits), maxPauseMs);
		const now = performance.now();
		this.count++;
		if (isTextOnly) this.textOnly++;
		this.since = Math.min(this.since, now);
		if (retryAfterMs > maxWaitMs) return retryLaterError(retryAfterMs, timeZone, error);
		// While others are accepted, this one never will be.
		const isSingledOut = this.count >= MAX_REFUSALS && throttle.lastAcceptedAt > this.since;
		const isEnough = isSingledOut || this.textOnly >= MAX_TEXT_ONLY_REFUSALS || now + retryAfterMs - this.since > maxWaitMs;
		return isEnough ? error : undefined;
	}

	/** Whether the service has refused every call to the account, whoever made it, for longer than a call waits. */
	isAccountRefused({ lastAcceptedAt }: Throttle, maxWaitMs: number): boolean {
		return lastAcceptedAt < this.since && performance.now() - this.since > maxWaitMs;
	}
}

/**
 * The error for a service that asks for a longer wait than there is time for.
 * @param timeZone in which the message says when to come back
 */
export function retryLaterError(waitMs: number, timeZone: string, { details }: Pick<ServiceError, 'details'> = { details: {} }): ServiceError {
	const at = Number.isFinite(waitMs) ? DateTime.now().plus(Math.ceil(waitMs)).setZone(timeZone) : undefined;
	const retryAt = at?.toFormat(waitMs < TWELVE_HOURS_MS ? 'HH:mm:ss' : 'yyyy-MM-dd HH:mm');
	return new ServiceError('retryLater', { ...details, retryAfterMs: waitMs, retryAt });
}

/** Waits 1, 2, 4 s, give or take a quarter, more if the window is longer than a minute, or for as long as the service asks if that is longer. */
export const backOff = async (retry: number, { windowMs }: RateLimit, retryAfterMs = 0, signal?: AbortSignal): Promise<void> =>
	await cancelableSleep(Math.max(retryAfterMs, (Math.max(windowMs, WINDOW_MS) / 60) * 2 ** retry * (0.75 + Math.random() / 2)), signal);
