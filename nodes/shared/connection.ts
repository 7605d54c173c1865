import { createHash } from 'node:crypto';

import type { ICredentialDataDecryptedObject, INodeProperties } from 'n8n-workflow';

import { Trouble } from './errors';
import type { Limits } from './throttle';

/** What the credentials of all services have in common: limits, keys, the name of an account. */

/** The window in which Requests per Minute are counted. */
export const WINDOW = { ms: 60_000 };

const REQUESTS_PER_MINUTE = { default: 100, min: 1, max: 1000 };
const CONCURRENT_REQUESTS = { default: 2, min: 1, max: 20 };

/** The fields of a credential that say what the service allows. */
export const limitProperties = (concurrentRequests: string): INodeProperties[] => [
	{
		displayName: 'Requests per Minute',
		name: 'requestsPerMinute',
		type: 'number',
		typeOptions: { minValue: REQUESTS_PER_MINUTE.min, maxValue: REQUESTS_PER_MINUTE.max },
		default: REQUESTS_PER_MINUTE.default,
		description: 'Calls in any 60 seconds, counted over all workflows of this n8n',
	},
	{
		displayName: 'Concurrent Requests',
		name: 'concurrentRequests',
		type: 'number',
		typeOptions: { minValue: CONCURRENT_REQUESTS.min, maxValue: CONCURRENT_REQUESTS.max },
		default: CONCURRENT_REQUESTS.default,
		description: concurrentRequests,
	},
];

/**
 * The limits of a credential.
 * @throws {Trouble} `misconfigured`, with a sentence that names the field
 */
export const limitsOf = (credentials: ICredentialDataDecryptedObject): Limits => ({
	calls: setting(credentials.requestsPerMinute, 'Requests per Minute', REQUESTS_PER_MINUTE),
	windowMs: WINDOW.ms,
	atOnce: setting(credentials.concurrentRequests, 'Concurrent Requests', CONCURRENT_REQUESTS),
});

/** Names an account by what makes it up, without holding that in the clear. */
export const accountOf = (...parts: string[]): string => createHash('sha256').update(parts.join('\n')).digest('hex');

/**
 * A key, refused where it holds what no key holds: blanks, line breaks, full-width letters.
 * @throws {Trouble} `misconfigured`
 */
export function keyOf(given: unknown, label: string, source: string): string {
	if (typeof given === 'string' && /^[\x21-\x7e]+$/.test(given)) return given;
	const found = given === '' || given === undefined ? 'is empty' : 'holds a blank, a line break or a full-width letter';
	throw misconfigured(`'${label}' in the credential ${found}. Copy it from ${source} once more`);
}

/** A credential that cannot be used as it is, with one sentence that names the field. */
export const misconfigured = (sentence: string) => new Trouble('misconfigured', { sentences: [sentence] });

function setting(
	given: unknown,
	label: string,
	{ default: usual, min, max }: { default: number; min: number; max: number },
): number {
	const value = given === undefined || given === '' ? usual : Number(given);
	if (Number.isInteger(value) && value >= min && value <= max) return value;
	throw misconfigured(`'${label}' in the credential must be a whole number from ${min} to ${max}`);
}
