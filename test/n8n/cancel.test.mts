import { setTimeout as sleep } from 'node:timers/promises';
import type { HotProfileService } from '../../sandbox/hotProfile/index.mts';
import { Rest } from '../../scripts/n8n/rest.mts';
import { example, startOwnSandbox, testBed, storeCredential, storeWorkflow, type Workflow } from './testBed.mts';

/** After this time, every call has released its slot. */
const WINDOW_MS = 60_000;

let sandbox: HotProfileService;

beforeAll(async () => {
	sandbox = await startOwnSandbox();
	// As slow as a service on the internet, so that calls are in progress when the execution is stopped.
	sandbox.delay(50, 150);
});
afterAll(async () => await sandbox.close());

test('an execution of 500 creates that is stopped midway sends nothing more, even when all slots are free again, and is stored as canceled', async () => {
	const rest = await Rest.signIn(testBed().url);
	const credential = await storeCredential(rest, sandbox, 'cancel');
	const workflow = await storeWorkflow(rest, withRows(await example('create-250-leads'), 500), credential);

	const { executionId } = await rest.call<{ executionId: string }>('POST', `/workflows/${workflow.id}/run`, {
		workflowData: workflow,
		triggerToStartFrom: { name: "When clicking 'Execute workflow'" },
	});
	await until(() => sandbox.journal.length >= 60);
	await rest.call('POST', `/executions/${executionId}/stop`);
	const sent = sandbox.journal.length;
	expect(sent).toBeLessThan(100);
	await sleep(WINDOW_MS + 5_000);

	expect(sandbox.journal).toHaveLength(sent);
	expect(sandbox.figures()).toMatchObject({ refused: 0, worstAtOnce: 2 });
	expect(await rest.call('GET', `/executions/${executionId}`)).toMatchObject({ status: 'canceled' });
});

/** The example workflow with more rows. */
function withRows(workflow: Workflow, rows: number): Workflow {
	const nodes = workflow.nodes.map((node) => {
		const { jsCode } = node.parameters;
		return typeof jsCode === 'string' ? { ...node, parameters: { jsCode: jsCode.replace('length: 250', `length: ${rows}`) } } : node;
	});
	return { ...workflow, nodes };
}

async function until(condition: () => boolean): Promise<void> {
	const deadline = Date.now() + 30_000;
	while (!condition()) {
		if (Date.now() > deadline) throw new Error('The condition was not met within 30 seconds');
		await sleep(50);
	}
}
