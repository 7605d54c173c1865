import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { invalidCredential } from './credentials';

/** Where a request of n8n leads, and that it leads nowhere else. */

/** A request as n8n's nodes of today and of old make it; the HTTP Request node's is of the old kind. */
export type AnyRequest = IHttpRequestOptions & { uri?: unknown; form?: IDataObject; formData?: unknown };

/** What axios takes for a whole address; all else it puts behind `baseURL`. */
const WHOLE = /^([a-z][a-z\d+.-]*:)?\/\//i;

/**
 * The address to which n8n will send a request, put together as axios does it.
 * @param home where addresses that are not whole begin, unless the request says so itself
 * @throws {ServiceError} `invalidCredential`, where there is none, or it holds a user name or password
 */
export function requestTarget({ url, uri, baseURL }: AnyRequest, home = ''): URL {
	const given = String(url ?? uri ?? '').trim();
	const base = String(baseURL ?? home);
	const address = WHOLE.test(given) || !base ? given : [base.replace(/\/?\/$/, ''), given.replace(/^\/+/, '')].filter(Boolean).join('/');
	if (!URL.canParse(address, base || undefined)) throw invalidCredential('The URL of this request is missing or not complete. It begins with https://');
	const target = withoutTrailingDot(new URL(address, base || undefined));
	if (target.username || target.password) throw invalidCredential('The URL of this request must not hold a user name or password');
	return target;
}

/** A URL whose host is written without the dot that may stand at its end. */
export function withoutTrailingDot(url: URL): URL {
	if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1);
	return url;
}

/** Says in both forms that redirects are not followed: they would carry the key on. */
const NO_REDIRECTS = { disableFollowRedirect: true, followRedirect: false, followAllRedirects: false, sendCredentialsOnCrossOriginRedirect: false };

/** A request that goes to one address and on to no other: what was looked at is what is sent. */
export function pinRequest(request: AnyRequest, target: URL): AnyRequest {
	const whole: AnyRequest = { ...request, ...NO_REDIRECTS, url: target.href };
	delete whole.uri;
	delete whole.baseURL;
	return whole;
}

/** Headers with one set, in place of the same one in other letters. */
export function setHeader(headers: IDataObject | undefined, name: string, value: string): IDataObject {
	const others = Object.entries(headers ?? {}).filter(([other]) => other.toLowerCase() !== name.toLowerCase());
	return { ...Object.fromEntries(others), [name]: value };
}
