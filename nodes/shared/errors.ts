import type { INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { redact } from './secrets';

/** What can go wrong with a call, as far as it matters to the user and to the retry table. */
export type Cause =
	| 'canceled'
	| 'dropped'
	| 'empty'
	| 'failed'
	| 'forbidden'
	| 'invalid'
	| 'keyRefused'
	| 'misconfigured'
	| 'noRoot'
	| 'notFound'
	| 'notSent'
	| 'notStarted'
	| 'redirected'
	| 'rejected'
	| 'repeatedPage'
	| 'timedOut'
	| 'tooLong'
	| 'tooMany'
	| 'tooSoon'
	| 'unavailable'
	| 'unreachable'
	| 'unreadable'
	| 'unsendable'
	| 'untrusted'
	| 'webPage';

export interface Details {
	/** HTTP status, where there was an answer. */
	status?: number;
	/** The service's own sentences, unchanged. */
	sentences?: string[];
	/** How long the service asks to wait, in ms; Infinity where it names no end. */
	retryAfterMs?: number;
	/** Whether only the words of the answer say that there were too many calls. */
	byWords?: boolean;
	/** `tooSoon`: when the next call may start, on the workflow's clock. */
	backAt?: string;
	/** Method and URL of the call, without its query. */
	target?: string;
	/** Whether the work may have been done in spite of what was said. */
	perhapsDone?: boolean;
	/** What the same item had sent well before, as a sentence. */
	before?: string;
	/** Whether this was told at an earlier try of the run: the call was not made again. */
	isRecalled?: boolean;
	/** Whether it would have been sent, or sent again, had another item not ended the run. */
	isStopped?: boolean;
	/** What became of all items, in place of the advice for one. */
	ofAll?: string;
}

/** A call that brought no result. */
export class Trouble extends Error {
	constructor(
		readonly reason: Cause,
		readonly details: Details = {},
	) {
		super(details.sentences?.join(' ') ?? reason);
	}
}

/** Whom and what a message is about. */
export interface About {
	node: INode;
	/** The service's name, e.g. HotProfile. */
	service: string;
	/** What was tried, e.g. "Create lead". */
	action: string;
	itemIndex?: number;
	/** Whether the call must not be sent again by itself, since it may have been stored. */
	once: boolean;
	/** What the vendor's users should look at, by cause. */
	advice?: Partial<Record<Cause, string>>;
	/** Never shown. */
	secrets: string[];
}

/** A longer time is told by its end alone. */
const TWO_DAYS_MS = 2 * 86_400_000;

/** One line for each cause: what happened, and what to do about it. */
const told: Record<Cause, (service: string, details: Details) => [message: string, description: string]> = {
	canceled: (service) => [
		`The execution was canceled while calls to ${service} were waiting`,
		'Nothing more was sent',
	],
	dropped: (service) => [
		`${service} closed the connection before its answer was complete`,
		'Check the network between n8n and the service, then run this item again',
	],
	empty: (service) => [`${service} answered with nothing`, 'Run this item again later'],
	failed: (service) => [`The call to ${service} did not go through`, 'See what n8n says about it'],
	forbidden: (service) => [
		`${service} does not allow this for the user of this credential`,
		'Check that the user may see and change this record',
	],
	invalid: () => ['The values cannot be sent', 'Nothing was sent for this item'],
	keyRefused: (service) => [
		`${service} refused the key of this credential`,
		'Check the key, and that its user may use the API',
	],
	misconfigured: () => ['The credential is not complete', 'Open the credential and correct it'],
	noRoot: (service) => [
		`${service} answered without the expected data`,
		'Check the address in the credential',
	],
	notFound: (service, { target }) => [
		`${service} has nothing at ${target ?? 'this address'}`,
		'Check the address in the credential',
	],
	notSent: (service) => [
		`Not sent, because ${service} refused the key of this credential`,
		'Correct the credential and run this item again',
	],
	notStarted: () => ['Not sent, because another item had failed before', 'Set On Error to Continue to send the items behind a failed one'],
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
	timedOut: (service) => [
		`${service} did not answer in time`,
		'Run this item again later',
	],
	tooLong: (service) => [
		`${service} needs more time for this than allowed`,
		'Ask for less, or allow more time',
	],
	tooMany: (service) => [
		`${service} keeps refusing calls as too many`,
		'Other programs use the same account. Lower Requests per Minute in the credential, or run this later',
	],
	tooSoon: (service, { retryAfterMs = 0, backAt }) => [
		backAt === undefined
			? `${service} asks for a pause and names no end of it`
			: `${service} can be asked again ${retryAfterMs > TWO_DAYS_MS ? 'on' : `in ${duration(retryAfterMs)}, at`} ${backAt}`,
		backAt === undefined ? 'Run this again later' : 'Run this again then',
	],
	unavailable: (service) => [
		`${service} is not available at the moment`,
		'Run this item again later',
	],
	unreachable: (service) => [
		`${service} cannot be reached: no connection to its host`,
		'Check the host in the credential and the network of n8n',
	],
	unreadable: (service) => [
		`${service} sent an answer that is cut off or no JSON`,
		'Run this item again later',
	],
	unsendable: (service) => [`The call to ${service} could not be made`, 'Nothing was sent for this item'],
	untrusted: (service) => [
		`There is no safe connection to the ${service} host, so nothing was sent`,
		'Check the host in the credential: its certificate is not trusted, or it does not speak https',
	],
	webPage: (service) => [
		`${service} answered with a web page instead of data`,
		'Check the address in the credential: it may lead to the log-in page',
	],
};

/** After these, a record may have been stored although no good answer came back. */
const uncertain = new Set<Cause>([
	'dropped', 'empty', 'failed', 'noRoot', 'redirected', 'timedOut', 'unavailable', 'unreadable', 'webPage',
]);

/** Whether the service may have done its work although it did not say so. */
export const mayBeStored = ({ reason, details }: Trouble): boolean => uncertain.has(reason) || details.perhapsDone === true;

/** Told in the words of the service, of the credential's check or of the plan. */
const inOwnWords = new Set<Cause>(['misconfigured', 'rejected', 'tooLong', 'unsendable']);

/** Sentences one after the other, with one full stop between two of them and none at the end. */
export const sentences = (...parts: string[]): string =>
	parts
		.map((part) => part.trim())
		.filter(Boolean)
		.reduce((text, part) => (/[.。!！?？…]$/.test(text) ? `${text} ${part}` : `${text}. ${part}`), '')
		.replace(/^\. /, '');

/** A time as people say it: "45 s", "4 min 12 s", "2 h 25 min". */
export function duration(ms: number): string {
	const seconds = ms > 0 ? Math.max(1, Math.round(ms / 1000)) : 0;
	const minutes = Math.ceil(seconds / 60);
	const [small, unit, large, name] = seconds < 3600
		? [seconds % 60, 's', Math.floor(seconds / 60), 'min']
		: [minutes % 60, 'min', Math.floor(minutes / 60), 'h'];
	return [large > 0 && `${large} ${name}`, (small > 0 || large === 0) && `${small} ${unit}`].filter(Boolean).join(' ');
}

/** A number of things in words that agree: "1 call waits", "1,200 calls wait". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
	`${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** What a person or an agent must know before the item is sent again; nothing where it cannot have been stored. */
export const lookFirst = (error: unknown, { once, service }: Pick<About, 'once' | 'service'>): string =>
	once && error instanceof Trouble && mayBeStored(error) ? `It may have been stored: look in ${service} before you run this item again` : '';

/** The two sentences that a user reads. */
export function words(trouble: Trouble, about: Omit<About, 'node'>): { message: string; description: string } {
	const { reason, details } = trouble;
	const { service, advice, secrets } = about;
	const [what, how] = told[reason](service, details);
	const said = sentences(...(details.sentences ?? []));
	if (reason === 'invalid') {
		const [first = what, ...others] = details.sentences ?? [];
		const also = others.length > 0 ? `Also: ${others.join('; ')}` : '';
		return { message: redact(first, secrets), description: redact(sentences(also, details.ofAll ?? how), secrets) };
	}
	const message = said && reason === 'notFound' ? `${what}: ${said}` : said && inOwnWords.has(reason) ? said : what;
	const description = sentences(
		lookFirst(trouble, about) || (advice?.[reason] ?? how),
		details.before ?? '',
		said && !message.includes(said) ? `${reason === 'failed' ? 'n8n' : service} says: ${said}` : '',
	);
	return { message: redact(message, secrets), description: redact(description, secrets) };
}

/** No call of the service: n8n, the credential, the values or the plan is what it is about. */
const ownDoing = new Set<Cause>(['canceled', 'invalid', 'misconfigured', 'notStarted', 'tooLong', 'unsendable']);
/** n8n 2.37 and later let a polling workflow wait for as long as the service asks. */
const rateLimited = new Set<Cause>(['tooMany', 'tooSoon']);

/** What n8n shows for a call that brought no result. */
export function callError(trouble: Trouble, about: About): NodeApiError | NodeOperationError {
	const { node, action, itemIndex } = about;
	const { message, description } = words(trouble, about);
	const isOwnDoing = ownDoing.has(trouble.reason);
	const whole = placed(isOwnDoing ? message : `${action}: ${message}`, itemIndex);
	if (isOwnDoing) return unaltered(new NodeOperationError(node, whole, { itemIndex }), whole, description);
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
	return unaltered(error, whole, description);
}

/** The item as n8n itself names it. */
const placed = (message: string, itemIndex?: number) => (itemIndex === undefined ? message : `${message} [item ${itemIndex}]`);

/** n8n replaces a message that contains a code, e.g. "preexistente" for its EEXIST: it is put back. */
const unaltered = <One extends NodeApiError | NodeOperationError>(error: One, message: string, description: string): One =>
	Object.assign(error, { message, description });

/** The same for the test of a credential, which n8n makes with a node of its own. */
export const testError = (message: string): NodeApiError =>
	unaltered(new NodeApiError({ name: 'Credential Test' } as INode, { message }, { message }), message, '');
