import { setTimeout as sleep } from 'node:timers/promises';
import type { HotProfileService } from '../../sandbox/hotProfile/index.mts';
import { Rest } from '../../scripts/n8n/rest.mts';
import { example, startOwnSandbox, testBed, storeCredential, storeWorkflow, type Workflow } from './testBed.mts';

/** After this time every call that was sent has given its slot back. */
const WINDOW = 60_000;

let sandbox: HotProfileService;

beforeAll(async () => {
	sandbox = await startOwnSandbox();
	// As slow as a service on the internet, so that the stop meets calls that are under way.
	sandbox.delay(50, 150);
});
afterAll(async () => await sandbox.close());

test('stopping 500 creates in the middle sends nothing more, also when all slots are free again, and is stored as canceled', async () => {
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
	await sleep(WINDOW + 5_000);

	expect(sandbox.journal).toHaveLength(sent);
	expect(sandbox.figures()).toMatchObject({ refused: 0, worstAtOnce: 2 });
	expect(await rest.call('GET', `/executions/${executionId}`)).toMatchObject({ status: 'canceled' });
});

/** The example with a longer list. */
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
		if (Date.now() > deadline) throw new Error('Waited 30 seconds in vain');
		await sleep(50);
	}
}
