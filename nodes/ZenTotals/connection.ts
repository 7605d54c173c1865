/** CRM Zen's credential: the URL, token and wait of each report, and how it authenticates a request. */

import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { hashId, invalidCredential, parseKey } from '../shared/http/credentials';
import { isSecure, parsePastedUrl, serviceAt } from '../shared/http/hosts';
import type { AnyRequest } from '../shared/http/requestTarget';
import { pinRequest, requestTarget, setHeader } from '../shared/http/requestTarget';
import type { Connection } from '../shared/http/service';
import { reportOf, reports } from './resources';
import { ownFieldsOf } from './resources/operations';
import type { Report } from './resources/report';

/** One day. */
export const MAX_WAIT_SECONDS = 86_400;

/** Query parameters that the node sets itself: days, page, and the filters of the reports. */
const NODE_PARAMETERS = ['data', 'data_inicial', 'data_final', 'pagina', ...reports.flatMap(({ operation }) => ownFieldsOf(operation))];

const WHERE_TO_FIND = 'In CRM Zen, click the gear at the top, then Integração';

/**
 * The address, limits and secrets of one report.
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the field
 */
export function connect(credentials: ICredentialDataDecryptedObject, name: string): Connection {
	const report = reportOf({ path: name });
	const token = parseKey(credentials[`${name}Token`], `${report.label} Token`, 'Integração (click the gear at the top of CRM Zen)');
	const address = addressOf(credentials[`${name}Url`], report, token);
	const accountId = hashId(canonicalUrl(address), token);
	return {
		accountId,
		keyId: accountId,
		address,
		// One request at a time, and the next one a whole wait after its end.
		limits: { maxCalls: 1, windowMs: waitOf(credentials[`${name}Wait`], report) * 1000, maxConcurrent: 1 },
		secrets: [token],
	};
}

/**
 * Checks the fields of all reports of a credential, without a request.
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the field
 */
export function checkReports(credentials: ICredentialDataDecryptedObject): void {
	const filledIn = reports.filter(({ name, required }) => required || credentials[`${name}Url`] || credentials[`${name}Token`]);
	for (const { name } of filledIn) connect(credentials, name);
}

/**
 * The connection of the report to which a request goes, and the request's URL.
 * @throws {ServiceError} `invalidCredential`, if the request leads elsewhere
 */
function reportAt(credentials: ICredentialDataDecryptedObject, request: AnyRequest): { connection: Connection; target: URL } {
	const target = requestTarget(request);
	const requested = new Set([...target.searchParams, ...Object.entries(request.qs ?? {})].map(String));
	const [match] = reports
		.map(({ name }) => ({ name, address: normalUrl(credentials[`${name}Url`]) }))
		.filter(({ address }) => address && canonicalPath(address) === canonicalPath(target.href))
		.map(({ name, address }) => ({ name, parameters: [...new URL(address).searchParams].map(String) }))
		.filter(({ parameters }) => parameters.every((parameter) => requested.has(parameter)))
		.sort((one, other) => other.parameters.length - one.parameters.length);
	if (match) return { connection: connect(credentials, match.name), target };
	throw invalidCredential(`This credential sends its tokens only to its own report URLs, not to ${target.origin}${target.pathname}`);
}

/**
 * The connection of the report to which a request goes.
 * @throws {ServiceError} `invalidCredential`, if the request leads elsewhere
 */
export const connectionOf = (credentials: ICredentialDataDecryptedObject, request: AnyRequest): Connection => reportAt(credentials, request).connection;

/**
 * Adds the token of the report to which a request goes.
 * @throws {ServiceError} `invalidCredential`, if the request leads elsewhere
 */
export function authenticate(credentials: ICredentialDataDecryptedObject, request: AnyRequest): IHttpRequestOptions {
	const { connection, target } = reportAt(credentials, request);
	const [token = ''] = connection.secrets;
	return { ...pinRequest(request, target), headers: setHeader(request.headers, 'token', token) };
}

/** A URL in one spelling, however it was typed; empty if it is not one. */
function normalUrl(value: unknown): string {
	const url = parsePastedUrl(value);
	if (!url) return '';
	url.hash = '';
	// A URL copied with the vendor's sample values in it: those of the node replace them.
	for (const name of NODE_PARAMETERS) url.searchParams.delete(name);
	return url.href;
}

/** A URL without differences that name the same report: the order of its parameters, a slash at the end of its path, escapes. */
function canonicalUrl(address: string): string {
	const { origin, searchParams } = new URL(address);
	searchParams.sort();
	return `${canonicalPath(address).replace(origin, serviceAt(address))}?${searchParams.toString()}`;
}

/** Host and path of a URL in one spelling. */
function canonicalPath(address: string): string {
	const { origin, pathname } = new URL(address);
	const parts = pathname.replace(/\/+$/, '').split('/').map((part) => {
		try {
			return encodeURIComponent(decodeURIComponent(part));
		} catch {
			return part;
		}
	});
	return origin + parts.join('/');
}

function addressOf(value: unknown, { label }: Report, token: string): string {
	const field = `'${label} URL' in the credential`;
	if (value === '' || value === undefined) throw invalidCredential(`${field} is empty. ${WHERE_TO_FIND}, and copy the URL of this report`);
	const address = normalUrl(value);
	if (address === '') throw invalidCredential(`${field} is not a valid URL. It must start with https://`);
	const url = new URL(address);
	if (url.username || url.password) throw invalidCredential(`${field} must not contain a username or password`);
	if (!isSecure(url)) throw invalidCredential(`${field} must start with https:// to protect the token`);
	if ([...url.searchParams.values(), ...url.pathname.split('/')].includes(token)) {
		throw invalidCredential(`${field} must not contain the token. Enter the token in '${label} Token'`);
	}
	return address;
}

function waitOf(value: unknown, { label, wait }: Report): number {
	const seconds = value === undefined || value === '' ? wait : Number(value);
	if (seconds >= 0 && seconds <= MAX_WAIT_SECONDS) return seconds;
	throw invalidCredential(`'${label} Wait' in the credential must be a number of seconds from 0 to ${MAX_WAIT_SECONDS}`);
}
