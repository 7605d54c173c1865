import { createHash } from 'node:crypto';

import type { ICredentialDataDecryptedObject, IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import type { Connection } from '../shared/call';
import { Trouble } from '../shared/errors';

/** The connector's own limit; the vendor allows 1,000 calls in 5 minutes, 2 at once (vendor guide). */
export const WINDOW = { ms: 60_000 };
export const REQUESTS_PER_MINUTE = { default: 100, min: 1, max: 1000 };
export const CONCURRENT_REQUESTS = { default: 2, min: 1, max: 20 };

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const HOST = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/;

/**
 * The address of an instance given as a host name or as any pasted URL of it. Always https; http
 * and a port are kept for a loopback address only.
 * @throws {Trouble} `misconfigured`, where it is no host name
 */
export function instanceUrl(instance: unknown): string {
	const given = typeof instance === 'string' ? instance.trim() : '';
	const refuse = () =>
		new Trouble('misconfigured', {
			sentences: ["'Instance' in the credential must be a host name, e.g. example.hot-profile.com"],
		});
	const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`;
	if (given === '' || /\s/.test(given) || !URL.canParse(address)) throw refuse();
	const { protocol, hostname, host, username, password } = new URL(address);
	if (!/^https?:$/.test(protocol) || username || password) throw refuse();
	if (LOOPBACK.test(hostname)) return `${protocol}//${host}`;
	if (!HOST.test(hostname)) throw refuse();
	return `https://${hostname}`;
}

/**
 * The account, limits and secrets of a credential.
 * @throws {Trouble} `misconfigured`, with a sentence that names the field
 */
export function connect(credentials: ICredentialDataDecryptedObject): Connection {
	const origin = instanceUrl(credentials.instance);
	const apiKey = keyOf(credentials);
	return {
		account: createHash('sha256').update(`${origin}\n${apiKey}`).digest('hex'),
		limits: {
			calls: setting(credentials.requestsPerMinute, 'Requests per Minute', REQUESTS_PER_MINUTE),
			windowMs: WINDOW.ms,
			atOnce: setting(credentials.concurrentRequests, 'Concurrent Requests', CONCURRENT_REQUESTS),
		},
		secrets: [apiKey],
	};
}

/** A request as n8n's nodes of today and of old make it; the HTTP Request node is of the old kind. */
type Request = IHttpRequestOptions & { uri?: string; form?: IDataObject };

/**
 * Puts the key into the form body, never into the address, and only towards the own instance.
 * @throws {Trouble} `misconfigured`, where the request leads elsewhere or has a body that takes no key
 */
export function sign(credentials: ICredentialDataDecryptedObject, request: Request): IHttpRequestOptions {
	const baseURL = instanceUrl(credentials.instance);
	const { origin } = new URL(request.uri ?? request.url, request.baseURL ?? baseURL);
	const refuse = (sentence: string) => new Trouble('misconfigured', { sentences: [sentence] });
	if (origin !== baseURL) throw refuse(`This credential sends its key to ${baseURL} only, not to ${origin}`);
	const place = request.form ? 'form' : 'body';
	const fields = request[place] ?? {};
	if (Object.getPrototypeOf(fields) !== Object.prototype) {
		throw refuse('HotProfile takes its key in the body: send it as form fields, Form Urlencoded');
	}
	return { ...request, baseURL, [place]: { ...(fields as IDataObject), api_key: keyOf(credentials) } };
}

/** The API key, refused where it holds what no key holds: blanks, line breaks, full-width letters. */
function keyOf({ apiKey }: ICredentialDataDecryptedObject): string {
	if (typeof apiKey === 'string' && /^[\x21-\x7e]+$/.test(apiKey)) return apiKey;
	const found = apiKey === '' || apiKey === undefined ? 'is empty' : 'holds a blank, a line break or a full-width letter';
	throw new Trouble('misconfigured', {
		sentences: [`'API Key' in the credential ${found}. Copy it from HotProfile once more`],
	});
}

function setting(
	given: unknown,
	label: string,
	{ default: usual, min, max }: { default: number; min: number; max: number },
): number {
	const value = given === undefined || given === '' ? usual : Number(given);
	if (Number.isInteger(value) && value >= min && value <= max) return value;
	throw new Trouble('misconfigured', {
		sentences: [`'${label}' in the credential must be a whole number from ${min} to ${max}`],
	});
}
