import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import type { ICredentialDataDecryptedObject, ICredentialType, IDataObject, IHttpRequestOptions, INodeType } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import type { Operation } from '../../nodes/shared/fields/operations';
import type { ServiceAdapter } from '../../nodes/shared/http/service';
import { addNode } from './engine.mts';

/** A service unlike those of the package: DELETE and PATCH, pages with cursors, IDs called uuid, a limit per second. */

const built = <Module,>(path: string) => require(`../../dist/nodes/shared/${path}.js`) as Module;
const { fields, reference, text: textField, pick } = built<typeof import('../../nodes/shared/fields')>('fields/index');
const { nodeProperties } = built<typeof import('../../nodes/shared/fields/nodeProperties')>('fields/nodeProperties');
const { hashId, limitProperties, rateLimitOf } = built<typeof import('../../nodes/shared/http/credentials')>('http/credentials');
const { acceptedBody } = built<typeof import('../../nodes/shared/http/responses')>('http/responses');
const { customOperations } = built<typeof import('../../nodes/shared/run/run')>('run/run');
const { runTool } = built<typeof import('../../nodes/shared/run/toolRun')>('run/toolRun');

const LIMITS = { maxCalls: 10, interval: 'second', maxConcurrent: 5 } as const;
const noteFields = fields('UTC', { uuid: reference('Note'), text: textField('Text', 100) });
const usual = { description: '-', path: '/notes', idKey: 'uuid', required: {}, collections: [], canClearFields: false, idempotent: true };
const ofRecord = { ...usual, path: '/notes/{uuid}', recordIdField: 'uuid', required: pick(noteFields, 'uuid') };
const texts = pick(noteFields, 'text');

const operations: Operation[] = [
	{ ...usual, value: 'create', name: 'Create', action: 'Create note', method: 'POST', idempotent: false, pastTense: 'created', required: texts },
	{ ...usual, value: 'getMany', name: 'Get Many', action: 'Get many notes', method: 'GET', pastTense: 'read', resultList: { root: 'data', pageSize: 10 } },
	{ ...ofRecord, value: 'update', name: 'Update', action: 'Update note', method: 'PATCH', pastTense: 'updated', collections: [{ name: 'updateFields', fields: texts }] },
	{ ...ofRecord, value: 'append', name: 'Append', action: 'Append to note', method: 'PATCH', pastTense: 'changed', idempotent: false, collections: [{ name: 'updateFields', fields: texts }] },
	{ ...ofRecord, value: 'delete', name: 'Delete', action: 'Delete note', method: 'DELETE', pastTense: 'deleted' },
];

const notes: ServiceAdapter = {
	serviceName: 'Notes',
	credentialType: 'notesApi',
	resources: [{ value: 'note', name: 'Note', operations }],
	advice: {},
	connect: (credentials) => {
		const [address, token] = [String(credentials.baseUrl), String(credentials.token)];
		return { accountId: hashId(address, token), keyId: hashId(address, token), address, limits: rateLimitOf(credentials, LIMITS), secrets: [token] };
	},
	authenticate: ({ baseUrl, token }: ICredentialDataDecryptedObject, request): IHttpRequestOptions => ({
		...request, baseURL: String(baseUrl), headers: { ...request.headers, authorization: `Bearer ${String(token)}` },
	}),
	buildRequest: ({ method, path, resultList }, { uuid = '', ...values }, page) => ({
		method,
		url: path.replace('{uuid}', encodeURIComponent(String(uuid))),
		...(resultList ? { qs: { limit: page?.size, cursor: page?.cursor } } : method === 'DELETE' ? {} : { body: values as IDataObject }),
	}),
	parseResponse: (response, { resultList, method }) => {
		const body = acceptedBody(response, { serviceName: 'Notes', messages: [] }) as IDataObject;
		if (resultList) return { rows: body.data as IDataObject[], next: (body.next_cursor as string | undefined) ?? null };
		return { rows: method === 'DELETE' ? [] : [body] };
	},
};

const notesApi: ICredentialType = {
	name: 'notesApi',
	displayName: 'Notes API',
	properties: limitProperties('', LIMITS),
	authenticate: async (credentials, request) => notes.authenticate(credentials, request),
};

export const notesNode = {
	description: {
		displayName: 'Notes', name: 'notes', group: ['transform'], version: 1, description: '', defaults: { name: 'Notes' },
		inputs: [NodeConnectionTypes.Main], outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: notesApi.name, required: true }],
		requestDefaults: { method: 'GET' },
		requestOperations: { pagination: runTool(notes) },
		properties: nodeProperties(notes.resources),
	},
	customOperations: customOperations(notes),
} as INodeType;
addNode(notesNode, notesApi);

export interface Call {
	line: string;
	body: string;
	at: number;
}

/** Starts the service with some notes. `faults` are the statuses of the next calls; 503 comes after the work is done. */
export async function startNotes(count: number) {
	const records = new Map(Array.from({ length: count }, (_, index) => [`n-${index}`, { uuid: `n-${index}`, id: 1, text: `note ${index}` }]));
	const calls: Call[] = [];
	const faults: number[] = [];
	const work = (method: string, { pathname, searchParams }: URL, body: string): [status: number, answer?: object] => {
		const uuid = pathname.split('/')[2];
		const sent = JSON.parse(body || '{}') as { text?: string };
		if (method === 'POST') {
			const record = { uuid: randomUUID(), id: 1, text: sent.text ?? '' };
			records.set(record.uuid, record);
			return [201, record];
		}
		if (uuid === undefined) {
			const [from, size] = [Number(searchParams.get('cursor')?.slice(1) ?? 0), Number(searchParams.get('limit'))];
			const data = [...records.values()].slice(from, from + size);
			return [200, { data, ...(from + size < records.size ? { next_cursor: `c${from + size}` } : {}) }];
		}
		const record = records.get(uuid);
		if (!record) return [404, { message: 'no such note' }];
		if (method === 'DELETE') {
			records.delete(uuid);
			return [204];
		}
		return [200, Object.assign(record, sent)];
	};
	const server = createServer(async (request, response) => {
		const [method, url] = [String(request.method), String(request.url)];
		const at = performance.now();
		const body = await text(request);
		calls.push({ line: `${method} ${url}`, body, at });
		const fault = faults.shift();
		const [status, answer] = fault === 429 ? [429] : work(method, new URL(url, 'http://notes'), body);
		response.writeHead(fault || status, { 'content-type': 'application/json' }).end(answer && JSON.stringify(answer));
	});
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}`, records, calls, faults, close: () => (server.closeAllConnections(), server.close()) };
}
