/** The message and the advice that a user reads for each error. */

import type { ErrorDetails, ErrorReason } from './errors';
import { mayHaveBeenStored, ServiceError } from './errors';
import { formatDuration, joinSentences } from './format';
import { redact } from './secrets';

/** Context for an error message. */
export interface ErrorContext {
	/** The service's name as users know it. */
	serviceName: string;
	/** What was tried, e.g. "Create lead". */
	action: string;
	itemIndex?: number;
	/** Whether sending the call twice does no more than sending it once. */
	idempotent: boolean;
	/** What users of this service should check, by reason. */
	advice?: Partial<Record<ErrorReason, string>>;
	/** Never shown. */
	secrets: string[];
}

/** A longer wait is shown by its end alone. */
const TWO_DAYS_MS = 2 * 86_400_000;

/** What happened, and what to do about it. */
const MESSAGES: Record<ErrorReason, (service: string, details: ErrorDetails) => [message: string, description: string]> = {
	canceled: (service) => [`The execution was canceled while requests to ${service} were queued`, 'No further requests were sent'],
	connectionLost: (service) => [
		`${service} closed the connection before the response was complete`,
		'Check the network between n8n and the service, then retry this item',
	],
	emptyResponse: (service) => [`${service} returned an empty response`, 'Retry this item later'],
	unknown: (service) => [`The request to ${service} failed`, 'Check the error that n8n reported'],
	forbidden: (service) => [
		`${service} denied permission for this request`,
		'Check that the user of this credential can view and change this record',
	],
	invalidInput: () => ['The values are not valid', 'Nothing was sent for this item'],
	unauthorized: (service) => [`${service} rejected the credential`, 'Check the credential, and check that its user has API access'],
	invalidCredential: () => ['The credential is incomplete', 'Open the credential and correct it'],
	unexpectedResponse: (service) => [`${service} returned a response without the expected data`, 'Check the URL in the credential'],
	notFound: (service, { target }) => [`${service} found nothing at ${target ?? 'the requested URL'}`, 'Check the URL in the credential'],
	skippedUnauthorized: (service) => [
		`Not sent because ${service} rejected the credential`,
		'Correct the credential, then retry this item',
	],
	skipped: () => ['Not sent because another item failed first', "To send the remaining items when one fails, set 'On Error' to Continue"],
	recordNotFound: (service) => [`${service} has no record with this ID`, 'Check the ID'],
	redirected: (service) => [
		`${service} redirected the request to another URL, but redirects are not followed`,
		'Check the URL in the credential. The credential is never sent to another host',
	],
	rejected: (service) => [`${service} rejected the values`, 'Correct the values, then retry this item'],
	repeatedPage: (service) => [`${service} returned the same page twice, so reading stopped`, 'Narrow the filters, or read one range of IDs at a time'],
	timeout: (service) => [`${service} did not respond in time`, 'Retry this item later'],
	waitTooLong: (service) => [`The requests to ${service} would take longer than allowed`, 'Request less data, or allow more time'],
	rateLimited: (service) => [
		`${service} is still rate-limiting requests`,
		'Other programs may be using the same account. Lower the request limits in the credential, or try again later',
	],
	retryLater: (service, { retryAfterMs = 0, retryAt }) =>
		retryAt === undefined
			? [`${service} asked for a pause but did not say how long`, 'Try again later']
			: [
					`${service} accepts requests again ${retryAfterMs > TWO_DAYS_MS ? 'on' : `in ${formatDuration(retryAfterMs)}, at`} ${retryAt}`,
					'Try again then',
				],
	unavailable: (service) => [`${service} is temporarily unavailable`, 'Retry this item later'],
	unreachable: (service) => [`Could not connect to the ${service} host`, "Check the host in the credential and n8n's network connection"],
	invalidJson: (service) => [`${service} returned truncated or invalid JSON`, 'Retry this item later'],
	notSendable: (service) => [`The request to ${service} could not be sent`, 'Nothing was sent for this item'],
	insecureConnection: (service) => [
		`Could not establish a secure connection to the ${service} host, so nothing was sent`,
		'Check the host in the credential. Its certificate is not trusted, or it does not support HTTPS',
	],
	htmlResponse: (service) => [
		`${service} returned a web page instead of data`,
		'Check the URL in the credential. It may point to a login page',
	],
};

/** For these, the sentences of the service, the credential check or the plan are the message. */
const selfExplanatory = new Set<ErrorReason>(['invalidCredential', 'recordNotFound', 'rejected', 'waitTooLong', 'notSendable']);

/** The warning before a retry that could create a duplicate; empty if the record cannot have been stored. */
export const duplicateWarning = (error: unknown, { idempotent, serviceName }: Pick<ErrorContext, 'idempotent' | 'serviceName'>): string =>
	!idempotent && error instanceof ServiceError && mayHaveBeenStored(error)
		? `The record may already exist. Check ${serviceName} before you retry this item`
		: '';

/** The message and description that a user reads, without secrets. */
export function userMessage(error: ServiceError, context: ErrorContext): { message: string; description: string } {
	const { reason, details } = error;
	const { serviceName, advice, secrets } = context;
	const [whatHappened, whatToDo] = MESSAGES[reason](serviceName, details);
	const serviceText = joinSentences(...(details.messages ?? []));
	if (reason === 'invalidInput') {
		const [first = whatHappened, ...others] = details.messages ?? [];
		const also = others.length > 0 ? `Also: ${others.join('; ')}` : '';
		return { message: redact(first, secrets), description: redact(joinSentences(also, details.batchSummary ?? whatToDo), secrets) };
	}
	const message =
		serviceText && reason === 'notFound' ? `${whatHappened}: ${serviceText}` : serviceText && selfExplanatory.has(reason) ? serviceText : whatHappened;
	const description = joinSentences(
		duplicateWarning(error, context) || (details.advice ?? advice?.[reason] ?? whatToDo),
		details.partialProgress ?? '',
		serviceText && !message.includes(serviceText) ? `${reason === 'unknown' ? 'n8n' : serviceName} says: ${serviceText}` : '',
	);
	return { message: redact(message, secrets), description: redact(description, secrets) };
}
