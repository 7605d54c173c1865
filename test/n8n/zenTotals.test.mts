import { setTimeout as sleep } from 'node:timers/promises';

import { type CrmZenService, startCrmZen } from '../../sandbox/crmZen/index.mts';
import { executeWorkflow, importCredentials, importWorkflows } from '../../scripts/n8n/commandLine.mts';
import { Rest } from '../../scripts/n8n/rest.mts';
import { zenCredential } from '../../scripts/sandboxes.mts';
import { freePort } from '../../scripts/ports.mts';
import { testBed } from './testBed.mts';

/** Zen Totals in a real n8n: 20 seconds stand for the 5 minutes of CRM Zen. */

const WAIT_S = 20;
const { n8n, userFolder, url } = testBed();
let zen: CrmZenService;
let rest: Rest;

beforeAll(async () => {
	zen = await startCrmZen({ waits: { totals: WAIT_S } });
	rest = await Rest.signIn(url);
});
beforeEach(() => zen.reset());
afterAll(async () => await zen.close());

/** The data of a credential. Each test has a separate URL, and with it a separate waiting time. */
const dataFor = (test: string, more: object = {}) => {
	const { data } = zenCredential(zen.url);
	return { ...data, totalsUrl: `${zen.reportUrl('totals')}?conta=${encodeURIComponent(test)}`, totalsWait: WAIT_S, ...more };
};

async function createWorkflow(test: string, parameters: object): Promise<{ id: string; nodes: unknown[] }> {
	const credential = await rest.call<{ id: string; name: string }>('POST', '/credentials', { name: test, type: 'crmZenApi', data: dataFor(test) });
	return await rest.call('POST', '/workflows', {
		name: test,
		settings: {},
		nodes: [
			{ id: '1', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
			{
				id: '2', name: 'Totals', type: 'n8n-nodes-hotprofile-datacake-zen.zenTotals', typeVersion: 1, position: [200, 0],
				parameters: { resource: 'totals', operation: 'getMany', ...parameters }, credentials: { crmZenApi: credential },
			},
		],
		connections: { Start: { main: [[{ node: 'Totals', type: 'main', index: 0 }]] } },
	});
}

const start = async (workflow: { id: string }) =>
	await rest.call<{ executionId: string }>('POST', `/workflows/${workflow.id}/run`, { workflowData: workflow, triggerToStartFrom: { name: 'Start' } });

const statusOf = async (id: string) => (await rest.call<{ status: string }>('GET', `/executions/${id}`)).status;

async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 120_000): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	while (!(await condition())) {
		if (Date.now() > deadline) throw new Error('The condition was not met in time');
		await sleep(50);
	}
}

test("the example reads yesterday's totals into a spreadsheet with one call", async () => {
	await importCredentials(n8n, userFolder, [zenCredential(zen.url)]);
	await importWorkflows(n8n, userFolder, 'examples');
	const { data } = await executeWorkflow(n8n, userFolder, 'exampleYesterdaysTotals');
	expect(data.resultData.error).toBeUndefined();
	const rows = data.resultData.runData["Yesterday's totals"][0].data!.main[0];
	expect(rows.length).toBeGreaterThan(10);
	expect(Object.keys(rows[0].json)).toEqual(['date', 'kind', 'user', 'dimension', 'code', 'name', 'leads']);
	expect(data.resultData.runData.Spreadsheet[0].data!.main[0]).toHaveLength(1);
	expect(zen.journal.map(({ keyIn, status }) => ({ keyIn, status }))).toEqual([{ keyIn: 'header', status: 200 }]);
	expect(JSON.stringify(data)).not.toContain(zen.apiKey);
});

test('a range of three days makes three calls, 20 seconds apart, none rejected', async () => {
	const workflow = await createWorkflow('range', { period: 'range', startDate: '2026-03-02', endDate: '2026-03-04' });
	const { executionId } = await start(workflow);
	await until(async () => (await statusOf(executionId)) !== 'running');
	expect(await statusOf(executionId)).toBe('success');
	const starts = zen.journal.map(({ at }) => at);
	const gaps = starts.slice(1).map((at, index) => Math.round(at - starts[index]));
	console.info('Three days of totals, ms between the calls:', gaps);
	expect(zen.figures(WAIT_S * 1000)).toMatchObject({ calls: 3, refused: 0, worstWindow: 1 });
	expect(zen.journal.map(({ query }) => query.data)).toEqual(['2026-03-02', '2026-03-03', '2026-03-04']);
});

test('an execution stopped during the wait ends as canceled and sends nothing more', async () => {
	const workflow = await createWorkflow('stop', { period: 'range', startDate: '2026-03-02', endDate: '2026-03-04' });
	const { executionId } = await start(workflow);
	await until(() => zen.journal.length === 1);
	await sleep(1_000);
	await rest.call('POST', `/executions/${executionId}/stop`);
	await until(async () => (await statusOf(executionId)) === 'canceled', 10_000);
	await sleep(WAIT_S * 1_000 + 2_000);
	expect(zen.journal).toHaveLength(1);
});

describe('the credential test', () => {
	let id: string;
	beforeAll(async () => {
		({ id } = await rest.call<{ id: string }>('POST', '/credentials', { name: 'test', type: 'crmZenApi', data: dataFor('test') }));
	});

	const testCredential = async (test: string, more: object = {}) =>
		await rest.call<{ status: string; message: string }>('POST', '/credentials/test', {
			credentials: { id, name: test, type: 'crmZenApi', data: dataFor(test, more) },
		});

	test('sends one call per waiting time', async () => {
		expect(await testCredential('right')).toMatchObject({ status: 'OK' });
		expect(await testCredential('right')).toMatchObject({ status: 'OK' });
		expect(zen.journal).toHaveLength(1);
	});

	test('takes a 429 as proof of URL and token', async () => {
		zen.fault({ effect: '429', times: 3 } as never);
		expect(await testCredential('many')).toMatchObject({ status: 'OK' });
	});

	test.each([
		['a wrong token', async () => ({ totalsToken: 'wrong-token' }), /rejected the credential|token/i],
		['a token with a space', async () => ({ totalsToken: 'a b' }), /Token/],
		['an invalid URL', async () => ({ totalsUrl: 'not a url' }), /URL/],
		['a closed port', async () => ({ totalsUrl: `http://127.0.0.1:${await freePort()}/totals` }), /Could not connect/],
	])('explains what is wrong with %s', async (name, more, expectedMessage) => {
		const { status, message } = await testCredential(name, await more());
		expect(status).toBe('Error');
		expect(message).toMatch(expectedMessage);
		expect(message).not.toContain('wrong-token');
	});
});
