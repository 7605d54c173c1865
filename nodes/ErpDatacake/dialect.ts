import type { IDataObject } from 'n8n-workflow';

import { accepted } from '../shared/answers';
import type { Answer, Connection, Dialect } from '../shared/dialect';
import { Trouble } from '../shared/errors';
import type { Operation, WireValues } from '../shared/operations';
import { fieldsOf } from '../shared/operations';
import { typedRow } from '../shared/rows';
import { hasLoneSurrogate, textOf } from '../shared/text';
import { complaints, rowsIn, saysFailed } from './answers';
import type { ErpConnection } from './connection';
import { connect, PLACEHOLDER, sign } from './connection';
import { lists } from './lists';
import { resources } from './resources';

const SERVICE = 'ERP Datacake';

/** How ERPs of the contract speak: JSON, a token in a header, lists bare or under one key. */
export const erpDatacake: Dialect = {
	service: SERVICE,
	credential: 'erpDatacakeApi',
	resources,
	lists,
	advice: {
		keyRefused: 'Check Token, Header Name and Header Prefix in the credential',
		noRoot: 'It should be a list, bare or under one key. Check Base URL and Endpoint Paths in the credential',
		notFound: 'Check Base URL and Endpoint Paths in the credential. With an id in the path, the record may not exist',
		webPage: 'Check Base URL and Endpoint Paths in the credential: they may lead to a web page of the ERP',
	},
	connect,
	sign,
	lacks,
	request,
	read,
	simplify: (row, { row: columns = {}, method }) => ({
		...(method === 'GET' ? {} : { success: true }),
		...typedRow(row, columns),
	}),
};

const pathOf = ({ id = '', path }: Operation, connection: Connection) => (connection as ErpConnection).paths.get(id) ?? path;

const namesIn = (path: string) => [...path.matchAll(PLACEHOLDER)].map(([, name]) => name);

/** What the path of an operation needs and cannot take from the values. */
function lacks(operation: Operation, values: WireValues, connection: Connection): string[] {
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
function request(operation: Operation, values: WireValues, _page: unknown, connection: Connection) {
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
export function read(answer: Answer, operation: Operation): { rows: IDataObject[] } {
	const { status } = answer;
	const sentences = complaints(answer, operation);
	const body = accepted(answer, { service: SERVICE, sentences, perhapsDone: sentences.length > 0 && !saysFailed(answer) });
	const isText = typeof body === 'string';
	if (operation.method !== 'GET') {
		const rows = isText ? [] : rowsIn(body, operation);
		if (!rows) throw new Trouble('noRoot', { status });
		return { rows: rows.length > 0 ? rows : [{}] };
	}
	if (isText && status !== 204) throw new Trouble('empty', { status });
	const rows = isText ? [] : rowsIn(body, operation);
	if (!rows) throw new Trouble('noRoot', { status });
	return { rows };
}
