import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject, INodeProperties, INodePropertyCollection } from 'n8n-workflow';

import { resources } from '../../nodes/ErpDatacake/resources/index.ts';
import { inside, visible } from '../visible.mts';
import { nodeType, run } from './engine.mts';

/** Every field of every operation, set in the node and read from the bare wire. */

type Name = string | Record<string, string[]>;
const contract = JSON.parse(readFileSync('test/fixtures/datacake-contract.json', 'utf8')) as Record<string, { method: string; input: Name[] }>;

interface Seen {
	method: string;
	path: string;
	query: Record<string, string>;
	body: unknown;
	headers: Record<string, unknown>;
}

let server: Server;
let address: string;
let seen: Seen[];

beforeAll(async () => {
	server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const { pathname, searchParams } = new URL(String(request.url), 'http://erp');
			const text = Buffer.concat(chunks).toString();
			seen.push({
				method: String(request.method), path: pathname, query: Object.fromEntries(searchParams),
				body: text === '' ? undefined : JSON.parse(text), headers: request.headers,
			});
			response.setHeader('content-type', 'application/json');
			response.end(request.method === 'GET' ? '[]' : '{}');
		});
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => (seen = []));
afterAll(() => {
	server.closeAllConnections();
	server.close();
});

/** A value for a field, and what must arrive: told from the editor's property alone. */
function sample(property: INodeProperties, index: number): [given: unknown, arriving: unknown] {
	const { type, options, name, typeOptions } = property;
	if (type === 'resourceLocator') return [{ __rl: true, mode: 'id', value: `0${9000 + index}` }, `0${9000 + index}`];
	if (type === 'boolean') return [index % 2 === 0, index % 2 === 0 ? 'S' : 'N'];
	if (type === 'options') {
		const { value } = (options as Array<{ value: unknown }>).at(-1) as { value: unknown };
		return [value, value];
	}
	if (type === 'number') return [12.345678 + index, String(12.345678 + index)];
	if (type === 'dateTime') return ['2026-03-31T20:15:30.000Z', '2026-03-31'];
	if (type === 'json') return [`{"n":${index}, "é":[1]}`, `{"n":${index}, "é":[1]}`];
	if (type === 'fixedCollection') {
		const [{ values }] = options as INodePropertyCollection[];
		const entries = [1, 2].map((number) => entry(values, index * 10 + number));
		return [{ entries: entries.map(([given]) => given) }, entries.map(([, arriving]) => arriving)];
	}
	if (name === 'document' || name === 'cnpjCpf' || name === 'documento') return ['529.982.247-25', '529.982.247-25'];
	if (name === 'cep') return ['01310-100', '01310-100'];
	if (name === 'email') return [`a${index}@example.com`, `a${index}@example.com`];
	if (typeOptions?.rows === 2) return ['aGVsbG8=', 'aGVsbG8='];
	return [`valor ${index} çã&=+%/?#[]"`, `valor ${index} çã&=+%/?#[]"`];
}

const wireOf: Record<string, string> = {
	idServico: 'id_servico', nomeDocumento: 'nome_documento', formato: 'formato', base64: 'base_64', anexo: 'anexo', obs: 'obs', nomeAnexo: 'nome_anexo',
};

function entry(values: INodeProperties[], index: number): [IDataObject, IDataObject] {
	const fields = values.filter(({ name }) => name !== 'binaryFields');
	const samples = fields.map((one, place) => [one.name, ...sample(one, index + place)] as const);
	return [
		Object.fromEntries(samples.map(([name, given]) => [name, given])) as IDataObject,
		Object.fromEntries(samples.map(([name, , arriving]) => [wireOf[name], arriving])) as IDataObject,
	];
}

/** Parameters that set every field of an operation, and the input that must arrive. */
function everyField(resource: string, operation: string): { parameters: IDataObject; input: Record<string, unknown> } {
	const parameters: IDataObject = { resource, operation };
	const input: Record<string, unknown> = {};
	let index = 0;
	const set = (property: INodeProperties, into: IDataObject) => {
		const [value, arriving] = sample(property, ++index);
		into[property.name] = value as IDataObject;
		input[String(property.routing?.send?.property)] = arriving;
	};
	for (const property of visible(nodeType('erpDatacake').description.properties, resource, operation)) {
		if (property.type === 'collection' && property.name !== 'options') {
			const collection: IDataObject = {};
			for (const option of inside(property)) set(option, collection);
			parameters[property.name] = collection;
		} else if (property.routing?.send?.property) set(property, parameters);
	}
	return { parameters, input };
}

const cases = resources.flatMap(({ value, operations }) => operations.map((operation) => [value, operation.value, operation] as const));
const credential = (more = {}) => ({ baseUrl: `${address}/api/v1/`, token: 'the-token', requestsPerMinute: 1000, ...more });
const nameOf = (name: Name) => (typeof name === 'string' ? name : Object.keys(name)[0]);

test('there are 25 operations, each with a method and path of its own', () => {
	expect(cases.map(([, , { id }]) => id).sort()).toEqual(Object.keys(contract).sort());
	expect(new Set(cases.map(([, , { method, path }]) => `${method} ${path}`)).size).toBe(25);
});

test.each(cases)('%s %s sends every field of the contract under its exact name', async (resource, value, operation) => {
	const { parameters, input } = everyField(resource, value);
	const expected = contract[operation.id as string];
	expect(Object.keys(input).sort()).toEqual(expected.input.map(nameOf).sort());
	for (const name of expected.input) {
		if (typeof name === 'string') continue;
		const [[list, fields]] = Object.entries(name);
		for (const one of input[list] as object[]) expect(Object.keys(one).sort()).toEqual([...fields].sort());
	}

	for (const getInputIn of ['query', 'body']) {
		seen = [];
		const { error, items } = await run({ node: 'erpDatacake', parameters, credential: credential({ getInputIn }) });
		expect(error).toBeUndefined();
		const calls = seen.filter(({ path }) => path === `/api/v1${operation.path}`);
		expect(calls).toHaveLength(1);
		const [{ method, query, body, headers }] = calls;
		expect(method).toBe(expected.method);
		expect(headers.authorization).toBe('Bearer the-token');
		expect(headers.accept).toBe('application/json');
		const isEmpty = Object.keys(input).length === 0;
		if (method === 'GET' && getInputIn === 'query') expect([query, body]).toEqual([input, undefined]);
		else expect([query, body]).toEqual([{}, isEmpty ? undefined : input]);
		if (body) expect(headers['content-type']).toBe('application/json');
		if (method === 'GET') expect(items).toEqual([]);
		else expect(items[0]).toMatchObject({ json: { success: true }, pairedItem: { item: 0 } });
	}
});

test.each(['query', 'body'])('all 25 paths replaced at once, with input in the %s', async (getInputIn) => {
	const placeholder = ({ required }: (typeof cases)[number][2]) => Object.values(required).find(({ kind }) => kind !== 'file')?.wire;
	const lines = cases.map(([, , operation], index) => {
		const name = placeholder(operation);
		return `  ${operation.id} :  /erp-${index}.php${name ? `/de/{${name}}` : ''}?acao=${index}`;
	});
	const endpointPaths = ['# the paths of our ERP', '', ...lines].join('\r\n');
	for (const [index, [resource, value, operation]] of cases.entries()) {
		seen = [];
		const { parameters, input } = everyField(resource, value);
		const { error } = await run({ node: 'erpDatacake', parameters, credential: credential({ endpointPaths, getInputIn, headerName: 'X-Token', headerPrefix: '' }) });
		expect(error).toBeUndefined();
		const name = placeholder(operation);
		const inPath = name ? `/de/${encodeURIComponent(String(input[name]))}` : '';
		const calls = seen.filter(({ path }) => path === `/api/v1/erp-${index}.php${inPath}`);
		expect(calls).toHaveLength(1);
		const { [name ?? '']: _taken, ...left } = input;
		const inQuery = operation.method === 'GET' && getInputIn === 'query' ? left : {};
		expect(calls[0].query).toEqual({ acao: String(index), ...inQuery });
		const isInBody = inQuery !== left && Object.keys(left).length > 0;
		expect(calls[0].body).toEqual(isInBody ? left : undefined);
		expect(calls[0].headers).toMatchObject({ 'x-token': 'the-token' });
		expect(calls[0].headers.authorization).toBeUndefined();
		for (const { path } of seen) expect(path).toMatch(/^\/api\/v1\/erp-\d+\.php/);
	}
});
