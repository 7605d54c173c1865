import type { ICredentialDataDecryptedObject, IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import type { Connection } from '../shared/http/service';
import { hashId, parseKey, rateLimitOf, invalidCredential } from '../shared/http/credentials';
import { isLoopback, serviceAt, withoutTrailingDot } from '../shared/http/hosts';
import type { AnyRequest } from '../shared/http/requestTarget';
import { pinRequest, requestTarget } from '../shared/http/requestTarget';

const HOST = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/;

/** Instances that have been looked at: every call asks for its address. */
const urls = new Map<unknown, string>();

/**
 * The address of an instance given as a host name or as any pasted URL of it. Always https; http
 * and a port are kept for a loopback address only.
 * @throws {ServiceError} `invalidCredential`, where it is no host name
 */
export function instanceUrl(instance: unknown): string {
	const known = urls.get(instance);
	if (known !== undefined) return known;
	const given = typeof instance === 'string' ? instance.trim() : '';
	const refuse = () => invalidCredential("'Instance' in the credential must be a host name, e.g. example.hot-profile.com");
	const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`;
	if (given === '' || /\s/.test(given) || !URL.canParse(address)) throw refuse();
	const { protocol, hostname, host, username, password } = withoutTrailingDot(new URL(address));
	if (!/^https?:$/.test(protocol) || username || password) throw refuse();
	const own = isLoopback(hostname);
	if (!own && !HOST.test(hostname)) throw refuse();
	const url = own ? `${protocol}//${host}` : `https://${hostname}`;
	urls.set(instance, url);
	return url;
}

/**
 * The account, limits and secrets of a credential. HotProfile allows 1,000 calls in 5 minutes, and 2
 * at once for each contract (vendor guide): all keys of an instance are one account. The limit of
 * 100 a minute is the connector's own.
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the field
 */
export function connect(credentials: ICredentialDataDecryptedObject): Connection {
	const origin = instanceUrl(credentials.instance);
	const apiKey = apiKeyOf(credentials);
	return { accountId: hashId(serviceAt(origin)), address: origin, keyId: hashId(origin, apiKey), limits: rateLimitOf(credentials), secrets: [apiKey] };
}

/**
 * Puts the key into the form body, never into the address, and only towards the own instance.
 * @throws {ServiceError} `invalidCredential`, where the request leads elsewhere or has a body that takes no key
 */
export function authenticate(credentials: ICredentialDataDecryptedObject, request: AnyRequest): IHttpRequestOptions {
	const own = instanceUrl(credentials.instance);
	const target = requestTarget(request, own);
	if (target.origin !== own) throw invalidCredential(`This credential sends its key to ${own} only, not to ${target.origin}`);
	const place = request.form ? 'form' : 'body';
	const fields = request[place] ?? {};
	if (request.formData !== undefined || Object.getPrototypeOf(fields) !== Object.prototype) {
		throw invalidCredential('HotProfile takes its key in the body: send it as form fields, Form Urlencoded');
	}
	return { ...pinRequest(request, target), [place]: { ...(fields as IDataObject), api_key: apiKeyOf(credentials) } };
}

const apiKeyOf = ({ apiKey }: ICredentialDataDecryptedObject) => parseKey(apiKey, 'API Key', 'HotProfile');
