import { readFileSync } from 'node:fs';

import { erpOperations, everyErpField, otherPaths, startErpEcho } from '../allErpFields.mts';
import { nodeType, run } from './engine.mts';

type Name = string | Record<string, string[]>;
const contract = JSON.parse(readFileSync('test/fixtures/datacake-contract.json', 'utf8')) as Record<string, { method: string; input: Name[] }>;

let echo: Awaited<ReturnType<typeof startErpEcho>>;
beforeAll(async () => (echo = await startErpEcho()));
beforeEach(() => (echo.seen.length = 0));
afterAll(() => echo.close());

const everyField = (resource: string, operation: string) => everyErpField(nodeType('erpDatacake').description.properties, resource, operation);
const credential = (more = {}) => ({ baseUrl: `${echo.url}/api/v1/`, token: 'the-token', requestsPerMinute: 1000, ...more });
const nameOf = (name: Name) => (typeof name === 'string' ? name : Object.keys(name)[0]);

test('there are 25 operations, each with a distinct method and path', () => {
	expect(erpOperations.map(([, , { id }]) => id).sort()).toEqual(Object.keys(contract).sort());
	expect(new Set(erpOperations.map(([, , { method, path }]) => `${method} ${path}`)).size).toBe(25);
});

test.each(erpOperations)('%s %s sends every field of the contract under its exact name', async (resource, value, operation) => {
	const { parameters, input } = everyField(resource, value);
	const expected = contract[operation.id as string];
	expect(Object.keys(input).sort()).toEqual(expected.input.map(nameOf).sort());
	for (const name of expected.input) {
		if (typeof name === 'string') continue;
		const [[list, fields]] = Object.entries(name);
		for (const one of input[list] as object[]) expect(Object.keys(one).sort()).toEqual([...fields].sort());
	}

	for (const getInputIn of ['query', 'body']) {
		echo.seen.length = 0;
		const { error, items } = await run({ node: 'erpDatacake', parameters, credential: credential({ getInputIn }) });
		expect(error).toBeUndefined();
		const calls = echo.seen.filter(({ path }) => path === `/api/v1${operation.path}`);
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

test.each(['query', 'body'])('all 25 paths can be replaced at once, with GET input in the %s', async (getInputIn) => {
	const { endpointPaths, placeholder } = otherPaths();
	for (const [index, [resource, value, operation]] of erpOperations.entries()) {
		echo.seen.length = 0;
		const { parameters, input } = everyField(resource, value);
		const { error } = await run({ node: 'erpDatacake', parameters, credential: credential({ endpointPaths, getInputIn, headerName: 'X-Token', headerPrefix: '' }) });
		expect(error).toBeUndefined();
		const name = placeholder(index);
		const inPath = name ? `/de/${encodeURIComponent(String(input[name]))}` : '';
		const calls = echo.seen.filter(({ path }) => path === `/api/v1/erp-${index}.php${inPath}`);
		expect(calls).toHaveLength(1);
		const { [name ?? '']: _taken, ...left } = input;
		const inQuery = operation.method === 'GET' && getInputIn === 'query' ? left : {};
		expect(calls[0].query).toEqual({ acao: String(index), ...inQuery });
		const isInBody = inQuery !== left && Object.keys(left).length > 0;
		expect(calls[0].body).toEqual(isInBody ? left : undefined);
		expect(calls[0].headers).toMatchObject({ 'x-token': 'the-token' });
		expect(calls[0].headers.authorization).toBeUndefined();
		for (const { path } of echo.seen) expect(path).toMatch(/^\/api\/v1\/erp-\d+\.php/);
	}
});
