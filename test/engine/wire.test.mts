import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { inside, visible } from '../visible.mts';
import { nodeType, run } from './engine.mts';

/** Every field of every operation, set in the node and read from the bare wire. */

let server: Server;
let seen: Array<{ url: string; type: string; pairs: Array<[string, string]> }>;

beforeAll(async () => {
	server = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk) => (body += chunk));
		request.on('end', () => {
			seen.push({ url: String(request.url), type: String(request.headers['content-type']), pairs: [...new URLSearchParams(body)] });
			const root = /\/(\w+)\/get_entry_list$/.exec(String(request.url))?.[1];
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify(root ? { [root]: [], pages: { total_count: 0 } } : { id: 4711 }));
		});
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
beforeEach(() => (seen = []));
afterAll(() => {
	server.closeAllConnections();
	server.close();
});

/** A value for a field, and what must arrive: told from the editor's property alone. */
function sample({ type, options, name, routing, default: usual }: INodeProperties, index: number): [unknown, string[]] {
	const wire = String(routing?.send?.property);
	if (type === 'resourceLocator') return [{ __rl: true, mode: 'id', value: String(9000 + index) }, [String(9000 + index)]];
	if (type === 'boolean') return [index % 2 === 0, [index % 2 === 0 ? '1' : '0']];
	if (type === 'options') {
		const { value } = (options as Array<{ value: unknown }>).at(-1) as { value: unknown };
		return [value, [String(value)]];
	}
	if (type === 'number') return [12.345678 + index, [String(12.345678 + index)]];
	if (type === 'dateTime') {
		return /datetime/.test(wire)
			? ['2026-03-31T20:15:30.000Z', ['2026/04/01 05:15:30']]
			: ['2026-03-31T20:15:30.000Z', ['2026/04/01']];
	}
	expect({ name, usual }).toEqual({ name, usual: '' });
	if (/_ids\[\]$/.test(wire)) return ['31, 44', ['31', '44']];
	if (/_ids\]$|\[ids\]$/.test(wire) && !/kbn/.test(wire)) return [[31, 44], ['31,44']];
	if (/(_id|_kbn|_kbn_ids)\]?$/.test(wire) && !/customer/.test(wire)) return [String(100 + index), [String(100 + index)]];
	if (/^(mobile_)?email$/.test(wire)) return [`a${index}@example.co.jp`, [`a${index}@example.co.jp`]];
	if (wire === 'extension') return ['0123', ['0123']];
	return [`値${index} &=+%[]`, [`値${index} &=+%[]`]];
}

const cases = ['businessCard', 'client', 'lead'].flatMap((resource) =>
	['create', 'update', 'getMany'].map((operation) => [resource, operation] as const),
);

test.each(cases)('%s %s sends every field under its exact name', async (resource, operation) => {
	const { description } = nodeType('hotProfile');
	const parameters: IDataObject = { resource, operation };
	const expected: Array<[string, string]> = [];
	let index = 0;
	const set = (property: INodeProperties, into: IDataObject) => {
		const [value, arriving] = sample(property, ++index);
		into[property.name] = value as IDataObject;
		expected.push(...arriving.map((one): [string, string] => [String(property.routing?.send?.property), one]));
	};
	for (const property of visible(description.properties, resource, operation)) {
		if (property.type === 'collection') {
			const collection: IDataObject = {};
			for (const option of inside(property)) set(option, collection);
			parameters[property.name] = collection;
		} else if (property.routing?.send?.property) set(property, parameters);
	}
	if (operation === 'getMany') expected.push(['page[number]', '1'], ['page[display_number]', '50']);

	const { port } = server.address() as AddressInfo;
	const { error, items } = await run({ parameters, credential: { instance: `http://127.0.0.1:${port}`, apiKey: 'the-key' } });
	expect(error).toBeUndefined();
	expect(items).toEqual(operation === 'getMany' ? [] : [{ json: { id: 4711 }, pairedItem: { item: 0 } }]);

	const paths: Record<string, string> = { businessCard: 'business_cards', client: 'clients', lead: 'leads', getMany: 'get_entry_list' };
	expect(seen).toHaveLength(1);
	expect(seen[0].url).toBe(`/rest_api/v1/${paths[resource]}/${paths[operation] ?? operation}`);
	expect(seen[0].type).toBe('application/x-www-form-urlencoded');
	expect(seen[0].pairs.sort()).toEqual([...expected, ['api_key', 'the-key']].sort());
});
