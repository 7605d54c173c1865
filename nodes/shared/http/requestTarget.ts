/** Finds out where a request of n8n leads, and pins it there. */

import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { invalidCredential } from './credentials';
import { withoutTrailingDot } from './hosts';

/** A request as n8n's current and old nodes make it; the HTTP Request node's is of the old kind. */
export type AnyRequest = IHttpRequestOptions & { uri?: unknown; form?: IDataObject; formData?: unknown };

/** What axios takes for a whole address; anything else is appended to `baseURL`. */
const ABSOLUTE = /^([a-z][a-z\d+.-]*:)?\/\//i;

/**
 * The address to which n8n will send a request, put together as axios does it.
 * @param defaultBase for relative addresses, unless the request has a base of its own
 * @throws {ServiceError} `invalidCredential`, if there is none, or it contains a username or password
 */
export function requestTarget({ url, uri, baseURL }: AnyRequest, defaultBase = ''): URL {
	const path = String(url ?? uri ?? '').trim();
	const base = String(baseURL ?? defaultBase);
	const address = ABSOLUTE.test(path) || !base ? path : [base.replace(/\/?\/$/, ''), path.replace(/^\/+/, '')].filter(Boolean).join('/');
	if (!URL.canParse(address, base || undefined)) throw invalidCredential('The URL of this request is missing or incomplete. It must start with https://');
	const target = withoutTrailingDot(new URL(address, base || undefined));
	if (target.username || target.password) throw invalidCredential('The URL of this request must not contain a username or password');
	return target;
}

/** Says in both forms that redirects are not followed: they would carry the key on. */
const NO_REDIRECTS = { disableFollowRedirect: true, followRedirect: false, followAllRedirects: false, sendCredentialsOnCrossOriginRedirect: false };

/** A request that goes to one address and on to no other: what was checked is what is sent. */
export function pinRequest(request: AnyRequest, target: URL): AnyRequest {
	const pinned: AnyRequest = { ...request, ...NO_REDIRECTS, url: target.href };
	delete pinned.uri;
	delete pinned.baseURL;
	return pinned;
}

/** Headers with one set, in place of the same one in other letter case. */
export function setHeader(headers: IDataObject | undefined, name: string, value: string): IDataObject {
	const others = Object.entries(headers ?? {}).filter(([other]) => other.toLowerCase() !== name.toLowerCase());
	return { ...Object.fromEntries(others), [name]: value };
}
