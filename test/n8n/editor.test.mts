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

inEditor('the example opens, the node shows its fields, and executing it shows every lead', async () => {
	const { id } = await storeWorkflow(rest, await example('read-all-leads'), credential);
	await editor.openWorkflow(id);
	await editor.picture('1 example on the canvas');

	await editor.openNode('Read all leads');
	const fields = editor.by('node-parameters');
	for (const label of ['Resource', 'Operation', 'Return All', 'Filters', 'Sort', 'Options', 'Output']) {
		await fields.getByText(label, { exact: true }).first().waitFor();
	}
	await editor.picture('2 fields of get many');
	await editor.addButton.click();
	await editor.option('Client Name').waitFor();
	await editor.picture('3 filters');
	await editor.page.keyboard.press('Escape');

	await editor.executeStep();
	await editor.output.getByText('2500 items').waitFor();
	await editor.picture('4 all leads');
	expect(sandbox.figures()).toMatchObject({ calls: 26, refused: 0 });
});

inEditor('the node is found in the panel, and a lead is created by choosing and typing', async () => {
	sandbox.reset();
	await editor.visit('/workflow/new');
	await editor.by('canvas-add-button').waitFor();
	await editor.by('node-creator-plus-button').or(editor.by('canvas-plus-button')).first().click();
	await editor.by('node-creator-search-bar').fill('HotProfile');
	await editor.picture('5 node panel');
	await editor.by('item-iterator-item').filter({ hasText: 'HotProfile' }).first().click();
	await editor.picture('6 node details');
	await editor.page.getByText('Add to workflow').click();
	await editor.by('node-parameters').waitFor();

	await editor.by('parameter-input-resource').click();
	for (const resource of ['Business Card', 'Client', 'Lead']) await editor.option(resource).waitFor();
	await editor.picture('7 resources');
	await editor.option('Lead').click();
	await editor.by('parameter-input-operation').click();
	for (const operation of ['Create', 'Get Many', 'Update']) await editor.option(operation).waitFor();
	await editor.picture('8 operations');
	await editor.option('Create').click();

	await chooseCredential();
	await editor.by('rlc-input').click();
	await editor.by('rlc-item').first().waitFor();
	await editor.picture('9 client picker');
	await editor.by('rlc-item').filter({ hasText: '1250003' }).click();
	await editor.by('parameter-input-familyName').locator('input').fill('山田');
	await editor.addButton.click();
	await editor.option('Email').click();
	await editor.by('parameter-input-email').locator('input').fill('yamada@example.jp');
	await editor.executeStep();
	await editor.output.getByText('1 item').waitFor();
	await editor.picture('10 lead created');

	const created = sandbox.journal.filter(({ path }) => path.endsWith('/leads/create'));
	expect(created).toMatchObject([{ status: 200, body: { client_id: '1250003', family_name: '山田', email: 'yamada@example.jp' } }]);
});

inEditor('the credential opens and its test succeeds', async () => {
	await editor.visit(`/home/credentials/${credential.id}`);
	await editor.page.getByText('Connection tested successfully').waitFor();
	await editor.picture('11 credential');
});

inEditor('with 250 items coming in, the node says beforehand how long that takes, and afterwards what it took', async () => {
	sandbox.reset();
	sandbox.set({ limit: null });
	// Calls of the whole account count: after these, another test of this minute would have to wait.
	const fast = await storeCredential(rest, sandbox, 'HotProfile (fast)', { requestsPerMinute: 1000 });
	const { id } = await storeWorkflow(rest, await example('create-250-leads'), fast);
	await editor.openWorkflow(id);
	await editor.picture('12 create example on the canvas');
	await editor.openNode('Create lead');
	await editor.by('execute-previous-node').first().click();
	await editor.output.getByText(/More than 200 items take about 2 to 4 min/).waitFor();
	await editor.picture('13 hint for 250 items');
	await editor.executeStep();
	await editor.output.getByText(/^Sent 250 requests to HotProfile in \d+ s without waiting\. HotProfile rejected none\.$/).waitFor();
	await editor.picture('14 note after the run');
});

/** A test that leaves a picture of where it failed. */
function inEditor(name: string, steps: () => Promise<void>): void {
	test(name, async () => {
		try {
			await steps();
		} catch (error) {
			await editor.picture(`failed, ${name}`);
			throw error;
		}
	});
}

/** A new node chooses a credential by itself; other tests have stored some of theirs. */
async function chooseCredential(): Promise<void> {
	await editor.by('node-credentials-select').click();
	await editor.by(`node-credentials-select-item-${credential.id}`).click();
}
