/** The error of a call that brought no result, and why. */

/** What can go wrong with a call, as far as it matters to the user and to the retry rules. */
export type ErrorReason =
	| 'canceled'
	| 'connectionLost'
	| 'emptyResponse'
	| 'unknown'
	| 'forbidden'
	| 'invalidInput'
	| 'unauthorized'
	| 'invalidCredential'
	| 'unexpectedResponse'
	| 'notFound'
	| 'skippedUnauthorized'
	| 'skipped'
	| 'recordNotFound'
	| 'redirected'
	| 'rejected'
	| 'repeatedPage'
	| 'timeout'
	| 'waitTooLong'
	| 'rateLimited'
	| 'retryLater'
	| 'unavailable'
	| 'unreachable'
	| 'invalidJson'
	| 'notSendable'
	| 'insecureConnection'
	| 'htmlResponse';

export interface ErrorDetails {
	/** HTTP status, if there was a response. */
	status?: number;
	/** The service's own sentences, unchanged. */
	messages?: string[];
	/** What to do, in place of the advice for the reason. */
	advice?: string;
	/** How long the service asks to wait, in ms; Infinity if it names no end. */
	retryAfterMs?: number;
	/** `rateLimited`: whether only the wording of the response says that there were too many requests. */
	isTextOnly?: boolean;
	/** `retryLater`: when the next request may start, in the workflow's time zone. */
	retryAt?: string;
	/** Method and URL of the request, without its query. */
	target?: string;
	/** Whether the record may have been stored although the service reported a failure. */
	mayBeStored?: boolean;
	/** What the same item had sent successfully before, as a sentence. */
	partialProgress?: string;
	/** Whether an earlier try of the same call may have reached its goal although its response was lost. */
	isAfterUncertainTry?: boolean;
	/** Whether this comes from an earlier try of the run: the call was not made again. */
	isFromEarlierTry?: boolean;
	/** Whether it would have been sent, or sent again, if another item had not ended the run. */
	isStopped?: boolean;
	/** What happened to all items, in place of the advice for one. */
	batchSummary?: string;
}

/**
 * A call that brought no result.
 * @example throw new ServiceError('rejected', { status: 422, messages: ['Email is invalid'] })
 */
export class ServiceError extends Error {
	constructor(
		readonly reason: ErrorReason,
		readonly details: ErrorDetails = {},
	) {
		super(details.messages?.join(' ') ?? reason);
	}
}

/** After these, a record may have been stored although no usable response came back. */
const uncertainReasons = new Set<ErrorReason>([
	'connectionLost', 'emptyResponse', 'unknown', 'unexpectedResponse', 'redirected', 'timeout', 'unavailable', 'invalidJson', 'htmlResponse',
]);

/** Whether the service may have stored the record although it did not confirm it. */
export const mayHaveBeenStored = ({ reason, details }: ServiceError): boolean => uncertainReasons.has(reason) || details.mayBeStored === true;

/** Whether a call was not served because of the rate limit, so that it can succeed later. */
export const isRateLimited = (error: unknown): boolean =>
	error instanceof ServiceError && (error.reason === 'rateLimited' || error.reason === 'retryLater');
