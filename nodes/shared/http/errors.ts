import type { INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { redact } from './secrets';

/** What can go wrong with a call, as far as it matters to the user and to the retry table. */
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
	/** HTTP status, where there was an answer. */
	status?: number;
	/** The service's own sentences, unchanged. */
	messages?: string[];
	/** How long the service asks to wait, in ms; Infinity where it names no end. */
	retryAfterMs?: number;
	/** Whether only the words of the answer say that there were too many calls. */
	isTextOnly?: boolean;
	/** `retryLater`: when the next call may start, on the workflow's clock. */
	retryAt?: string;
	/** Method and URL of the call, without its query. */
	target?: string;
	/** Whether the work may have been done in spite of what was said. */
	mayBeStored?: boolean;
	/** What the same item had sent well before, as a sentence. */
	partialProgress?: string;
	/** Whether this was told at an earlier try of the run: the call was not made again. */
	isFromEarlierTry?: boolean;
	/** Whether it would have been sent, or sent again, had another item not ended the run. */
	isStopped?: boolean;
	/** What became of all items, in place of the advice for one. */
	batchSummary?: string;
}

/** A call that brought no result. */
export class ServiceError extends Error {
	constructor(
		readonly reason: ErrorReason,
		readonly details: ErrorDetails = {},
	) {
		super(details.messages?.join(' ') ?? reason);
	}
}

/** Whom and what a message is about. */
export interface ErrorContext {
	node: INode;
	/** The service's name, e.g. HotProfile. */
	serviceName: string;
	/** What was tried, e.g. "Create lead". */
	action: string;
	itemIndex?: number;
	/** Whether sending the call twice does no more than sending it once. */
	idempotent: boolean;
	/** What the vendor's users should look at, by cause. */
	advice?: Partial<Record<ErrorReason, string>>;
	/** Never shown. */
	secrets: string[];
}

/** A longer time is told by its end alone. */
const TWO_DAYS_MS = 2 * 86_400_000;

/** One line for each cause: what happened, and what to do about it. */
const MESSAGES: Record<ErrorReason, (service: string, details: ErrorDetails) => [message: string, description: string]> = {
	canceled: (service) => [
		`The execution was canceled while calls to ${service} were waiting`,
		'Nothing more was sent',
	],
	connectionLost: (service) => [
		`${service} closed the connection before its answer was complete`,
		'Check the network between n8n and the service, then run this item again',
	],
	emptyResponse: (service) => [`${service} answered with nothing`, 'Run this item again later'],
	unknown: (service) => [`The call to ${service} did not go through`, 'See what n8n says about it'],
	forbidden: (service) => [
		`${service} does not allow this for the user of this credential`,
		'Check that the user may see and change this record',
	],
	invalidInput: () => ['The values cannot be sent', 'Nothing was sent for this item'],
	unauthorized: (service) => [
		`${service} refused the key of this credential`,
		'Check the key, and that its user may use the API',
	],
	invalidCredential: () => ['The credential is not complete', 'Open the credential and correct it'],
	unexpectedResponse: (service) => [
		`${service} answered without the expected data`,
		'Check the address in the credential',
	],
	notFound: (service, { target }) => [
		`${service} has nothing at ${target ?? 'this address'}`,
		'Check the address in the credential',
	],
	skippedUnauthorized: (service) => [
		`Not sent, because ${service} refused the key of this credential`,
		'Correct the credential and run this item again',
	],
	skipped: () => ['Not sent, because another item had failed before', 'Set On Error to Continue to send the items behind a failed one'],
	redirected: (service) => [
		`${service} sent the call to another address, which was not followed`,
		'Check the address in the credential: the key goes to no other host',
	],
	rejected: (service) => [
		`${service} did not accept the values`,
		'Correct the values and run this item again',
	],
	repeatedPage: (service) => [
		`${service} sent the same page twice, so reading was stopped`,
		'Narrow the filters, or read by ID ranges',
	],
	timeout: (service) => [
		`${service} did not answer in time`,
		'Run this item again later',
	],
	waitTooLong: (service) => [
		`${service} needs more time for this than allowed`,
		'Ask for less, or allow more time',
	],
	rateLimited: (service) => [
		`${service} keeps refusing calls as too many`,
		'Other programs use the same account. Lower Requests per Minute in the credential, or run this later',
	],
	retryLater: (service, { retryAfterMs = 0, retryAt }) => [
		retryAt === undefined
			? `${service} asks for a pause and names no end of it`
			: `${service} can be asked again ${retryAfterMs > TWO_DAYS_MS ? 'on' : `in ${formatDuration(retryAfterMs)}, at`} ${retryAt}`,
		retryAt === undefined ? 'Run this again later' : 'Run this again then',
	],
	unavailable: (service) => [
		`${service} is not available at the moment`,
		'Run this item again later',
	],
	unreachable: (service) => [
		`${service} cannot be reached: no connection to its host`,
		'Check the host in the credential and the network of n8n',
	],
	invalidJson: (service) => [
		`${service} sent an answer that is cut off or no JSON`,
		'Run this item again later',
	],
	notSendable: (service) => [`The call to ${service} could not be made`, 'Nothing was sent for this item'],
	insecureConnection: (service) => [
		`There is no safe connection to the ${service} host, so nothing was sent`,
		'Check the host in the credential: its certificate is not trusted, or it does not speak https',
	],
	htmlResponse: (service) => [
		`${service} answered with a web page instead of data`,
		'Check the address in the credential: it may lead to the log-in page',
	],
};

/** After these, a record may have been stored although no good answer came back. */
const uncertainReasons = new Set<ErrorReason>([
	'connectionLost', 'emptyResponse', 'unknown', 'unexpectedResponse', 'redirected', 'timeout', 'unavailable', 'invalidJson', 'htmlResponse',
]);

/** Whether the service may have done its work although it did not say so. */
export const mayHaveBeenStored = ({ reason, details }: ServiceError): boolean => uncertainReasons.has(reason) || details.mayBeStored === true;

/** Told in the words of the service, of the credential's check or of the plan. */
const selfExplanatory = new Set<ErrorReason>(['invalidCredential', 'rejected', 'waitTooLong', 'notSendable']);

/** Sentences one after the other, with one full stop between two of them and none at the end. */
export const joinSentences = (...parts: string[]): string =>
	parts
		.map((part) => part.trim())
		.filter(Boolean)
		.reduce((text, part) => (/[.。!！?？…]$/.test(text) ? `${text} ${part}` : `${text}. ${part}`), '')
		.replace(/^\. /, '');

/** A time as people say it: "45 s", "4 min 12 s", "2 h 25 min". */
export function formatDuration(ms: number): string {
	const seconds = ms > 0 ? Math.max(1, Math.round(ms / 1000)) : 0;
	const minutes = Math.ceil(seconds / 60);
	const [small, unit, large, name] = seconds < 3600
		? [seconds % 60, 's', Math.floor(seconds / 60), 'min']
		: [minutes % 60, 'min', Math.floor(minutes / 60), 'h'];
	return [large > 0 && `${large} ${name}`, (small > 0 || large === 0) && `${small} ${unit}`].filter(Boolean).join(' ');
}

/** A number of things in words that agree: "1 call waits", "1,200 calls wait". */
export const pluralize = (count: number, one: string, many = `${one}s`): string =>
	`${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** What a person or an agent must know before the item is sent again; nothing where it cannot have been stored. */
export const duplicateWarning = (error: unknown, { idempotent, serviceName }: Pick<ErrorContext, 'idempotent' | 'serviceName'>): string =>
	!idempotent && error instanceof ServiceError && mayHaveBeenStored(error) ? `It may have been stored: look in ${serviceName} before you run this item again` : '';

/** The two sentences that a user reads. */
export function userMessage(trouble: ServiceError, about: Omit<ErrorContext, 'node'>): { message: string; description: string } {
	const { reason, details } = trouble;
	const { serviceName, advice, secrets } = about;
	const [what, how] = MESSAGES[reason](serviceName, details);
	const said = joinSentences(...(details.messages ?? []));
	if (reason === 'invalidInput') {
		const [first = what, ...others] = details.messages ?? [];
		const also = others.length > 0 ? `Also: ${others.join('; ')}` : '';
		return { message: redact(first, secrets), description: redact(joinSentences(also, details.batchSummary ?? how), secrets) };
	}
	const message = said && reason === 'notFound' ? `${what}: ${said}` : said && selfExplanatory.has(reason) ? said : what;
	const description = joinSentences(
		duplicateWarning(trouble, about) || (advice?.[reason] ?? how),
		details.partialProgress ?? '',
		said && !message.includes(said) ? `${reason === 'unknown' ? 'n8n' : serviceName} says: ${said}` : '',
	);
	return { message: redact(message, secrets), description: redact(description, secrets) };
}

/** No call of the service: n8n, the credential, the values or the plan is what it is about. */
const notFromService = new Set<ErrorReason>(['canceled', 'invalidInput', 'invalidCredential', 'skipped', 'waitTooLong', 'notSendable']);
/** n8n 2.37 and later let a polling workflow wait for as long as the service asks. */
const rateLimited = new Set<ErrorReason>(['rateLimited', 'retryLater']);

/** What n8n shows for a call that brought no result. */
export function createNodeError(trouble: ServiceError, about: ErrorContext): NodeApiError | NodeOperationError {
	const { node, action, itemIndex } = about;
	const { message, description } = userMessage(trouble, about);
	const isOwnDoing = notFromService.has(trouble.reason);
	const whole = withItemIndex(isOwnDoing ? message : `${action}: ${message}`, itemIndex);
	if (isOwnDoing) return keepMessage(new NodeOperationError(node, whole, { itemIndex }), whole, description);
	const { status, retryAfterMs } = trouble.details;
	const failure = { cause: 'rate-limited' as const, retryAfterMs };
	const response: JsonObject = { message: whole };
	const error = new NodeApiError(node, response, {
		message: whole,
		description,
		httpCode: status === undefined ? undefined : String(status),
		itemIndex,
		...(rateLimited.has(trouble.reason) ? { failure } : {}),
	});
	return keepMessage(error, whole, description);
}

/** The item as n8n itself names it. */
const withItemIndex = (message: string, itemIndex?: number) => (itemIndex === undefined ? message : `${message} [item ${itemIndex}]`);

/** n8n replaces a message that contains a code, e.g. "preexistente" for its EEXIST: it is put back. */
const keepMessage = <One extends NodeApiError | NodeOperationError>(error: One, message: string, description: string): One =>
	Object.assign(error, { message, description });

/** The same for the test of a credential, which n8n makes with a node of its own. */
export const testError = (message: string): NodeApiError =>
	keepMessage(new NodeApiError({ name: 'Credential Test' } as INode, { message }, { message }), message, '');
