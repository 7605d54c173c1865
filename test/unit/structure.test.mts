import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

import { inside, visible } from '../visible.mts';

const root = join(__dirname, '../..');
const { ErpDatacake, ErpDatacakeApi, HotProfile, HotProfileApi } = require('../../index.js');
const { description } = new HotProfile();
const properties = description.properties as INodeProperties[];
const nodes = [new HotProfile(), new ErpDatacake()].map((node) => [node.description.name, node] as const);

const connector = JSON.parse(readFileSync(join(root, 'test/fixtures/hotprofile-connector.json'), 'utf8')) as Record<
	string,
	{ parameters: string[]; required: string[] }
>;

const nine = [
	['Action_create_business_card', 'businessCard', 'create'],
	['Action_update_business_card', 'businessCard', 'update'],
	['Action_get_business_cards', 'businessCard', 'getMany'],
	['Action_create_client', 'client', 'create'],
	['Action_update_client', 'client', 'update'],
	['Action_get_clients', 'client', 'getMany'],
	['Action_create_lead', 'lead', 'create'],
	['Action_update_lead', 'lead', 'update'],
	['Action_get_leads', 'lead', 'getMany'],
] as const;

/** All properties of a node, those in collections and lists included. */
const allOf = (some: INodeProperties[]): INodeProperties[] =>
	some.flatMap((property) => [property, ...allOf([...inside(property), ...listed(property)])]);
const listed = ({ type, options }: INodeProperties): INodeProperties[] =>
	type === 'fixedCollection' ? (options as INodePropertyCollection[]).flatMap(({ values }) => values) : [];
const operationsOf = (resource: string) =>
	properties.find((one) => one.name === 'operation' && one.displayOptions?.show?.resource?.includes(resource))?.options as INodePropertyOptions[];

function sources(folder: string): string[] {
	return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
		entry.isDirectory() ? sources(join(folder, entry.name)) : entry.name.endsWith('.ts') ? [join(folder, entry.name)] : [],
	);
}

test('the connector has nine operations with 307 parameters', () => {
	expect(Object.keys(connector)).toHaveLength(9);
	expect(Object.values(connector).flatMap(({ parameters }) => parameters)).toHaveLength(307);
});

describe.each(nine)('%s', (operationId, resource, operation) => {
	const fields = visible(properties, resource, operation).flatMap((one) => [one, ...inside(one)]);
	const wires = fields.map((one) => one.routing?.send?.property).filter(Boolean) as string[];
	const paging = ['page[number]', 'page[display_number]'];

	test('has every parameter of the connector, each once', () => {
		const expected = connector[operationId].parameters.filter((name) => operation !== 'getMany' || !paging.includes(name));
		expect(expected.filter((name) => !wires.includes(name))).toEqual([]);
		expect(wires).toEqual([...new Set(wires)]);
		const names = fields.filter((one) => one.routing?.send?.property).map(({ name }) => name);
		expect(names).toEqual([...new Set(names)]);
		if (operation === 'getMany') expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(['returnAll', 'limit', 'sort']));
	});

	test('asks for what the service requires, and lets the rest be optional', () => {
		const required = visible(properties, resource, operation).filter((one) => one.required).map((one) => one.routing?.send?.property);
		// The short name of a client is optional since 2021-04 (vendor guide); the connector still asks for it.
		const expected = connector[operationId].required.filter((name) => name !== 'name_disp');
		expect(required.sort()).toEqual(expected.sort());
	});

	test('has an action, a description and a routing', () => {
		const option = operationsOf(resource).find(({ value }) => value === operation) as INodePropertyOptions;
		expect(option.action).toMatch(/^[A-Z][a-z]+( [a-z]+)+$/);
		expect(option.action).not.toMatch(/ (a|an|the) /);
		expect(option.description).toBeTruthy();
		expect(option.routing?.request).toMatchObject({ method: 'POST', url: expect.stringMatching(/^\/rest_api\/v1\//) });
	});
});

describe.each(nodes)('every property of %s', (_name, { description: { properties: own }, methods }) => {
	const all = allOf(own);
	const valuesOf = (name: string) => own.filter((one: INodeProperties) => one.name === name).flatMap(({ options }: INodeProperties) => (options as INodePropertyOptions[]).map(({ value }) => value));

	test('has a label in Title Case', () => {
		const small = /^(of|per|and|or|in|to)$/;
		const wrong = all
			.map(({ displayName }) => displayName)
			.filter((label) => label.split(/[ ()]+/).some((word) => word && !/^[A-Z0-9]/.test(word) && !small.test(word)));
		expect(wrong).toEqual([]);
	});

	test('has a description of one form: no final period, no label repeated', () => {
		for (const { displayName, description: text, type } of all) {
			if (['hidden', 'collection'].includes(type)) continue;
			expect({ displayName, text }).not.toMatchObject({ text: expect.stringMatching(/\.$/) });
			expect(text).not.toBe(displayName);
		}
	});

	test('is shown only for resources and operations that exist', () => {
		for (const { displayOptions } of own) {
			for (const resource of displayOptions?.show?.resource ?? []) expect(valuesOf('resource')).toContain(resource);
			for (const operation of displayOptions?.show?.operation ?? []) expect(valuesOf('operation')).toContain(operation);
		}
	});

	test('of a collection stands in alphabetical order', () => {
		for (const property of own) {
			const labels = inside(property).map(({ displayName }) => displayName);
			expect(labels).toEqual([...labels].sort((a, b) => a.localeCompare(b, 'en')));
		}
	});

	test('that is picked from a list has its method', () => {
		const methodNames = all.flatMap((one) => (one.modes ?? []).map((mode) => mode.typeOptions?.searchListMethod).filter(Boolean));
		expect(methodNames.length).toBeGreaterThan(0);
		for (const name of methodNames) expect(methods.listSearch).toHaveProperty(name as string);
	});
});

describe('no call goes round the throttle', () => {
	test.each(nodes)('%s hands every request to its own function', (_name, node) => {
		const all = allOf(node.description.properties);
		expect(typeof node.description.requestOperations.pagination).toBe('function');
		expect(all[0].routing?.send?.paginate).toBe(true);
		const others = all.slice(1).filter((one) => one.routing?.operations || one.routing?.send?.paginate !== undefined);
		expect(others).toEqual([]);
	});

	test('one file alone calls a service', () => {
		const calling = [...sources('nodes'), ...sources('credentials')].filter((file) =>
			/httpRequest|makeRoutingRequest|\brequestWith|\bfetch\(|axios|node:https?/.test(readFileSync(join(root, file), 'utf8')),
		);
		expect(calling).toEqual([join('nodes', 'shared', 'call.ts')]);
	});
});

test('the credential keeps its key covered and has a test', () => {
	const credential = new HotProfileApi();
	const key = credential.properties.find(({ name }: INodeProperties) => name === 'apiKey');
	expect(key.typeOptions.password).toBe(true);
	expect(credential.test.request).toMatchObject({ method: 'POST', body: { 'page[display_number]': 1 } });
	expect(JSON.stringify(credential.test)).not.toContain('apiKey');
});

test('the credential of ERP Datacake keeps its token covered and has a test that follows its paths', () => {
	const credential = new ErpDatacakeApi();
	expect(credential.properties.find(({ name }: INodeProperties) => name === 'token').typeOptions.password).toBe(true);
	expect(credential.test.request.url).toContain('list_due_dates');
});

test('the package holds what n8n needs and nothing else, in less than 150 kB', () => {
	const [{ files, size }] = JSON.parse(
		execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
	) as Array<{ files: Array<{ path: string }>; size: number }>;
	const paths = files.map(({ path }) => path);
	expect(paths.filter((path) => !/^(dist\/|index\.js$|README\.md$|LICENSE$|package\.json$)/.test(path))).toEqual([]);
	expect(paths).toEqual(expect.arrayContaining([
		'dist/nodes/HotProfile/HotProfile.node.js', 'dist/nodes/HotProfile/HotProfile.node.json', 'dist/nodes/HotProfile/hotProfile.svg',
		'dist/nodes/HotProfile/hotProfile.dark.svg', 'dist/nodes/ErpDatacake/ErpDatacake.node.js', 'dist/nodes/ErpDatacake/ErpDatacake.node.json',
		'dist/nodes/ErpDatacake/erpDatacake.svg', 'dist/nodes/ErpDatacake/erpDatacake.dark.svg', 'dist/credentials/ErpDatacakeApi.credentials.js',
		'dist/credentials/HotProfileApi.credentials.js', 'LICENSE', 'README.md', 'index.js',
	]));
	expect(size).toBeLessThan(150_000);
	const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	expect(manifest.dependencies ?? {}).toEqual({});
	expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
});
