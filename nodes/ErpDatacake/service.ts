import type { IDataObject } from 'n8n-workflow';

import { acceptedBody } from '../shared/http/responses';
import type { HttpResponse, Connection, ServiceAdapter } from '../shared/http/service';
import { ServiceError } from '../shared/http/errors';
import type { Operation, WireValues } from '../shared/fields/operations';
import { fieldsOf } from '../shared/fields/operations';
import type { Columns } from '../shared/fields/columns';
import { mapRow } from '../shared/fields/columns';
import { hasLoneSurrogate, textOf } from '../shared/fields/text';
import { complaints, rowsIn, saysFailed } from './responses';
import type { ErpConnection } from './connection';
import { connect, PLACEHOLDER, authenticate } from './connection';
import { referenceLists } from './referenceLists';
import { resources } from './resources';

const SERVICE = 'ERP Datacake';

const NO_COLUMNS: Columns = {};

/** How ERPs of the contract speak: JSON, a token in a header, lists bare or under one key. */
export const erpDatacake: ServiceAdapter = {
	serviceName: SERVICE,
	credentialType: 'erpDatacakeApi',
	resources,
	referenceLists,
	advice: {
		unauthorized: 'Check Token, Header Name and Header Prefix in the credential',
		unexpectedResponse: 'It should be a list, bare or under one key. Check Base URL and Endpoint Paths in the credential',
		notFound: 'Check Base URL and Endpoint Paths in the credential. With an id in the path, the record may not exist',
		htmlResponse: 'Check Base URL and Endpoint Paths in the credential: they may lead to a web page of the ERP',
	},
	connect,
	authenticate,
	validateRequest,
	buildRequest,
	parseResponse,
	simplify: (row, { columns = NO_COLUMNS, method }) =>
		method === 'GET' ? mapRow(row, columns) : { success: true, ...mapRow(row, columns) },
};

const pathOf = ({ id = '', path }: Operation, connection: Connection) => (connection as ErpConnection).paths.get(id) ?? path;

const namesIn = (path: string) => [...path.matchAll(PLACEHOLDER)].map(([, name]) => name);

/** What the path of an operation needs and cannot take from the values. */
function validateRequest(operation: Operation, values: WireValues, connection: Connection): string[] {
	const path = pathOf(operation, connection);
	return namesIn(path).flatMap((name) => {
		const { label } = fieldsOf(operation)[name];
		const value = textOf(values[name] ?? '');
		if (value === '') return [`'${label}' is needed: Endpoint Paths in the credential has {${name}} in the path of this operation`];
		if (hasLoneSurrogate(value)) return [`'${label}' cannot stand in a path, since it holds half of a character (a lone surrogate)`];
		return /^\.{1,2}$/.test(value) ? [`'${label}' cannot stand in a path, but "${value}" was given`] : [];
	});
}

/** Values go where they belong: into the path, the query or the JSON body. */
function buildRequest(operation: Operation, values: WireValues, _page: unknown, connection: Connection) {
	const path = pathOf(operation, connection);
	const names = new Set(namesIn(path));
	const url = path.replace(PLACEHOLDER, (_whole, name: string) => encodeURIComponent(textOf(values[name])));
	const left = Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name))) as IDataObject;
	const { method } = operation;
	const accept = { accept: 'application/json' };
	if (method === 'GET' && (connection as ErpConnection).getInputIn === 'query') {
		return { method, url, qs: left, body: undefined, headers: accept };
	}
	return {
		// n8n drops the body of a call that is named GET, and takes one without a name for a GET.
		method: method === 'GET' ? undefined : method,
		url,
		body: left,
		headers: { ...accept, 'content-type': 'application/json' },
	};
}

/** What an answer brings. Only what is read can be nothing; to a change, an empty answer says that it is done. */
export function parseResponse(answer: HttpResponse, operation: Operation): { rows: IDataObject[] } {
	const { status } = answer;
	const messages = complaints(answer, operation);
	const body = acceptedBody(answer, { serviceName: SERVICE, messages, mayBeStored: messages.length > 0 && !saysFailed(answer) });
	const isText = typeof body === 'string';
	if (operation.method !== 'GET') {
		const rows = isText ? [] : rowsIn(body, operation);
		if (!rows) throw new ServiceError('unexpectedResponse', { status });
		return { rows: rows.length > 0 ? rows : [{}] };
	}
	if (isText && status !== 204) throw new ServiceError('emptyResponse', { status });
	const rows = isText ? [] : rowsIn(body, operation);
	if (!rows) throw new ServiceError('unexpectedResponse', { status });
	return { rows };
}
