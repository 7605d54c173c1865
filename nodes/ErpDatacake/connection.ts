/** The ERP's credential: its address, account, limits and endpoint paths, and how it authenticates a request. */

import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import type { Operation } from '../shared/fields/operations';
import { fieldsOf } from '../shared/fields/operations';
import { hashId, invalidCredential, parseKey, rateLimitOf } from '../shared/http/credentials';
import { isSecure, parsePastedUrl, serviceAt } from '../shared/http/hosts';
import type { AnyRequest } from '../shared/http/requestTarget';
import { pinRequest, requestTarget, setHeader } from '../shared/http/requestTarget';
import type { Connection } from '../shared/http/service';
import { resources } from './resources';

/** What the ERP's credential holds beyond the usual. */
export interface ErpConnection extends Connection {
	/** Where GET input goes. */
	getInputIn: 'query' | 'body';
	/** Paths that replace the default ones, by the operation's id. */
	paths: Map<string, string>;
}

/**
 * The account, limits, paths and secrets of a credential. An account is a token at a host: how its header is
 * spelt, and where the paths start, does not make it another one.
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the field
 */
export function connect(credentials: ICredentialDataDecryptedObject): ErpConnection {
	const address = baseUrl(credentials.baseUrl);
	const { name, value, token } = tokenHeader(credentials);
	return {
		accountId: hashId(serviceAt(address), token),
		keyId: hashId(address, name.toLowerCase(), value),
		address,
		limits: rateLimitOf(credentials),
		secrets: [token],
		getInputIn: credentials.getInputIn === 'body' ? 'body' : 'query',
		paths: endpointPaths(credentials.endpointPaths),
	};
}

/**
 * The address under which the ERP's paths lie, without a slash at its end. Always https; http for a loopback
 * address only.
 * @throws {ServiceError} `invalidCredential`, if it is not such an address
 */
export function baseUrl(value: unknown): string {
	const url = parsePastedUrl(value, 'https');
	if (!url) throw invalidCredential("'Base URL' in the credential must be a URL, e.g. https://erp.example.com/api");
	if (!isSecure(url)) throw invalidCredential("'Base URL' in the credential must start with https://, because every request carries the token");
	const { origin, pathname, search, hash, username, password } = url;
	if (search || hash || username || password) {
		throw invalidCredential("'Base URL' in the credential must contain only a host and a path");
	}
	return origin + pathname.replace(/\/+$/, '');
}

/**
 * Adds the token to its header, never to the URL, and only for the ERP's own host.
 * @throws {ServiceError} `invalidCredential`, if the request leads elsewhere
 */
export function authenticate(credentials: ICredentialDataDecryptedObject, request: AnyRequest): IHttpRequestOptions {
	const base = baseUrl(credentials.baseUrl);
	const { origin } = new URL(base);
	const target = requestTarget(request, base);
	if (target.origin !== origin) throw invalidCredential(`This credential sends its token only to ${origin}, not to ${target.origin}`);
	const { name, value } = tokenHeader(credentials);
	return { ...pinRequest(request, target), headers: setHeader(request.headers, name, value) };
}

function tokenHeader(credentials: ICredentialDataDecryptedObject): { name: string; value: string; token: string } {
	const name = trimmed(credentials.headerName ?? 'Authorization');
	const prefix = trimmed(credentials.headerPrefix ?? 'Bearer');
	if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
		throw invalidCredential("'Header Name' in the credential must be a valid header name, e.g. Authorization");
	}
	if (!/^[\x20-\x7e]*$/.test(prefix)) {
		throw invalidCredential("'Header Prefix' in the credential must contain only unaccented characters, e.g. Bearer");
	}
	const token = parseKey(credentials.token, 'Token', 'the ERP', prefix);
	return { name, value: prefix ? `${prefix} ${token}` : token, token };
}

const trimmed = (value: unknown) => (typeof value === 'string' ? value.trim() : '');

const operations = new Map<string, Operation>(
	resources.flatMap((resource) => resource.operations.map((operation) => [operation.id as string, operation])),
);

/** Stands for the value of an input in a path, e.g. `{id_cliente}`. */
export const PLACEHOLDER = /\{([^{}]*)\}/g;

/**
 * Paths by operation, one line each: `get_client_info: /clientes/{cnpj_cpf}`.
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the line
 */
export function endpointPaths(value: unknown): Map<string, string> {
	const paths = new Map<string, string>();
	for (const [index, line] of String(value ?? '').split(/\r?\n/).entries()) {
		const typed = line.trim().normalize('NFC');
		if (typed === '' || typed.startsWith('#')) continue;
		const refuse = (problem: string) => invalidCredential(`'Endpoint Paths' in the credential, line ${index + 1}: ${problem}`);
		const [, id, path = ''] = /^([^:]*?)\s*:\s*(.*)$/.exec(typed) ?? [];
		if (id === undefined) throw refuse(`"${typed}" must be an operation, a colon and a path`);
		const operation = operations.get(id);
		if (!operation) throw refuse(`"${id}" is not an operation. Use one of ${[...operations.keys()].join(', ')}`);
		if (paths.has(id)) throw refuse(`${id} already has a path`);
		if (!isPath(path)) throw refuse(`"${path}" is not a valid path. Example: ${operation.path}`);
		const unknown = [...path.matchAll(PLACEHOLDER)].find(([, name = '']) => !isPathField(operation, name));
		if (unknown) throw refuse(`${unknown[0]} is not an input of ${id}`);
		paths.set(id, path);
	}
	return paths;
}

/** Whether a path stays on the ERP's own host: two slashes at its start would lead to another one. */
function isPath(path: string): boolean {
	const plain = path.replace(PLACEHOLDER, 'x');
	return /^\/(?!\/)[^\s\\#{}]*$/.test(plain) && !/(^|\/)\.{1,2}(\/|\?|$)/.test(plain);
}

/** Whether a value of an operation can be part of its path: lists and files cannot. */
function isPathField(operation: Operation, name: string): boolean {
	const fields = fieldsOf(operation);
	const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
	return field !== undefined && !field.isSetting && field.kind !== 'list' && field.kind !== 'file';
}
