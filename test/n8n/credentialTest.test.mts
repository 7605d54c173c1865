import type { HotProfileService } from '../../sandbox/hotProfile/index.mts';
import { freePort } from '../../scripts/ports.mts';
import { Rest } from '../../scripts/n8n/rest.mts';
import { sandboxCredential } from '../../scripts/sandboxes.mts';
import { startOwnSandbox, testBed, storeCredential } from './testBed.mts';

let sandbox: HotProfileService;
let rest: Rest;
let stored: { id: string; name: string };

beforeAll(async () => {
	sandbox = await startOwnSandbox();
	rest = await Rest.signIn(testBed().url);
	stored = await storeCredential(rest, sandbox, 'credential test');
});
beforeEach(() => sandbox.reset());
afterAll(async () => await sandbox.close());

test('succeeds with the right key, by reading one client', async () => {
	expect(await tryOut({})).toMatchObject({ status: 'OK' });
	const pages = sandbox.journal.map(({ path, body }) => ({ path, page: body.page }));
	const page = { number: '1', display_number: '1' };
	expect(pages).toEqual([{ path: '/rest_api/v1/clients/get_entry_list', page }]);
	expect(await tryOut({})).toMatchObject({ status: 'OK' });
	expect(sandbox.journal).toHaveLength(2);
});

test('takes an instance pasted from the address bar', async () => {
	expect(await tryOut({ instance: `${sandbox.url}/leads?page=2` })).toMatchObject({ status: 'OK' });
});

test('names the key when the service refuses it, without showing it', async () => {
	const { status, message } = await tryOut({ apiKey: 'wrong-key' });
	expect(status).toBe('Error');
	expect(message).toMatch(/API key/);
	expect(message).toContain('APIキーが正しくありません');
	expect(message).not.toContain('wrong-key');
});

test.each([
	['nothing answers at', async () => `http://127.0.0.1:${await freePort()}`],
	['no address is known for', async () => 'no-such-company.hot-profile.invalid'],
])('says in plain words that %s the instance', async (_what, instance) => {
	const { status, message } = await tryOut({ instance: await instance() });
	expect(status).toBe('Error');
	expect(message).toBe("Could not connect to the HotProfile host. Check 'Instance' in the credential and n8n's network connection");
});

test.each([
	['a host without the API', { effect: 'status', status: 404, body: '<html></html>' }, /HotProfile found nothing at POST http.*'Instance'.*公開API/],
	['a log-in page', { effect: 'html' }, /web page instead of data.*'Instance'/],
	['a key without the right', { effect: 'keyRefused', status: 403 }, /rejected the credential.*API連携.*公開API/],
	['an answer in the service\'s own words', { effect: 'errorsList', sentences: ['公開APIが有効ではありません。'] }, /公開APIが有効ではありません。/],
] as const)('says in plain words what %s means', async (_what, fault, words) => {
	sandbox.fault({ ...fault, times: 2 } as never);
	const { status, message } = await tryOut({ apiKey: sandbox.apiKey, instance: sandbox.url.replace('127.0.0.1', 'localhost') });
	expect(status).toBe('Error');
	expect(message).toMatch(words);
});

test.each(['not a host', 'http://', ''])('says that "%s" is no instance, and sends nothing', async (instance) => {
	const { status, message } = await tryOut({ instance });
	expect(status).toBe('Error');
	expect(message).toMatch(/'Instance'/);
	expect(sandbox.journal).toHaveLength(0);
});

test('takes a key copied with blanks and its line break', async () => {
	expect(await tryOut({ apiKey: ` ${sandbox.apiKey}\n` })).toMatchObject({ status: 'OK' });
	expect(sandbox.journal).toMatchObject([{ keyRight: true }]);
});

test('says what is wrong with a key broken in the middle, and sends nothing', async () => {
	const { status, message } = await tryOut({ apiKey: `${sandbox.apiKey.slice(0, 9)}\n${sandbox.apiKey.slice(9)}` });
	expect(status).toBe('Error');
	expect(message).toMatch(/'API Key'.*line break/);
	expect(sandbox.journal).toHaveLength(0);
});

test('notices at once that the key is revoked', async () => {
	expect(await tryOut({})).toMatchObject({ status: 'OK' });
	sandbox.fault({ effect: 'keyRefused' });
	expect(await tryOut({})).toMatchObject({ status: 'Error', message: expect.stringContaining('rejected the credential') });
});

/** What the "Test" of the credential's form answers, with some fields filled in differently. */
async function tryOut(data: Record<string, unknown>): Promise<{ status: 'OK' | 'Error'; message: string }> {
	const usual = sandboxCredential(sandbox.url);
	return await rest.call('POST', '/credentials/test', {
		credentials: { id: stored.id, name: stored.name, type: usual.type, data: { ...usual.data, ...data } },
	});
}
