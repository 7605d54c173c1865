import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { executeWorkflow, importCredentials, importWorkflows } from '../../scripts/n8n/commandLine.mts';
import { everyField, startEcho } from '../allFields.mts';
import { testBed } from './testBed.mts';

const { HotProfile } = require('../../index.js');
const { n8n, userFolder } = testBed();

/** One workflow with a node for each of the nine operations, with all fields set. */
test('all nine operations send all fields under their exact names', async () => {
	const echo = await startEcho();
	const credential = { id: 'echoHotProfile', name: 'Echo' };
	const cases = everyField(new HotProfile().description.properties);
	const name = ({ resource, operation }: { resource: string; operation: string }) => `${resource} ${operation}`;
	const workflow = {
		id: 'everyField',
		name: 'Every field',
		active: false,
		settings: {},
		nodes: [
			{ id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
			...cases.map((one, index) => ({
				id: String(index), name: name(one), type: 'n8n-nodes-hotprofile-datacake-zen.hotProfile', typeVersion: 1,
				position: [300, index * 150], parameters: one.parameters, credentials: { hotProfileApi: credential },
			})),
		],
		connections: { Start: { main: [cases.map((one) => ({ node: name(one), type: 'main', index: 0 }))] } },
	};
	const folder = await mkdtemp(join(userFolder, 'workflows-'));
	await writeFile(join(folder, 'everyField.json'), JSON.stringify(workflow));
	await importCredentials(n8n, userFolder, [{ ...credential, type: 'hotProfileApi', data: { instance: echo.url, apiKey: 'the-key' } }]);
	await importWorkflows(n8n, userFolder, folder);

	const execution = await executeWorkflow(n8n, userFolder, 'everyField');
	echo.close();
	expect(execution.data.resultData.error).toBeUndefined();
	expect(JSON.stringify(execution)).not.toContain('the-key');
	for (const { path, pairs } of cases) {
		const [{ pairs: arrived }, ...others] = echo.received.filter(({ url }) => url === path);
		expect(others).toEqual([]);
		expect(arrived.sort()).toEqual([...pairs, ['api_key', 'the-key']].sort());
	}
	expect(echo.received).toHaveLength(9);
});
