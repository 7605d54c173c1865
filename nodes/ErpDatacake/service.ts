/** ERP Datacake's service adapter: how its requests are built and its responses are read. */

import type { IDataObject } from 'n8n-workflow';

import type { Columns } from '../shared/fields/columns';
import { mapRow } from '../shared/fields/columns';
import type { Operation, WireValues } from '../shared/fields/operations';
import { fieldsOf } from '../shared/fields/operations';
import { hasLoneSurrogate, textOf } from '../shared/fields/unknownValues';
import { ServiceError } from '../shared/http/errors';
import type { PageRead } from '../shared/http/pages';
import { acceptedBody } from '../shared/http/responses';
import type { Connection, HttpResponse, ServiceAdapter } from '../shared/http/service';
import type { ErpConnection } from './connection';
import { authenticate, connect, PLACEHOLDER } from './connection';
import { referenceLists } from './referenceLists';
import { resources } from './resources';
import { failureMessages, reportsFailure, rowsIn } from './responses';

const SERVICE_NAME = 'ERP Datacake';

const NO_COLUMNS: Columns = {};

/** ERPs that implement Datacake's contract: JSON, a token in a header, lists either top-level or under a single key. */
export const erpDatacake: ServiceAdapter = {
	serviceName: SERVICE_NAME,
	credentialType: 'erpDatacakeApi',
	resources,
	referenceLists,
	advice: {
		unauthorized: "Check 'Token', 'Header Name' and 'Header Prefix' in the credential",
		unexpectedResponse: "The response should be a list, either top-level or under a single key. Check 'Base URL' and 'Endpoint Paths' in the credential",
		notFound: "Check 'Base URL' and 'Endpoint Paths' in the credential. If the path contains an ID, the record may not exist",
		redirected: "Check 'Base URL' and 'Endpoint Paths' in the credential. The token is never sent to another host",
		htmlResponse: "Check 'Base URL' and 'Endpoint Paths' in the credential. They may point to a web page of the ERP",
	},
	connect,
	authenticate,
	validateRequest,
	buildRequest,
	parseResponse,
	simplify: (row, { columns = NO_COLUMNS, method }) =>
		method === 'GET' ? mapRow(row, columns) : { success: true, ...mapRow(row, columns) },
};

/** `connect` makes the connections of this service, so each of them is an `ErpConnection`. */
const asErpConnection = (connection: Connection) => connection as ErpConnection;

const pathOf = ({ id = '', path }: Operation, connection: Connection) => asErpConnection(connection).paths.get(id) ?? path;

const placeholdersIn = (path: string) => [...path.matchAll(PLACEHOLDER)].map(([, name = '']) => name);

/** One sentence for each placeholder in the path that the values cannot fill. */
function validateRequest(operation: Operation, values: WireValues, connection: Connection): string[] {
	return placeholdersIn(pathOf(operation, connection)).flatMap((name) => {
		const label = fieldsOf(operation)[name]?.label ?? name;
		const value = textOf(values[name] ?? '');
		if (value === '') return [`'${label}' is required: the path of this operation under 'Endpoint Paths' in the credential contains {${name}}`];
		if (hasLoneSurrogate(value)) return [`'${label}' cannot be used in a URL path: it contains an incomplete character (a lone surrogate)`];
		return /^\.{1,2}$/.test(value) ? [`'${label}' cannot be used in a URL path: it is "${value}"`] : [];
	});
}

/** Values go into the path, the query or the JSON body. */
function buildRequest(operation: Operation, values: WireValues, _page: unknown, connection: Connection) {
	const path = pathOf(operation, connection);
	const placeholders = new Set(placeholdersIn(path));
	const url = path.replace(PLACEHOLDER, (_placeholder, name: string) => encodeURIComponent(textOf(values[name])));
	// Files have been loaded by now, so only JSON values are left.
	const others = Object.fromEntries(Object.entries(values).filter(([name]) => !placeholders.has(name))) as IDataObject;
	const { method } = operation;
	const accept = { accept: 'application/json' };
	if (method === 'GET' && asErpConnection(connection).getInputIn === 'query') {
		return { method, url, qs: others, body: undefined, headers: accept };
	}
	return {
		// n8n drops the body of a request whose method is GET, but sends it without a method, as GET.
		method: method === 'GET' ? undefined : method,
		url,
		body: others,
		headers: { ...accept, 'content-type': 'application/json' },
	};
}

/**
 * The rows of a response. A read needs data; after a change, an empty response means success.
 * @throws {ServiceError} where the response is an error, or not what the operation returns
 */
export function parseResponse(response: HttpResponse, operation: Operation): PageRead {
	const { status } = response;
	const messages = failureMessages(response, operation);
	const body = acceptedBody(response, { serviceName: SERVICE_NAME, messages, mayBeStored: messages.length > 0 && !reportsFailure(response) });
	const isEmpty = typeof body === 'string';
	const isRead = operation.method === 'GET';
	if (isEmpty && isRead && status !== 204) throw new ServiceError('emptyResponse', { status });
	const rows = isEmpty ? [] : rowsIn(body, operation);
	if (!rows) throw new ServiceError('unexpectedResponse', { status });
	return { rows: isRead || rows.length > 0 ? rows : [{}] };
}
