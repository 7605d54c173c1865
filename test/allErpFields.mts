import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject, INodeProperties, INodePropertyCollection } from 'n8n-workflow';

import { resources } from '../nodes/ErpDatacake/resources/index.ts';
import { inside, visible } from './visibleProperties.mts';
import { byParameterName, wireOf } from './wireNames.mts';

/** Test cases that set every field of every ERP Datacake operation, with what must arrive on the wire. Names come from the contract. */

/** Resource, operation, and the operation as the node declares it. */
export const erpOperations = resources.flatMap(({ value, operations }) =>
	operations.map((operation) => [value, operation.value, operation] as const),
);

/** An input in the contract: a name, or the name of a list with the field names of its entries. */
type Input = string | Record<string, string[]>;

const contract = JSON.parse(readFileSync('test/fixtures/datacake-contract.json', 'utf8')) as Record<string, { input: Input[] }>;

/** A value for a field and what must arrive, derived from the editor property. */
function sample(property: INodeProperties, index: number, inEntry: string[]): [value: unknown, arriving: unknown] {
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
		const entries = [1, 2].map((number) => entry(values, index * 10 + number, inEntry));
		return [{ entries: entries.map(([value]) => value) }, entries.map(([, arriving]) => arriving)];
	}
	if (name === 'document' || name === 'cnpjCpf' || name === 'documento') return ['529.982.247-25', '529.982.247-25'];
	if (name === 'cep') return ['01310-100', '01310-100'];
	if (name === 'email') return [`a${index}@example.com`, `a${index}@example.com`];
	if (typeOptions?.rows === 2) return ['aGVsbG8=', 'aGVsbG8='];
	return [`valor ${index} çã&=+%/?#[]"`, `valor ${index} çã&=+%/?#[]"`];
}

function entry(values: INodeProperties[], index: number, wires: string[]): [IDataObject, IDataObject] {
	const names = byParameterName(wires);
	const samples = values.flatMap((one, position) => {
		const wire = wireOf(names, one.name);
		return wire === undefined ? [] : [[one.name, wire, ...sample(one, index + position, [])] as const];
	});
	return [
		Object.fromEntries(samples.map(([name, , value]) => [name, value])) as IDataObject,
		Object.fromEntries(samples.map(([, wire, , arriving]) => [wire, arriving])) as IDataObject,
	];
}

/** Parameters that set every field of an operation, and the input that must arrive. */
export function everyErpField(all: INodeProperties[], resource: string, operation: string): { parameters: IDataObject; input: Record<string, unknown> } {
	const parameters: IDataObject = { resource, operation };
	const input: Record<string, unknown> = {};
	const { id } = erpOperations.find(([value, name]) => value === resource && name === operation)?.[2] ?? {};
	const inputs = new Map((contract[String(id)]?.input ?? []).flatMap((one): Array<[string, string[]]> => (typeof one === 'string' ? [[one, []]] : Object.entries(one))));
	const names = byParameterName([...inputs.keys()]);
	let index = 0;
	const set = (property: INodeProperties, into: IDataObject) => {
		const wire = wireOf(names, property.name);
		if (wire === undefined) return;
		const [value, arriving] = sample(property, ++index, inputs.get(wire) ?? []);
		into[property.name] = value as IDataObject;
		input[wire] = arriving;
	};
	for (const property of visible(all, resource, operation)) {
		if (property.type === 'collection' && property.name !== 'options') {
			const collection: IDataObject = {};
			for (const option of inside(property)) set(option, collection);
			parameters[property.name] = collection;
		} else if (property.name !== 'options') set(property, parameters);
	}
	return { parameters, input };
}

/** Endpoint Paths that replace every path, and the input that each of them uses as a placeholder. */
export function otherPaths(): { endpointPaths: string; placeholder: (index: number) => string | undefined } {
	const placeholder = (index: number) =>
		Object.values(erpOperations[index][2].required).find(({ kind }) => kind !== 'file')?.wire;
	const lines = erpOperations.map(([, , { id }], index) => {
		const name = placeholder(index);
		return `  ${id} :  /erp-${index}.php${name ? `/de/{${name}}` : ''}?acao=${index}`;
	});
	return { endpointPaths: ['# the paths of our ERP', '', ...lines].join('\r\n'), placeholder };
}

export interface ReceivedRequest {
	method: string;
	path: string;
	query: Record<string, string>;
	body: unknown;
	headers: Record<string, unknown>;
}

/** An ERP that does not use the catalogue: it records requests and always reports success. */
export async function startErpEcho() {
	const seen: ReceivedRequest[] = [];
	const server = createServer((request, response) => {
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
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const close = () => {
		server.closeAllConnections();
		server.close();
	};
	return { url: `http://127.0.0.1:${port}`, seen, close };
}
