import { setTimeout as sleep } from 'node:timers/promises';
import { Rest } from '../../scripts/n8n/rest.mts';
import { example, ownSandbox, stage, storeCredential, storeWorkflow, type Sandbox, type Workflow } from './stage.mts';

/** The window of the limit, and what the node keeps a slot longer to be sure. */
const WINDOW = 60_000;

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await ownSandbox();
});
afterAll(async () => await sandbox.close());

test('stopping an execution of 500 creates sends nothing more, also when slots come free, and stores it as canceled', async () => {
	const rest = await Rest.signIn(stage().url);
	const credential = await storeCredential(rest, sandbox, 'cancel');
	const workflow = await storeWorkflow(rest, withRows(await example('create-250-leads'), 500), credential);

	const { executionId } = await rest.call<{ executionId: string }>('POST', `/workflows/${workflow.id}/run`, {
		workflowData: workflow,
		triggerToStartFrom: { name: "When clicking 'Execute workflow'" },
	});
	await until(() => sandbox.journal.length >= 100);
	await rest.call('POST', `/executions/${executionId}/stop`);
	const sent = sandbox.journal.length;
	await sleep(WINDOW + 5_000);

	expect(sandbox.journal).toHaveLength(sent);
	expect(sandbox.figures()).toMatchObject({ calls: 100, refused: 0 });
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
