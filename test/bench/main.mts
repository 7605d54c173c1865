import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { executeWorkflow, importCredentials, importWorkflows } from '../../scripts/n8n/commandLine.mts';
import { installPackage } from '../../scripts/n8n/community.mts';
import { ensureN8n, type N8n } from '../../scripts/n8n/install.mts';
import { buildPackage } from '../../scripts/pack.mts';
import { SANDBOX_KEY, sandboxCredential } from '../../scripts/sandboxes.mts';

/**
 * What `npm run bench` runs: the cost of an item beside n8n's own HTTP Request node, on a real n8n,
 * with the same 1,000 creates against the same sandbox, turn and turn about. Limit and concurrency
 * are lifted for both: 1,000 calls fit into one minute at the highest setting.
 */

const ITEMS = 1000;
const ROUNDS = 5;

const fields = { client_id: 'clientId', family_name: 'name', first_name: 'name', email: 'email' };

const hotProfileNode = (credential: object) => ({
	type: 'n8n-nodes-hotprofile-datacake-zen.hotProfile',
	typeVersion: 1,
	credentials: { hotProfileApi: credential },
	parameters: {
		resource: 'lead',
		operation: 'create',
		clientId: { __rl: true, mode: 'id', value: '={{ $json.clientId }}' },
		familyName: '={{ $json.name }}',
		additionalFields: { firstName: '={{ $json.name }}', email: '={{ $json.email }}' },
	},
});

const httpRequestNode = (url: string) => ({
	type: 'n8n-nodes-base.httpRequest',
	typeVersion: 4.2,
	parameters: {
		method: 'POST',
		url: `${url}/rest_api/v1/leads/create`,
		sendBody: true,
		contentType: 'form-urlencoded',
		bodyParameters: {
			parameters: [
				{ name: 'api_key', value: SANDBOX_KEY },
				...Object.entries(fields).map(([name, key]) => ({ name, value: `={{ $json.${key} }}` })),
			],
		},
	},
});

function workflow(id: string, node: object, clientId: number) {
	const rows = `return Array.from({ length: ${ITEMS} }, (_, i) => ({ json: {
		clientId: ${clientId}, name: '試験' + i, email: 'a' + i + '@example.co.jp' } }));`;
	return {
		id,
		name: id,
		active: false,
		settings: {},
		nodes: [
			{ id: '1', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
			{ id: '2', name: 'Rows', type: 'n8n-nodes-base.code', typeVersion: 2, position: [200, 0], parameters: { jsCode: rows } },
			{ id: '3', name: 'Node', position: [400, 0], ...node },
		],
		connections: {
			Start: { main: [[{ node: 'Rows', type: 'main', index: 0 }]] },
			Rows: { main: [[{ node: 'Node', type: 'main', index: 0 }]] },
		},
	};
}

/** Runs a workflow once and hands back the node's time per item in ms. */
async function costPerItem(n8n: N8n, userFolder: string, service: HotProfileService, id: string): Promise<number> {
	service.reset();
	const { status, data } = await executeWorkflow(n8n, userFolder, id);
	const [{ executionTime, data: output }] = data.resultData.runData.Node;
	const stored = service.journal.filter((call) => call.stored).length;
	if (status !== 'success' || stored !== ITEMS || output?.main[0].length !== ITEMS) {
		throw new Error(`${id}: ${status}, ${stored} of ${ITEMS} stored`);
	}
	return executionTime / ITEMS;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function bench(): Promise<void> {
	const n8n = await ensureN8n(undefined, { onProgress: console.log });
	const userFolder = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
	const service = await startHotProfile({ apiKey: SANDBOX_KEY, limit: null });
	try {
		await installPackage(userFolder, await buildPackage(userFolder));
		const { data, ...credential } = sandboxCredential(service.url);
		const lifted = { ...data, requestsPerMinute: 1000, concurrentRequests: 20 };
		await importCredentials(n8n, userFolder, [{ ...credential, data: lifted }]);
		const [clientId] = service.clients.keys();
		const contestants = {
			'this package': hotProfileNode({ id: credential.id, name: credential.name }),
			'HTTP Request node': httpRequestNode(service.url),
		};
		const folder = await mkdtemp(join(userFolder, 'workflows-'));
		const names = Object.keys(contestants);
		for (const [index, node] of Object.values(contestants).entries()) {
			await writeFile(join(folder, `${index}.json`), JSON.stringify(workflow(`bench${index}`, node, clientId)));
		}
		await importWorkflows(n8n, userFolder, folder);

		const costs: number[][] = names.map(() => []);
		for (let round = 0; round < ROUNDS; round++) {
			for (const [index, name] of names.entries()) {
				const cost = await costPerItem(n8n, userFolder, service, `bench${index}`);
				costs[index].push(cost);
				console.log(`round ${round + 1}: ${name}: ${cost.toFixed(2)} ms an item`);
			}
		}
		const [own, peer] = costs.map(median);
		console.log(`\nCost of one of ${ITEMS} creates on n8n ${n8n.version}, median of ${ROUNDS} rounds, the service's time included for both:`);
		console.log(`  this package       ${own.toFixed(2)} ms`);
		console.log(`  HTTP Request node  ${peer.toFixed(2)} ms`);
		console.log(`  ratio              ${(own / peer).toFixed(2)}`);
	} finally {
		await service.close();
		await rm(userFolder, { recursive: true, force: true });
	}
}

bench().catch((error: Error) => {
	console.error(error.stack);
	process.exitCode = 1;
});
