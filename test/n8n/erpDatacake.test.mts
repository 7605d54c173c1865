import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type ErpService, startErpDatacake } from '../../sandbox/erpDatacake/index.mts';
import { type Execution, executeWorkflow, importCredentials, importWorkflows } from '../../scripts/n8n/commandLine.mts';
import { Rest } from '../../scripts/n8n/rest.mts';
import { erpCredential } from '../../scripts/sandboxes.mts';
import { freePort } from '../../scripts/ports.mts';
import { erpOperations, everyErpField, otherPaths, startErpEcho } from '../allErpFields.mts';
import { testBed } from './testBed.mts';

/** ERP Datacake in a real n8n: the requests of its 25 operations, its examples, files and credential. */

const { ErpDatacake } = require('../../index.js');
const { n8n, userFolder, url } = testBed();

/** Runs a workflow with some nodes in parallel branches on n8n's command line. */
async function executeNodes(id: string, credential: object, nodes: Array<{ name: string; parameters: object }>, before: object[] = []): Promise<Execution> {
	const folder = await mkdtemp(join(userFolder, 'workflows-'));
	const last = before.at(-1) as { name: string } | undefined;
	const workflow = {
		id, name: id, active: false, settings: {},
		nodes: [
			{ id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
			...before,
			...nodes.map((node, index) => ({
				...node, id: String(index), type: 'n8n-nodes-hotprofile-datacake-zen.erpDatacake', typeVersion: 1, position: [400, index * 150],
				credentials: { erpDatacakeApi: { id: `${id}Credential`, name: id } },
			})),
		],
		connections: {
			...(last ? { Start: { main: [[{ node: last.name, type: 'main', index: 0 }]] } } : {}),
			[last?.name ?? 'Start']: { main: [nodes.map(({ name }) => ({ node: name, type: 'main', index: 0 }))] },
		},
	};
	await writeFile(join(folder, `${id}.json`), JSON.stringify(workflow));
	await importCredentials(n8n, userFolder, [{ id: `${id}Credential`, name: id, type: 'erpDatacakeApi', data: credential as Record<string, unknown> }]);
	await importWorkflows(n8n, userFolder, folder);
	return await executeWorkflow(n8n, userFolder, id);
}

describe('all 25 operations with all fields', () => {
	const nodes = erpOperations.map(([resource, operation]) => ({
		name: `${resource} ${operation}`,
		...everyErpField(new ErpDatacake().description.properties, resource, operation),
	}));

	test.each(['query', 'body'])('send them under their exact names, with GET input in the %s', async (getInputIn) => {
		const echo = await startErpEcho();
		const { data } = await executeNodes(`erp${getInputIn}`, { baseUrl: echo.url, token: 'the-token', getInputIn }, nodes);
		echo.close();
		expect(data.resultData.error).toBeUndefined();
		for (const [index, [, , { method, path }]] of erpOperations.entries()) {
			const { input } = nodes[index];
			// Lists are also read to check IDs; those calls have no input.
			const calls = echo.seen.filter((one) => one.method === method && one.path === path);
			const sent = calls.map(({ query, body }) => ({ ...query, ...(body as object) }));
			expect(sent).toContainEqual(input);
			if (method === 'GET' && getInputIn === 'body') expect(calls.every(({ query }) => Object.keys(query).length === 0)).toBe(true);
		}
	});

	test('work with all paths replaced at once', async () => {
		const echo = await startErpEcho();
		const { endpointPaths, placeholder } = otherPaths();
		const { data } = await executeNodes('erpPaths', { baseUrl: `${echo.url}/api`, token: 'the-token', headerName: 'X-Token', headerPrefix: '', endpointPaths }, nodes);
		echo.close();
		expect(data.resultData.error).toBeUndefined();
		for (const index of erpOperations.keys()) {
			const name = placeholder(index);
			const { [name ?? '']: taken, ...left } = nodes[index].input;
			const path = `/api/erp-${index}.php${name ? `/de/${encodeURIComponent(String(taken))}` : ''}`;
			const sent = echo.seen.filter((one) => one.path === path).map(({ query: { acao: _acao, ...query }, body }) => ({ ...query, ...(body as object) }));
			expect(sent).toContainEqual(left);
		}
		for (const { headers, path } of echo.seen) expect([path, headers['x-token']]).toEqual([expect.stringMatching(/^\/api\/erp-/), 'the-token']);
	});
});

describe('with the sandbox', () => {
	let erp: ErpService;
	let rest: Rest;
	beforeAll(async () => {
		erp = await startErpDatacake();
		rest = await Rest.signIn(url);
		await importCredentials(n8n, userFolder, [erpCredential(erp.url)]);
		await importWorkflows(n8n, userFolder, 'examples');
	});
	beforeEach(() => erp.reset());
	afterAll(async () => await erp.close());

	test.each(['exampleRemindOfInvoices', 'exampleOrderToProspect'])('the example %s runs', async (id) => {
		const { data } = await executeWorkflow(n8n, userFolder, id);
		expect(data.resultData.error).toBeUndefined();
		expect(erp.journal.length).toBeGreaterThan(0);
		expect(erp.journal.filter(({ status }) => status >= 400)).toEqual([]);
		expect(erp.figures()).toMatchObject({ refused: 0 });
		expect(JSON.stringify(data)).not.toContain(erp.apiKey);
	});

	test('a file of 9 MB is uploaded as base64', async () => {
		const prospect = await createProspect();
		const code = 'const data = Buffer.alloc(9 * 2 ** 20, 7); return [{ json: {}, binary: { data: await this.helpers.prepareBinaryData(data, "contrato.pdf", "application/pdf") } }];';
		const file = { id: 'file', name: 'File', type: 'n8n-nodes-base.code', typeVersion: 2, position: [200, 0], parameters: { jsCode: code } };
		const parameters = { resource: 'prospect', operation: 'uploadFile', idProspecto: prospect, binaryFields: 'data', nomeArquivo: 'contrato.pdf' };
		const { data } = await executeNodes('erpFile', erpCredential(erp.url).data, [{ name: 'Upload', parameters }], [file]);
		expect(data.resultData.error).toBeUndefined();
		const upload = erp.journal.find(({ path }) => path === '/arquivos');
		expect(Buffer.from(String(upload?.body.arquivo), 'base64')).toHaveLength(9 * 2 ** 20);
	});

	async function createProspect(): Promise<string> {
		const parameters = { resource: 'prospect', operation: 'create', nome: 'Cliente de Teste', cnpjCpf: '529.982.247-25' };
		const { data } = await executeNodes('erpProspect', erpCredential(erp.url).data, [{ name: 'Create', parameters }]);
		expect(data.resultData.error).toBeUndefined();
		const { json } = data.resultData.runData.Create[0].data!.main[0][0];
		return String(json.prospectId ?? json.id_prospecto);
	}

	test.each([
		['is valid', async () => ({}), 'OK', /./],
		['has a wrong token', async () => ({ token: 'wrong-token' }), 'Error', /rejected the credential.*Token/],
		['has an unknown operation in its paths', async () => ({ endpointPaths: 'get_clients: /x' }), 'Error', /'Endpoint Paths'.*line 1.*get_clients/],
		['has an invalid path', async () => ({ endpointPaths: 'list_cities: cidades' }), 'Error', /'Endpoint Paths'.*line 1/],
		['points to a closed port', async () => ({ baseUrl: `http://127.0.0.1:${await freePort()}` }), 'Error', /Could not connect/],
		['uses plain http', async () => ({ baseUrl: 'http://erp.example.com' }), 'Error', /https/],
	])('the test of a credential that %s', async (name, more, status, message) => {
		const { id } = await rest.call<{ id: string }>('POST', '/credentials', { name, type: 'erpDatacakeApi', data: erpCredential(erp.url).data });
		const result = await rest.call<{ status: string; message: string }>('POST', '/credentials/test', {
			credentials: { id, name, type: 'erpDatacakeApi', data: { ...erpCredential(erp.url).data, ...(await more()) } },
		});
		expect(result.status).toBe(status);
		expect(result.message).toMatch(message);
		expect(result.message).not.toContain('wrong-token');
	});
});
