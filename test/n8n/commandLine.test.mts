import type { HotProfileService } from '../../sandbox/hotProfile/index.mts';
import type { Params } from '../../sandbox/parseRequest.mts';
import { executeWorkflow, importCredentials, importWorkflows, type Item } from '../../scripts/n8n/commandLine.mts';
import { sandboxCredential } from '../../scripts/sandboxes.mts';
import { startOwnSandbox, testBed } from './testBed.mts';

const { n8n, userFolder } = testBed();
let sandbox: HotProfileService;

beforeAll(async () => {
	sandbox = await startOwnSandbox();
	await importCredentials(n8n, userFolder, [sandboxCredential(sandbox.url)]);
	await importWorkflows(n8n, userFolder, 'examples');
});
beforeEach(() => sandbox.reset());
afterAll(async () => await sandbox.close());

test('the example "read all leads" reads 2,500 leads in 25 calls plus one for the empty last page', async () => {
	const items = await execute('exampleReadAllLeads', 'Read all leads');

	const ids = items.map(({ json }) => Number(json.id));
	expect(ids).toHaveLength(2_500);
	expect(new Set(ids).size).toBe(2_500);
	expect(ids).toEqual([...ids].sort((one, other) => one - other));
	expect(sandbox.journal).toHaveLength(26);
	const kinds = new Set(sandbox.journal.map(({ status, keyIn, path }) => `${status}, key in ${keyIn}, ${path}`));
	expect([...kinds]).toEqual(['200, key in body, /rest_api/v1/leads/get_entry_list']);
	expect(sandbox.journal.map(({ body }) => (body.page as Params).number)).toEqual(Array.from({ length: 26 }, (_, page) => String(page + 1)));
	expect(sandbox.figures()).toMatchObject({ refused: 0 });
	expect(sandbox.figures().worstAtOnce).toBeLessThanOrEqual(2);
});

test('the example "create leads" creates 250 leads under the real limit, with none rejected, lost or sent twice', async () => {
	const items = await execute('exampleCreateLeads', 'Create lead');

	const rows = Array.from({ length: 250 }, (_, row) => row);
	expect(items.map(inputRowOf)).toEqual(rows);
	const stored = sandbox.journal.map(({ stored }) => stored);
	expect(new Set(stored).size).toBe(250);
	expect(items.map(({ json }) => Number(json.id))).toEqual(stored);
	expect(sandbox.journal.map(({ body }) => body.email)).toEqual(rows.map((row) => `lead${row + 1}@example.jp`));

	const figures = sandbox.figures();
	console.info('250 creates:', figures);
	expect(figures).toMatchObject({ calls: 250, refused: 0 });
	expect(figures.worstWindow).toBeLessThanOrEqual(100);
	expect(figures.worstAtOnce).toBeLessThanOrEqual(2);
});

/** Executes a stored workflow with n8n's command line, and returns the output of a node. */
async function execute(id: string, node: string): Promise<Item[]> {
	const execution = await executeWorkflow(n8n, userFolder, id);
	expect(execution.data.resultData.error).toBeUndefined();
	return execution.data.resultData.runData[node][0].data!.main[0];
}

/** The index of an item's input row. */
function inputRowOf({ pairedItem }: Item): number | undefined {
	return typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : undefined;
}
