import { createHash } from 'node:crypto';

import type { ICredentialDataDecryptedObject, INodeProperties } from 'n8n-workflow';

import { ServiceError } from './errors';
import type { RateLimit } from '../throttle/fairQueue';

/** What the credentials of all services have in common: limits, keys, the name of an account. */

/** The window in which Requests per Minute are counted. */
export const WINDOW = { ms: 60_000 };

export const requestsPerMinute: INodeProperties = {
	displayName: 'Requests per Minute',
	name: 'requestsPerMinute',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1000 },
	default: 100,
	description: 'Calls in any 60 seconds, counted over all workflows of this n8n',
};

const concurrentRequests: INodeProperties = {
	displayName: 'Concurrent Requests',
	name: 'concurrentRequests',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 20 },
	default: 2,
	description: 'Calls at once',
};

/**
 * The fields of a credential that say what the service allows.
 * @param allowance what the vendor says about calls at once, as a sentence
 */
export const limitProperties = (allowance = ''): INodeProperties[] => [
	requestsPerMinute,
	{ ...concurrentRequests, description: ['Calls at once', allowance].filter(Boolean).join('. ') },
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
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the field
 */
export const rateLimitOf = (credentials: ICredentialDataDecryptedObject): RateLimit => ({
	maxCalls: setting(credentials, requestsPerMinute),
	windowMs: WINDOW.ms,
	maxConcurrent: setting(credentials, concurrentRequests),
});

/** Names an account by what makes it up, without holding that in the clear. */
export const hashId = (...parts: string[]): string => createHash('sha256').update(parts.join('\n')).digest('hex');

/** What is copied along with a key without being seen. */
const AROUND = /^[\s\u200b-\u200d\u2060]+|[\s\u200b-\u200d\u2060]+$/g;

/**
 * A key without the blanks around it, refused where it holds what no key holds: blanks, line breaks,
 * full-width letters, letters with an accent.
 * @param prefix the word that goes ahead of it, if any
 * @throws {ServiceError} `invalidCredential`
 */
export function parseKey(given: unknown, label: string, source: string, prefix?: string): string {
	// An expression may bring a key of digits as a number.
	const written = Number.isSafeInteger(given) ? String(given) : given;
	const key = typeof written === 'string' ? written.replace(AROUND, '') : written;
	if (typeof key === 'string' && /^[\x21-\x7e]+$/.test(key)) return key;
	const [first, ...others] = String(key).split(/\s+/);
	const isPrefix = ['bearer', prefix?.toLowerCase()].includes(first.toLowerCase());
	if (isPrefix && others.length > 0) {
		const where = prefix === undefined ? '' : prefix.toLowerCase() === first.toLowerCase() ? ': Header Prefix adds it' : ', and write it into Header Prefix';
		throw invalidCredential(`'${label}' in the credential begins with '${first}'. Leave it out${where}`);
	}
	const field = `'${label}' in the credential`;
	const isEmpty = key === '' || key === undefined || key === null;
	if (!isEmpty && typeof key !== 'string') throw invalidCredential(`${field} must be text, but its expression brings something else`);
	const found = isEmpty ? 'is empty' : 'holds a blank, a line break, a full-width letter or one with an accent';
	throw invalidCredential(`${field} ${found}. Copy it from ${source} once more`);
}

/** A credential that cannot be used as it is, with one sentence that names the field. */
export const invalidCredential = (sentence: string) => new ServiceError('invalidCredential', { messages: [sentence] });

function setting(
	credentials: ICredentialDataDecryptedObject,
	{ displayName, name, typeOptions, default: usual }: INodeProperties,
): number {
	const { minValue = 1, maxValue = Infinity } = typeOptions ?? {};
	const given = credentials[name];
	const value = Number(given === undefined || given === '' ? usual : given);
	if (Number.isInteger(value) && value >= minValue && value <= maxValue) return value;
	throw invalidCredential(`'${displayName}' in the credential must be a whole number from ${minValue} to ${maxValue}`);
}
