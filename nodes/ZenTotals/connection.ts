import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { hashId, parseKey, invalidCredential } from '../shared/http/credentials';
import type { Connection } from '../shared/http/service';
import { isSecure, serviceAt, withoutTrailingDot } from '../shared/http/hosts';
import type { AnyRequest } from '../shared/http/requestTarget';
import { pinRequest, requestTarget, setHeader } from '../shared/http/requestTarget';

/** A report of CRM Zen: each has a URL, a token and a waiting time of its own. */
export interface Report {
	/** Its name in the credential's fields, e.g. `totals` for `totalsUrl`. */
	name: string;
	label: string;
	/** Seconds between two requests, unless the credential says otherwise (vendor's page). */
	wait: number;
	required?: boolean;
}

export const reports: Report[] = [
	{ name: 'totals', label: 'Totals', wait: 300, required: true },
	{ name: 'leadsByUser', label: 'Leads by User', wait: 60 },
	{ name: 'leadFile', label: 'Lead File', wait: 300 },
	{ name: 'salesFunnel', label: 'Sales Funnel', wait: 600 },
];

export const LONGEST_WAIT = 86_400;

/** What the node itself writes into the address. */
const OWN_PARAMETERS = ['data', 'data_inicial', 'data_final', 'pagina', 'filtro_data', 'venda_direta', 'distribuicao_lead', 'canal_parceria'];

const WHERE_TO_FIND = 'In CRM Zen, click the gear at the top, then Integração';

/**
 * The address, limits and secrets of one report.
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the field
 */
export function connect(credentials: ICredentialDataDecryptedObject, name: string): Connection {
	const report = reports.find((one) => one.name === name) as Report;
	const token = parseKey(credentials[`${name}Token`], `${report.label} Token`, 'Integração (click the gear at the top of CRM Zen)');
	const address = addressOf(credentials[`${name}Url`], report, token);
	const accountId = hashId(spelling(address), token);
	return {
		accountId,
		keyId: accountId,
		address,
		// One call at a time, and the next one a whole waiting time after its end.
		limits: { maxCalls: 1, windowMs: waitOf(credentials[`${name}Wait`], report) * 1000, maxConcurrent: 1 },
		secrets: [token],
	};
}

/**
 * Looks through all reports of a credential, without a call.
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the field
 */
export function checkAll(credentials: ICredentialDataDecryptedObject): void {
	const given = reports.filter(
		({ name, required }) => required || credentials[`${name}Url`] || credentials[`${name}Token`],
	);
	for (const { name } of given) connect(credentials, name);
}

/**
 * The connection of the report to which a request goes, and the whole of where it goes.
 * @throws {ServiceError} `invalidCredential`, where the request leads elsewhere
 */
function reportAt(credentials: ICredentialDataDecryptedObject, request: AnyRequest): { connection: Connection; target: URL } {
	const target = requestTarget(request);
	const asked = new Set([...target.searchParams, ...Object.entries(request.qs ?? {})].map(String));
	const [found] = reports
		.map(({ name }) => ({ name, address: normal(credentials[`${name}Url`]) }))
		.filter(({ address }) => address && pathOf(address) === pathOf(target.href))
		.map(({ name, address }) => ({ name, parameters: [...new URL(address).searchParams].map(String) }))
		.filter(({ parameters }) => parameters.every((parameter) => asked.has(parameter)))
		.sort((one, other) => other.parameters.length - one.parameters.length);
	if (found) return { connection: connect(credentials, found.name), target };
	throw invalidCredential(`This credential sends its tokens to its own report URLs only, not to ${target.origin}${target.pathname}`);
}

/**
 * The connection of the report to which a request goes.
 * @throws {ServiceError} `invalidCredential`, where the request leads elsewhere
 */
export const connectionOf = (credentials: ICredentialDataDecryptedObject, request: AnyRequest): Connection => reportAt(credentials, request).connection;

/**
 * Adds the token of the report to which a request goes.
 * @throws {ServiceError} `invalidCredential`, where the request leads elsewhere
 */
export function authenticate(credentials: ICredentialDataDecryptedObject, request: AnyRequest): IHttpRequestOptions {
	const { connection, target } = reportAt(credentials, request);
	const [token] = connection.secrets;
	return { ...pinRequest(request, target), headers: setHeader(request.headers, 'token', token) };
}

/** A URL in one form, however it was typed; empty where it is none. */
function normal(given: unknown): string {
	const written = typeof given === 'string' ? given.trim() : '';
	if (/\s/.test(written) || !URL.canParse(written)) return '';
	const url = withoutTrailingDot(new URL(written));
	url.hash = '';
	// A URL copied with the vendor's sample in it: the values of the node take their place.
	for (const name of OWN_PARAMETERS) url.searchParams.delete(name);
	return url.href;
}

/** A URL without what makes no other report of it: the order of its parameters, a slash at the end of its path, escapes. */
function spelling(address: string): string {
	const { origin, searchParams } = new URL(address);
	searchParams.sort();
	return `${pathOf(address).replace(origin, serviceAt(address))}?${searchParams.toString()}`;
}

/** Host and path of a URL, in one spelling. */
function pathOf(address: string): string {
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

function addressOf(given: unknown, { label }: Report, token: string): string {
	const field = `'${label} URL' in the credential`;
	if (given === '' || given === undefined) throw invalidCredential(`${field} is empty. ${WHERE_TO_FIND}, and copy the URL of this report`);
	const address = normal(given);
	if (address === '') throw invalidCredential(`${field} is no URL. It begins with https://`);
	const url = new URL(address);
	if (url.username || url.password) throw invalidCredential(`${field} must not hold a user name or password`);
	if (!isSecure(url)) {
		throw invalidCredential(`${field} must begin with https://, so that nobody on the way can read the token`);
	}
	if ([...url.searchParams.values(), ...url.pathname.split('/')].includes(token)) {
		throw invalidCredential(`${field} must not hold the token, which belongs into the field for it`);
	}
	return address;
}

function waitOf(given: unknown, { label, wait }: Report): number {
	const seconds = given === undefined || given === '' ? wait : Number(given);
	if (seconds >= 0 && seconds <= LONGEST_WAIT) return seconds;
	throw invalidCredential(`'${label} Wait' in the credential must be a number of seconds from 0 to ${LONGEST_WAIT}`);
}
