/** HotProfile's credential: its instance, account and limits, and how it authenticates a request. */

import type { ICredentialDataDecryptedObject, IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { BoundedCache } from '../shared/http/boundedCache';
import { hashId, invalidCredential, parseKey, rateLimitOf } from '../shared/http/credentials';
import { isLoopback, parsePastedUrl, serviceAt } from '../shared/http/hosts';
import type { AnyRequest } from '../shared/http/requestTarget';
import { pinRequest, requestTarget } from '../shared/http/requestTarget';
import type { Connection } from '../shared/http/service';

const HOST = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/;

/** URLs by instance as typed: every call asks for its own. */
const instanceUrls = new BoundedCache<unknown, string>({ maxEntries: 200, maxAgeMs: 10 * 60_000 });

/**
 * The URL of an instance given as a host name or as any URL copied from it. Always https; http and a port are kept
 * for a loopback address only.
 * @throws {ServiceError} `invalidCredential`, if it is not a host name
 */
export function instanceUrl(instance: unknown): string {
	const cached = instanceUrls.get(instance);
	if (cached !== undefined) return cached;
	const url = parsePastedUrl(instance, 'https');
	const isLocal = url !== undefined && isLoopback(url.hostname);
	const isValid = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && (isLocal || HOST.test(url.hostname));
	if (!isValid) throw invalidCredential("'Instance' in the credential must be a host name, e.g. example.hot-profile.com");
	const address = isLocal ? url.origin : `https://${url.hostname}`;
	instanceUrls.set(instance, address);
	return address;
}

/**
 * The account, limits and secrets of a credential. HotProfile allows 1,000 requests in 5 minutes, and 2 at once for
 * each contract (vendor guide), so all keys of an instance are one account. The default of 100 a minute is ours.
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the field
 */
export function connect(credentials: ICredentialDataDecryptedObject): Connection {
	const address = instanceUrl(credentials.instance);
	const apiKey = apiKeyOf(credentials);
	return { accountId: hashId(serviceAt(address)), address, keyId: hashId(address, apiKey), limits: rateLimitOf(credentials), secrets: [apiKey] };
}

/**
 * Adds the key to the form body, never to the URL, and only for the credential's own instance.
 * @throws {ServiceError} `invalidCredential`, if the request leads elsewhere or its body takes no key
 */
export function authenticate(credentials: ICredentialDataDecryptedObject, request: AnyRequest): IHttpRequestOptions {
	const address = instanceUrl(credentials.instance);
	const target = requestTarget(request, address);
	if (target.origin !== address) throw invalidCredential(`This credential sends its key only to ${address}, not to ${target.origin}`);
	const part = request.form ? 'form' : 'body';
	const fields = request[part] ?? {};
	if (request.formData !== undefined || Object.getPrototypeOf(fields) !== Object.prototype) {
		throw invalidCredential('HotProfile expects the API key in the body. Send the body as Form Urlencoded');
	}
	return { ...pinRequest(request, target), [part]: { ...(fields as IDataObject), api_key: apiKeyOf(credentials) } };
}

const apiKeyOf = ({ apiKey }: ICredentialDataDecryptedObject) => parseKey(apiKey, 'API Key', 'HotProfile');
