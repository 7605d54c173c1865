import { createRequire } from 'node:module';
import { resolve } from 'node:path';

import type { INodePropertyOptions, INodeType } from 'n8n-workflow';

import { Rest } from '../../scripts/n8n/rest.mts';
import { visible } from '../visibleProperties.mts';
import { Editor } from './editor.mts';
import { testBed } from './testBed.mts';

/** Opens every operation of every node in the editor, checks its fields and takes a screenshot. */

const load = createRequire(resolve('package.json'));
const { n8n } = load('./package.json') as { n8n: { nodes: string[] } };
const nodes = n8n.nodes.map((path) => {
	const [Type] = Object.values(load(`./${path}`) as Record<string, new () => INodeType>);
	return new Type().description;
// A trigger has no operations.
}).filter(({ polling }) => !polling);

let editor: Editor;
beforeAll(async () => {
	editor = await Editor.open(testBed().url);
	await editor.signIn();
});
afterAll(async () => await editor.close());

test.each(nodes)('$displayName shows the fields of each of its operations', async ({ name, displayName, properties }) => {
	const options = (property: string, resource = '') =>
		properties.find((one) => one.name === property && (one.displayOptions?.show?.resource?.includes(resource) ?? true))?.options as INodePropertyOptions[];
	const operations = options('resource').flatMap(({ value }) => options('operation', String(value)).map((one) => [String(value), String(one.value)]));
	const rest = await Rest.signIn(testBed().url);
	const { id } = await rest.call<{ id: string }>('POST', '/workflows', {
		name: `Gallery of ${displayName}`,
		settings: {},
		connections: {},
		nodes: operations.map(([resource, operation], index) => ({
			id: String(index), name: `${resource} ${operation}`, type: `n8n-nodes-hotprofile-datacake-zen.${name}`, typeVersion: 1,
			position: [(index % 5) * 220, Math.floor(index / 5) * 180], parameters: { resource, operation },
		})),
	});
	await editor.openWorkflow(id);
	await editor.screenshot(`${displayName}, all operations`);
	for (const [resource, operation] of operations) {
		await editor.openNode(`${resource} ${operation}`);
		const required = visible(properties, resource, operation).filter((one) => one.required && !Object.keys(one.displayOptions?.show ?? {}).some((key) => !['resource', 'operation'].includes(key)));
		for (const field of required) await editor.byTestId('node-parameters').getByText(field.displayName, { exact: true }).first().waitFor();
		await editor.screenshot(`${displayName}, ${resource} ${operation}`);
		await editor.page.keyboard.press('Escape');
		await editor.byTestId('node-parameters').waitFor({ state: 'hidden' });
	}
});
