/** What the credentials of all services have in common: the fields for the limits, the check of a key, the ID of an account. */

import { createHash } from 'node:crypto';

import type { ICredentialDataDecryptedObject, INodeProperties } from 'n8n-workflow';

import type { RateLimit } from '../throttle/options';
import { ServiceError } from './errors';
import { WINDOW_MS } from './timing';

/** The limits that a credential starts with. */
export interface DefaultLimits {
	/** Most requests in any interval. */
	maxCalls: number;
	interval: 'minute' | 'second';
	/** Most requests at once. */
	maxConcurrent: number;
}

export const DEFAULT_LIMITS: DefaultLimits = { maxCalls: 100, interval: 'minute', maxConcurrent: 2 };

const requestsPerInterval = ({ maxCalls, interval }: DefaultLimits): INodeProperties => ({
	displayName: interval === 'minute' ? 'Requests per Minute' : 'Requests per Second',
	name: interval === 'minute' ? 'requestsPerMinute' : 'requestsPerSecond',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1000 },
	default: maxCalls,
	description: `Maximum number of requests in any ${interval === 'minute' ? '60 seconds' : 'second'}, across all workflows in this n8n instance`,
});

const concurrentRequests = ({ maxConcurrent }: DefaultLimits, allowance = ''): INodeProperties => ({
	displayName: 'Concurrent Requests',
	name: 'concurrentRequests',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 20 },
	default: maxConcurrent,
	description: ['Maximum number of simultaneous requests', allowance].filter(Boolean).join('. '),
});

/**
 * The fields of a credential that hold the service's limits.
 * @param allowance what the vendor says about concurrent requests, as a sentence
 */
export const limitProperties = (allowance = '', limits = DEFAULT_LIMITS): INodeProperties[] => [
	requestsPerInterval(limits),
	concurrentRequests(limits, allowance),
];

/** n8n calls preAuthentication only for a credential with such a property, while it is empty. */
export const probedProperty: INodeProperties = {
	displayName: 'Probed',
	name: 'probed',
	type: 'hidden',
	typeOptions: { expirable: true },
	default: '',
};

/**
 * The limits of a credential.
 * @param limits those that its `limitProperties` were made with
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the field
 */
export const rateLimitOf = (credentials: ICredentialDataDecryptedObject, limits = DEFAULT_LIMITS): RateLimit => ({
	maxCalls: numberOf(credentials, requestsPerInterval(limits)),
	windowMs: limits.interval === 'minute' ? WINDOW_MS : 1000,
	maxConcurrent: numberOf(credentials, concurrentRequests(limits)),
});

/** The id of an account or key: a hash of its parts, so that it does not reveal them. */
export const hashId = (...parts: string[]): string => createHash('sha256').update(parts.join('\n')).digest('hex');

/** White space and invisible characters that are copied along with a key. */
const COPIED_ALONG = /^[\s\u200b-\u200d\u2060]+|[\s\u200b-\u200d\u2060]+$/g;

/**
 * Reads a key, without the white space around it. Rejects what no key contains: spaces, line breaks, full-width or
 * accented characters.
 * @param prefix the word that is sent in front of the key, if any
 * @throws {ServiceError} `invalidCredential`
 */
export function parseKey(value: unknown, label: string, source: string, prefix?: string): string {
	// An expression may return a key of digits as a number.
	const typed = Number.isSafeInteger(value) ? String(value) : value;
	const key = typeof typed === 'string' ? typed.replace(COPIED_ALONG, '') : typed;
	if (typeof key === 'string' && /^[\x21-\x7e]+$/.test(key)) return key;
	const field = `'${label}' in the credential`;
	const [first = '', ...others] = String(key).split(/\s+/);
	const isOwnPrefix = first.toLowerCase() === prefix?.toLowerCase();
	if (others.length > 0 && (isOwnPrefix || first.toLowerCase() === 'bearer')) {
		const remedy = prefix === undefined ? 'Remove it' : isOwnPrefix ? "Remove it, because 'Header Prefix' adds it" : "Move it to 'Header Prefix'";
		throw invalidCredential(`${field} starts with '${first}'. ${remedy}`);
	}
	const isEmpty = key === '' || key === undefined || key === null;
	if (!isEmpty && typeof key !== 'string') throw invalidCredential(`${field} must be text, but the expression returned another type`);
	const problem = isEmpty ? 'is empty' : 'contains a space, a line break, or a full-width or accented character';
	throw invalidCredential(`${field} ${problem}. Copy it again from ${source}`);
}

/** The error for a credential that cannot be used as it is, with a sentence that names the field. */
export const invalidCredential = (sentence: string) => new ServiceError('invalidCredential', { messages: [sentence] });

function numberOf(credentials: ICredentialDataDecryptedObject, { displayName, name, typeOptions, default: defaultValue }: INodeProperties): number {
	const { minValue = 1, maxValue = Infinity } = typeOptions ?? {};
	const typed = credentials[name];
	const value = Number(typed === undefined || typed === '' ? defaultValue : typed);
	if (Number.isInteger(value) && value >= minValue && value <= maxValue) return value;
	throw invalidCredential(`'${displayName}' in the credential must be a whole number from ${minValue} to ${maxValue}`);
}
