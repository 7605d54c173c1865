import type { INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { redact } from './secrets';

/** What can go wrong with a call, as far as it matters to the user and to the retry table. */
export type Cause =
	| 'canceled'
	| 'dropped'
	| 'empty'
	| 'failed'
	| 'keyRefused'
	| 'misconfigured'
	| 'noRoot'
	| 'notFound'
	| 'notSent'
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
	| 'untrusted'
	| 'webPage';

export interface Details {
	/** HTTP status, where there was an answer. */
	status?: number;
	/** The service's own sentences, unchanged. */
	sentences?: string[];
	/** How long the service asks to wait, in ms. */
	retryAfterMs?: number;
	/** `tooSoon`: when the next call may start, on the workflow's clock. */
	backAt?: string;
	/** Whether the work may have been done in spite of what was said. */
	perhapsDone?: boolean;
	/** What the same item had sent well before, as a sentence. */
	before?: string;
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
	keyRefused: (service) => [
		`${service} refused the key of this credential`,
		'Check the key, and that its user may use the API',
	],
	misconfigured: () => ['The credential is not complete', 'Open the credential and correct it'],
	noRoot: (service) => [
		`${service} answered without the expected data`,
		'Check the address in the credential',
	],
	notFound: (service) => [
		`The host answers, but offers no ${service} API there`,
		'Check the address in the credential',
	],
	notSent: (service) => [
		`Not sent, because ${service} refused the key of this credential`,
		'Correct the credential and run this item again',
	],
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
		`${service} can be asked again in ${duration(retryAfterMs)}, at ${backAt}`,
		'Run this again then, or let it wait',
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
const inOwnWords = new Set<Cause>(['misconfigured', 'rejected', 'tooLong']);

/** A time as people say it: "45 s", "4 min 12 s", "2 h 25 min". */
export function duration(ms: number): string {
	const seconds = ms > 0 ? Math.max(1, Math.round(ms / 1000)) : 0;
	const [small, unit, large, name] = seconds < 3600
		? [seconds % 60, 's', Math.floor(seconds / 60), 'min']
		: [Math.ceil((seconds % 3600) / 60), 'min', Math.floor(seconds / 3600), 'h'];
	return [large > 0 && `${large} ${name}`, (small > 0 || large === 0) && `${small} ${unit}`].filter(Boolean).join(' ');
}

/** The two sentences that a user reads. */
export function words(trouble: Trouble, about: Omit<About, 'node'>): { message: string; description: string } {
	const { reason, details } = trouble;
	const { service, advice, once, secrets } = about;
	const [what, how] = told[reason](service, details);
	const said = (details.sentences ?? []).join(' ');
	const description = [
		once && mayBeStored(trouble)
			? `It may have been stored: look in ${service} before you run this item again`
			: (advice?.[reason] ?? how),
		details.before ?? '',
		said && !inOwnWords.has(reason) ? `${reason === 'failed' ? 'n8n' : service} says: ${said}` : '',
	];
	const message = said && inOwnWords.has(reason) ? said : what;
	return {
		message: redact(message, secrets),
		description: redact(description.filter(Boolean).join('. '), secrets),
	};
}

/** No call of the service: n8n, the credential or the plan is what it is about. */
const ownDoing = new Set<Cause>(['canceled', 'misconfigured', 'tooLong']);
/** n8n 2.37 and later let a polling workflow wait for as long as the service asks. */
const rateLimited = new Set<Cause>(['tooMany', 'tooSoon']);

/** What n8n shows for a call that brought no result. */
export function callError(trouble: Trouble, about: About): NodeApiError | NodeOperationError {
	const { node, action, itemIndex } = about;
	const { message, description } = words(trouble, about);
	const place = itemIndex === undefined ? '' : ` [item ${itemIndex}]`;
	if (ownDoing.has(trouble.reason)) {
		return new NodeOperationError(node, `${message}${place}`, { description, itemIndex });
	}
	const { status, retryAfterMs } = trouble.details;
	const response: JsonObject = { message: `${action}: ${message}` };
	const failure = { cause: 'rate-limited' as const, retryAfterMs };
	return new NodeApiError(node, response, {
		message: `${action}: ${message}${place}`,
		description,
		httpCode: status === undefined ? undefined : String(status),
		itemIndex,
		...(rateLimited.has(trouble.reason) ? { failure } : {}),
	});
}

/** A value that cannot be sent: names the field, the rule and the item, before any call. */
export function inputError(
	node: INode,
	problems: string[],
	itemIndex: number | undefined,
	description = '',
): NodeOperationError {
	const place = itemIndex === undefined ? '' : ` [item ${itemIndex}]`;
	const [first, ...others] = problems;
	const more = others.length > 0 ? `Also: ${others.join('; ')}` : '';
	return new NodeOperationError(node, `${first}${place}`, {
		description: [more, description].filter(Boolean).join('. '),
		itemIndex,
	});
}
