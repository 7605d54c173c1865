import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import type { Connection } from '../shared/http/service';
import { hashId, parseKey, rateLimitOf, invalidCredential } from '../shared/http/credentials';
import { isSecure, serviceAt, withoutTrailingDot } from '../shared/http/hosts';
import type { Operation } from '../shared/fields/operations';
import { fieldsOf } from '../shared/fields/operations';
import type { AnyRequest } from '../shared/http/requestTarget';
import { pinRequest, requestTarget, setHeader } from '../shared/http/requestTarget';
import { resources } from './resources';

/** What the ERP's credential says beyond the usual. */
export interface ErpConnection extends Connection {
	/** Where GET input goes. */
	getInputIn: 'query' | 'body';
	/** Paths in place of the default ones, by the operation's id. */
	paths: Map<string, string>;
}

/**
 * The account, limits, paths and secrets of a credential. An account is a token at a host: how its
 * header is spelt, and where the paths begin, makes no other one of it.
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the field
 */
export function connect(credentials: ICredentialDataDecryptedObject): ErpConnection {
	const address = baseUrl(credentials.baseUrl);
	const [name, value, token] = tokenHeader(credentials);
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
 * The address below which the ERP's paths lie, without a slash at its end. Always https; http for
 * a loopback address only.
 * @throws {ServiceError} `invalidCredential`, where it is no such address
 */
export function baseUrl(given: unknown): string {
	const written = typeof given === 'string' ? given.trim() : '';
	const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `https://${written}`;
	if (written === '' || /\s/.test(written) || !URL.canParse(address)) {
		throw invalidCredential("'Base URL' in the credential must be an address, e.g. https://erp.example.com/api");
	}
	const url = withoutTrailingDot(new URL(address));
	if (!isSecure(url)) {
		throw invalidCredential("'Base URL' in the credential must begin with https://, since the token goes with every call");
	}
	const { origin, pathname, search, hash, username, password } = url;
	if (search || hash || username || password) {
		throw invalidCredential("'Base URL' in the credential must hold a host and a path only");
	}
	return origin + pathname.replace(/\/+$/, '');
}

/**
 * Puts the token into its header, never into the address, and only towards the ERP's own host.
 * @throws {ServiceError} `invalidCredential`, where the request leads elsewhere
 */
export function authenticate(credentials: ICredentialDataDecryptedObject, request: AnyRequest): IHttpRequestOptions {
	const base = baseUrl(credentials.baseUrl);
	const own = new URL(base).origin;
	const target = requestTarget(request, base);
	if (target.origin !== own) throw invalidCredential(`This credential sends its token to ${own} only, not to ${target.origin}`);
	const [name, value] = tokenHeader(credentials);
	return { ...pinRequest(request, target), headers: setHeader(request.headers, name, value) };
}

function tokenHeader(credentials: ICredentialDataDecryptedObject): [name: string, value: string, token: string] {
	const name = text(credentials.headerName ?? 'Authorization');
	const prefix = text(credentials.headerPrefix ?? 'Bearer');
	if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
		throw invalidCredential("'Header Name' in the credential must be the name of a header, e.g. Authorization");
	}
	if (!/^[\x20-\x7e]*$/.test(prefix)) {
		throw invalidCredential("'Header Prefix' in the credential must be plain letters, e.g. Bearer");
	}
	const token = parseKey(credentials.token, 'Token', 'the ERP', prefix);
	return [name, prefix ? `${prefix} ${token}` : token, token];
}

const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '');

const operations = new Map<string, Operation>(
	resources.flatMap((resource) => resource.operations.map((operation) => [operation.id as string, operation])),
);

/** Takes the value of an input out of it, e.g. `{id_cliente}`. */
export const PLACEHOLDER = /\{([^{}]*)\}/g;

/**
 * Paths by operation, one line each: `get_client_info: /clientes/{cnpj_cpf}`.
 * @throws {ServiceError} `invalidCredential`, with a sentence that names the line
 */
export function endpointPaths(given: unknown): Map<string, string> {
	const paths = new Map<string, string>();
	for (const [index, line] of String(given ?? '').split(/\r?\n/).entries()) {
		const written = line.trim().normalize('NFC');
		if (written === '' || written.startsWith('#')) continue;
		const refuse = (what: string) => invalidCredential(`'Endpoint Paths' in the credential, line ${index + 1}: ${what}`);
		const [, id, path] = /^([^:]*?)\s*:\s*(.*)$/.exec(written) ?? [];
		if (id === undefined) throw refuse(`"${written}" must be an operation, a colon and a path`);
		const operation = operations.get(id);
		if (!operation) throw refuse(`"${id}" is no operation. There are ${[...operations.keys()].join(', ')}`);
		if (paths.has(id)) throw refuse(`${id} has a path already`);
		if (!isPath(path)) throw refuse(`"${path}" is no path, e.g. ${operation.path}`);
		const unknown = [...path.matchAll(PLACEHOLDER)].find(([, name]) => !takes(operation, name));
		if (unknown) throw refuse(`${unknown[0]} is no input of ${id}`);
		paths.set(id, path);
	}
	return paths;
}

/** A path of the ERP's own: two slashes at its start would lead to another host. */
function isPath(path: string): boolean {
	const plain = path.replace(PLACEHOLDER, 'x');
	return /^\/(?!\/)[^\s\\#{}]*$/.test(plain) && !/(^|\/)\.{1,2}(\/|\?|$)/.test(plain);
}

/** Whether a value of an operation can stand in its path: lists and files cannot. */
function takes(operation: Operation, name: string): boolean {
	const fields = fieldsOf(operation);
	if (!Object.hasOwn(fields, name)) return false;
	const field = fields[name];
	return !field.isSetting && field.kind !== 'list' && field.kind !== 'file';
}
