import type { ICredentialDataDecryptedObject, IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import type { Connection } from '../shared/dialect';
import { accountOf, keyOf, limitsOf, misconfigured } from '../shared/connection';
import { isLoopback } from '../shared/links';

const HOST = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/;

/** Instances that have been looked at: every call asks for its address. */
const urls = new Map<unknown, string>();

/**
 * The address of an instance given as a host name or as any pasted URL of it. Always https; http
 * and a port are kept for a loopback address only.
 * @throws {Trouble} `misconfigured`, where it is no host name
 */
export function instanceUrl(instance: unknown): string {
	const known = urls.get(instance);
	if (known !== undefined) return known;
	const given = typeof instance === 'string' ? instance.trim() : '';
	const refuse = () => misconfigured("'Instance' in the credential must be a host name, e.g. example.hot-profile.com");
	const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`;
	if (given === '' || /\s/.test(given) || !URL.canParse(address)) throw refuse();
	const { protocol, hostname, host, username, password } = new URL(address);
	if (!/^https?:$/.test(protocol) || username || password) throw refuse();
	const own = isLoopback(hostname);
	if (!own && !HOST.test(hostname)) throw refuse();
	const url = own ? `${protocol}//${host}` : `https://${hostname}`;
	urls.set(instance, url);
	return url;
}

/**
 * The account, limits and secrets of a credential. HotProfile allows 1,000 calls in 5 minutes, 2
 * at once (vendor guide); the limit of 100 a minute is the connector's own.
 * @throws {Trouble} `misconfigured`, with a sentence that names the field
 */
export function connect(credentials: ICredentialDataDecryptedObject): Connection {
	const origin = instanceUrl(credentials.instance);
	const apiKey = apiKeyOf(credentials);
	return { account: accountOf(origin, apiKey), limits: limitsOf(credentials), secrets: [apiKey] };
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
	if (origin !== baseURL) throw misconfigured(`This credential sends its key to ${baseURL} only, not to ${origin}`);
	const place = request.form ? 'form' : 'body';
	const fields = request[place] ?? {};
	if (Object.getPrototypeOf(fields) !== Object.prototype) {
		throw misconfigured('HotProfile takes its key in the body: send it as form fields, Form Urlencoded');
	}
	return { ...request, baseURL, [place]: { ...(fields as IDataObject), api_key: apiKeyOf(credentials) } };
}

const apiKeyOf = ({ apiKey }: ICredentialDataDecryptedObject) => keyOf(apiKey, 'API Key', 'HotProfile');
