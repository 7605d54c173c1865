/** The nodes and credentials as n8n sees them: parameters, labels, descriptions, and what the package contains. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ICredentialType, INodeProperties, INodePropertyCollection, INodePropertyOptions, INodeTypeDescription } from 'n8n-workflow';

import { resources as hotProfileResources } from '../../nodes/HotProfile/resources';
import { fieldsOf } from '../../nodes/shared/fields/operations';
import { resources as zenResources } from '../../nodes/ZenTotals/resources';
import { inside, visible } from '../visibleProperties.mts';

const root = join(__dirname, '../..');
const { CrmZenApi, ErpDatacake, ErpDatacakeApi, HotProfile, HotProfileApi, HotProfileTrigger, ZenTotals } = require('../../index.js');
const { description, methods } = new HotProfile();
const properties = description.properties as INodeProperties[];
const [hotProfile, zenTotals, erpDatacake] = [HotProfile, ZenTotals, ErpDatacake].map((Type) => new Type().description) as [INodeTypeDescription, INodeTypeDescription, INodeTypeDescription];
const nodes = [hotProfile, zenTotals, erpDatacake];
const trigger = new HotProfileTrigger().description as INodeTypeDescription;
const credentials = [HotProfileApi, CrmZenApi, ErpDatacakeApi].map((Type) => new Type() as ICredentialType);

const connector = JSON.parse(readFileSync(join(root, 'test/fixtures/hotprofile-connector.json'), 'utf8')) as Record<
	(typeof connectorOperations)[number][0],
	{ parameters: string[]; required: string[] }
>;

const connectorOperations = [
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

/** All properties of a node, including those in collections and fixed collections. */
const flatten = (some: INodeProperties[]): INodeProperties[] =>
	some.flatMap((property) => [property, ...flatten([...inside(property), ...entryProperties(property)])]);
const entryProperties = ({ type, options }: INodeProperties): INodeProperties[] =>
	type === 'fixedCollection' ? (options as INodePropertyCollection[]).flatMap(({ values }) => values) : [];
const all = flatten(properties);
const operationsOf = (resource: string) =>
	properties.find((one) => one.name === 'operation' && one.displayOptions?.show?.resource?.includes(resource))?.options as INodePropertyOptions[];

/** The wire name of each parameter of an operation. The wire tests check that it is sent under that name. */
function wireNames(resources: typeof hotProfileResources, resource: string, value: string): Map<string, string> {
	const operation = resources.find((one) => one.value === resource)?.operations.find((one) => one.value === value);
	return new Map(operation && Object.values(fieldsOf(operation)).map(({ name, wire }) => [name, wire]));
}

test('the connector has nine operations with 307 parameters', () => {
	expect(Object.keys(connector)).toHaveLength(9);
	expect(Object.values(connector).flatMap(({ parameters }) => parameters)).toHaveLength(307);
});

describe.each(connectorOperations)('%s', (operationId, resource, operation) => {
	const fields = visible(properties, resource, operation).flatMap((one) => [one, ...inside(one)]);
	const wireOf = wireNames(hotProfileResources, resource, operation);
	const sent = fields.filter(({ name }) => wireOf.has(name));
	const wires = sent.map(({ name }) => wireOf.get(name));
	const paging = ['page[number]', 'page[display_number]'];

	test('has every parameter of the connector exactly once', () => {
		const expected = connector[operationId].parameters.filter((name) => operation !== 'getMany' || !paging.includes(name));
		expect(expected.filter((name) => !wires.includes(name))).toEqual([]);
		expect(wires).toEqual([...new Set(wires)]);
		const names = sent.map(({ name }) => name);
		expect(names).toEqual([...new Set(names)]);
		if (operation === 'getMany') expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(['returnAll', 'limit', 'sort']));
	});

	test('requires exactly what the service requires', () => {
		const required = visible(properties, resource, operation).filter((one) => one.required).map(({ name }) => wireOf.get(name));
		// The short name of a client is optional since 2021-04 (vendor guide); the connector still asks for it.
		const expected = connector[operationId].required.filter((name) => name !== 'name_disp');
		expect(required.sort()).toEqual(expected.sort());
	});

	test('has an action and a description', () => {
		const option = operationsOf(resource).find(({ value }) => value === operation) as INodePropertyOptions;
		expect(option.action).toMatch(/^[A-Z][a-z]+( [a-z]+)+$/);
		expect(option.action).not.toMatch(/ (a|an|the) /);
		expect(option.description).toBeTruthy();
	});
});

describe.each(['businessCard', 'client', 'lead'])('%s', (resource) => {
	test('has its operations in alphabetical order', () => {
		expect(operationsOf(resource).map(({ name }) => name)).toEqual(['Create', 'Delete', 'Get', 'Get Many', 'Update']);
	});

	test.each(['delete', 'get'])('asks for nothing but the record to %s, from a list or by ID', (operation) => {
		const required = visible(properties, resource, operation).filter((one) => one.required);
		expect(required).toMatchObject([{ name: 'id', type: 'resourceLocator', modes: [{ name: 'list' }, { name: 'id' }] }]);
		const option = operationsOf(resource).find(({ value }) => value === operation) as INodePropertyOptions;
		expect(option.action).toMatch(/^(Delete|Get) [a-z ]+$/);
		expect(option.description).toBeTruthy();
	});
});

describe.each([...nodes, trigger].map((node) => [node.displayName, node] as const))('every property of %s', (_name, { properties: own }) => {
	const all = flatten(own);

	test('has a label in Title Case', () => {
		// Vendor terms follow in brackets.
		const lowerCaseWords = /^(of|per|and|or|in|to|de|do|da|\/)$/;
		const invalid = all
			.map(({ displayName }) => displayName)
			.filter((label) => label.split(/[ ,()（）]+/).some((word) => word && !/^[\p{Lu}\p{Lo}\p{N}]/u.test(word) && !lowerCaseWords.test(word)));
		expect(invalid).toEqual([]);
	});

	test('has a description without a final period that does not repeat the label', () => {
		for (const { displayName, description: text, type } of all) {
			if (['hidden', 'collection'].includes(type)) continue;
			expect({ displayName, text }).not.toMatchObject({ text: expect.stringMatching(/\.$/) });
			expect(text).not.toBe(displayName);
		}
	});

	test('is shown only for resources and operations that exist', () => {
		const valuesOf = (propertyName: string) =>
			own.filter(({ name }) => name === propertyName).flatMap(({ options }) => (options as INodePropertyOptions[]).map(({ value }) => value));
		for (const { displayOptions } of own) {
			for (const resource of displayOptions?.show?.resource ?? []) expect(valuesOf('resource')).toContain(resource);
			for (const operation of displayOptions?.show?.operation ?? []) expect(valuesOf('operation')).toContain(operation);
		}
	});

	test('in a collection is in alphabetical order', () => {
		for (const property of own) {
			const labels = inside(property).map(({ displayName }) => displayName);
			expect(labels).toEqual([...labels].sort((a, b) => a.localeCompare(b, 'en')));
		}
	});

});

describe('HotProfile Trigger', () => {
	test('is a polling trigger, without inputs, with the icons of the node', () => {
		expect(trigger).toMatchObject({ name: 'hotProfileTrigger', polling: true, inputs: [], group: ['trigger'], icon: hotProfile.icon });
		expect(trigger.usableAsTool).toBeUndefined();
	});

	test.each(['lead', 'client', 'businessCard'])('has the filters and the output of Get Many: %s', (resource) => {
		const [own, getMany] = [trigger, hotProfile].map(({ properties: some }) => visible(some, resource, 'getMany')) as [INodeProperties[], INodeProperties[]];
		for (const name of ['filters', 'output', 'outputFields']) {
			const of = (some: INodeProperties[]) => some.find((property) => property.name === name);
			expect(of(own)?.options).toEqual(of(getMany)?.options);
		}
	});
});

describe('pickers', () => {
	test('refer to existing list search methods', () => {
		const methodNames = all.flatMap((one) => (one.modes ?? []).map((mode) => mode.typeOptions?.searchListMethod).filter(Boolean));
		expect(methodNames.length).toBeGreaterThan(0);
		for (const name of methodNames) expect(methods.listSearch).toHaveProperty(name as string);
	});
});

describe('no request bypasses the throttle', () => {
	test.each(nodes)('$displayName passes every request to its own pagination function', ({ requestDefaults, requestOperations, properties: own }) => {
		expect(requestDefaults).toBeDefined();
		expect(typeof requestOperations?.pagination).toBe('function');
		expect(own[0]?.routing?.send?.paginate).toBe(true);
		const others = flatten(own).slice(1).filter((one) => one.routing?.operations || one.routing?.send?.paginate !== undefined);
		expect(others).toEqual([]);
	});
});

test('the HotProfile credential masks its key and has a test', () => {
	const credential = new HotProfileApi();
	const key = credential.properties.find(({ name }: INodeProperties) => name === 'apiKey');
	expect(key.typeOptions.password).toBe(true);
	// n8n's test request must not call the service: the credential sends its own.
	expect(credential.test.request.url).toMatch(/^data:/);
});

test.each(credentials)('$displayName masks its secrets, and counts the requests that n8n sends itself', ({ properties: own, authenticate, preAuthentication }) => {
	for (const { name, typeOptions } of own) expect(typeOptions?.password ?? false).toBe(/key|token/i.test(name));
	expect(typeof authenticate).toBe('function');
	expect(typeof preAuthentication).toBe('function');
	expect(own.filter(({ type, typeOptions }) => type === 'hidden' && typeOptions?.expirable)).toHaveLength(1);
});

describe.each([
	['totals', ['period', 'date', 'startDate', 'endDate']],
	['leadsByUser', ['period', 'date', 'startDate', 'endDate', 'returnAll', 'limit']],
	['leadFile', ['period', 'date', 'startDate', 'endDate']],
	['salesFunnel', ['period', 'date', 'startDate', 'endDate', 'filtroData', 'filters']],
])('Zen Totals, %s', (resource, names) => {
	const visibleProperties = visible(zenTotals.properties, resource, 'getMany');

	test('has its own fields, followed by the common ones', () => {
		const own = visibleProperties.map(({ name }) => name).filter((name) => !['throttle', 'resource', 'operation'].includes(name));
		expect(own).toEqual([...names, 'whenTooSoon', 'maxWaitMinutes', 'output']);
		expect(visibleProperties.find(({ name }) => name === 'startDate')?.displayOptions?.show).toMatchObject({ period: ['range'] });
	});

	test('has one operation, with an action and a description', () => {
		const [operation, ...more] = visibleProperties.find(({ name }) => name === 'operation')?.options as INodePropertyOptions[];
		expect(more).toEqual([]);
		expect(operation).toMatchObject({ name: 'Get Many', value: 'getMany', action: expect.stringMatching(/^Get many [a-z ]+$/) });
	});
});

test('the sales funnel sends every documented filter under its own name', () => {
	const fields = flatten(visible(zenTotals.properties, 'salesFunnel', 'getMany'));
	const wireOf = wireNames(zenResources, 'salesFunnel', 'getMany');
	expect(fields.map(({ name }) => wireOf.get(name))).toEqual(expect.arrayContaining(['filtro_data', 'venda_direta', 'distribuicao_lead', 'canal_parceria']));
});

test('the package contains only what n8n needs, and is smaller than 150 kB', () => {
	const [{ files, size }] = JSON.parse(
		execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
	) as [{ files: Array<{ path: string }>; size: number }];
	const paths = files.map(({ path }) => path);
	expect(paths.filter((path) => !/^(dist\/|index\.js$|README\.md$|LICENSE$|package\.json$)/.test(path))).toEqual([]);
	expect(paths).toEqual(expect.arrayContaining([
		'dist/nodes/HotProfile/HotProfile.node.js', 'dist/nodes/HotProfile/HotProfile.node.json', 'dist/nodes/HotProfile/hotProfile.svg',
		'dist/nodes/HotProfile/hotProfile.dark.svg', 'dist/credentials/HotProfileApi.credentials.js',
		'dist/nodes/HotProfile/HotProfileTrigger.node.js', 'dist/nodes/HotProfile/HotProfileTrigger.node.json',
		'dist/nodes/ErpDatacake/ErpDatacake.node.js', 'dist/nodes/ErpDatacake/ErpDatacake.node.json', 'dist/nodes/ErpDatacake/erpDatacake.svg',
		'dist/nodes/ErpDatacake/erpDatacake.dark.svg', 'dist/credentials/ErpDatacakeApi.credentials.js',
		'dist/nodes/ZenTotals/ZenTotals.node.js', 'dist/nodes/ZenTotals/ZenTotals.node.json', 'dist/nodes/ZenTotals/zenTotals.svg',
		'dist/nodes/ZenTotals/zenTotals.dark.svg', 'dist/credentials/CrmZenApi.credentials.js', 'LICENSE', 'README.md', 'index.js',
	]));
	expect(size).toBeLessThan(150_000);
	const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	expect(manifest.dependencies ?? {}).toEqual({});
	expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
});
