import type { HotProfileService } from '../../sandbox/hotProfile/index.mts';
import { Rest } from '../../scripts/n8n/rest.mts';
import { Editor } from './editor.mts';
import { example, startOwnSandbox, testBed, storeCredential, storeWorkflow } from './testBed.mts';

let sandbox: HotProfileService;
let rest: Rest;
let credential: { id: string; name: string };
let editor: Editor;

beforeAll(async () => {
	sandbox = await startOwnSandbox();
	rest = await Rest.signIn(testBed().url);
	credential = await storeCredential(rest, sandbox, 'HotProfile (editor)');
	editor = await Editor.open(testBed().url);
	await editor.signIn();
});
afterAll(async () => {
	await editor?.close();
	await sandbox.close();
});

inEditor('the example opens, the node shows its fields, and executing it returns all leads', async () => {
	const { id } = await storeWorkflow(rest, await example('read-all-leads'), credential);
	await editor.openWorkflow(id);
	await editor.screenshot('1 example on the canvas');

	await editor.openNode('Read all leads');
	const fields = editor.byTestId('node-parameters');
	for (const label of ['Resource', 'Operation', 'Return All', 'Filters', 'Sort', 'Options', 'Output']) {
		await fields.getByText(label, { exact: true }).first().waitFor();
	}
	await editor.screenshot('2 fields of get many');
	await editor.addButton.click();
	await editor.option('Client Name').waitFor();
	await editor.screenshot('3 filters');
	await editor.page.keyboard.press('Escape');

	await editor.executeStep();
	await editor.output.getByText('2500 items').waitFor();
	await editor.screenshot('4 all leads');
	expect(sandbox.figures()).toMatchObject({ calls: 26, refused: 0 });
});

inEditor('a node is added from the panel, filled in and executed to create a lead', async () => {
	sandbox.reset();
	await editor.visit('/workflow/new');
	await editor.byTestId('canvas-add-button').waitFor();
	await editor.byTestId('node-creator-plus-button').or(editor.byTestId('canvas-plus-button')).first().click();
	await editor.byTestId('node-creator-search-bar').fill('HotProfile');
	await editor.screenshot('5 node panel');
	await editor.byTestId('item-iterator-item').filter({ hasText: 'HotProfile' }).first().click();
	await editor.screenshot('6 node details');
	await editor.page.getByText('Add to workflow').click();
	await editor.byTestId('node-parameters').waitFor();

	await editor.byTestId('parameter-input-resource').click();
	for (const resource of ['Business Card', 'Client', 'Lead']) await editor.option(resource).waitFor();
	await editor.screenshot('7 resources');
	await editor.option('Lead').click();
	await editor.byTestId('parameter-input-operation').click();
	for (const operation of ['Create', 'Get Many', 'Update']) await editor.option(operation).waitFor();
	await editor.screenshot('8 operations');
	await editor.option('Create').click();

	await selectCredential();
	await editor.byTestId('rlc-input').click();
	await editor.byTestId('rlc-item').first().waitFor();
	await editor.screenshot('9 client picker');
	await editor.byTestId('rlc-item').filter({ hasText: '1250003' }).click();
	await editor.byTestId('parameter-input-familyName').locator('input').fill('山田');
	await editor.addButton.click();
	await editor.option('Email').click();
	await editor.byTestId('parameter-input-email').locator('input').fill('yamada@example.jp');
	await editor.executeStep();
	await editor.output.getByText('1 item').waitFor();
	await editor.screenshot('10 lead created');

	const created = sandbox.journal.filter(({ path }) => path.endsWith('/leads/create'));
	expect(created).toMatchObject([{ status: 200, body: { client_id: '1250003', family_name: '山田', email: 'yamada@example.jp' } }]);
});

inEditor('the credential opens and its test succeeds', async () => {
	await editor.visit(`/home/credentials/${credential.id}`);
	await editor.page.getByText('Connection tested successfully').waitFor();
	await editor.screenshot('11 credential');
});

inEditor('with 250 input items, the node shows the expected duration before the run and the actual one after it', async () => {
	sandbox.reset();
	sandbox.set({ limit: null });
	// A higher limit, because calls of other tests count toward the same account.
	const fast = await storeCredential(rest, sandbox, 'HotProfile (fast)', { requestsPerMinute: 1000 });
	const { id } = await storeWorkflow(rest, await example('create-250-leads'), fast);
	await editor.openWorkflow(id);
	await editor.screenshot('12 create example on the canvas');
	await editor.openNode('Create lead');
	await editor.byTestId('execute-previous-node').first().click();
	await editor.output.getByText(/More than 200 items take about 2 to 4 min/).waitFor();
	await editor.screenshot('13 hint for 250 items');
	await editor.executeStep();
	await editor.output.getByText(/^Sent 250 requests to HotProfile in \d+ s without waiting\. HotProfile rejected none\.$/).waitFor();
	await editor.screenshot('14 summary after the run');
});

/** Defines a test that takes a screenshot if it fails. */
function inEditor(name: string, steps: () => Promise<void>): void {
	test(name, async () => {
		try {
			await steps();
		} catch (error) {
			await editor.screenshot(`failed, ${name}`);
			throw error;
		}
	});
}

/** Selects this test's credential, because a new node may preselect one of another test. */
async function selectCredential(): Promise<void> {
	await editor.byTestId('node-credentials-select').click();
	await editor.byTestId(`node-credentials-select-item-${credential.id}`).click();
}
