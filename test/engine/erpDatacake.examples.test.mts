import { readFileSync } from 'node:fs';

import type { IDataObject, INode } from 'n8n-workflow';

import { startErpDatacake } from '../../sandbox/erpDatacake/index.mts';
import { dayFromNow } from '../../sandbox/erpDatacake/provider.mts';
import { run } from './engine.mts';

/** Runs the nodes of the example workflows unchanged on the engine. */

const nodesOf = (file: string) => (JSON.parse(readFileSync(`examples/${file}.json`, 'utf8')) as { nodes: INode[] }).nodes;
const node = (nodes: INode[], name: string) => nodes.find((one) => one.name === name)!;
/** The output of a Code node. */
const output = (nodes: INode[], name: string) =>
	new Function(String(node(nodes, name).parameters.jsCode))() as Array<{ json: IDataObject; binary?: never }>;

test('the reminder example finds invoices due in three days', async () => {
	const service = await startErpDatacake();
	const nodes = nodesOf('remind-of-invoices');
	const items = output(nodes, 'List of clients').map(({ json }) => json);
	const { items: rows } = await run({
		node: 'erpDatacake', parameters: node(nodes, 'Open invoices').parameters as never, items, credential: { baseUrl: service.url, token: service.apiKey },
	});
	const due = rows.filter(({ json }) => json.dueOn === dayFromNow(3));
	expect(due.length).toBeGreaterThan(0);
	for (const { json } of due) expect(json).toMatchObject({ pixCode: expect.stringMatching(/^000201.*6304[0-9A-F]{4}$/), currentAmount: expect.any(Number) });
	await service.close();
});

test('the order example creates a prospect with its documents', async () => {
	const service = await startErpDatacake();
	const credential = { baseUrl: service.url, token: service.apiKey };
	const nodes = nodesOf('order-to-prospect');
	const [{ json, binary }] = output(nodes, 'Order');
	const created = await run({ node: 'erpDatacake', parameters: node(nodes, 'Create prospect').parameters as never, items: [json], binary: [binary!], credential });
	expect(created.error).toBeUndefined();
	const status = await run({ node: 'erpDatacake', parameters: node(nodes, 'Prospect status').parameters as never, items: [created.items[0].json], credential });
	expect(status.items[0].json).toEqual({ status: 'Em análise', reason: null });
	expect([...service.provider.files.values()].map(({ name }) => name)).toEqual(['identity.txt', 'address.txt']);
	await service.close();
});
