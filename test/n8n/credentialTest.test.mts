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

test('succeeds with a valid key by reading one client', async () => {
	expect(await testCredential({})).toMatchObject({ status: 'OK' });
	const pages = sandbox.journal.map(({ path, body }) => ({ path, page: body.page }));
	const page = { number: '1', display_number: '1' };
	expect(pages).toEqual([{ path: '/rest_api/v1/clients/get_entry_list', page }]);
	expect(await testCredential({})).toMatchObject({ status: 'OK' });
	expect(sandbox.journal).toHaveLength(2);
});

test('accepts an instance pasted from the address bar', async () => {
	expect(await testCredential({ instance: `${sandbox.url}/leads?page=2` })).toMatchObject({ status: 'OK' });
});

test('reports a rejected key without showing it', async () => {
	const { status, message } = await testCredential({ apiKey: 'wrong-key' });
	expect(status).toBe('Error');
	expect(message).toMatch(/'API Key' in the credential/);
	expect(message).toContain('APIキーが正しくありません');
	expect(message).not.toContain('wrong-key');
});

test.each([
	['a closed port', async () => `http://127.0.0.1:${await freePort()}`],
	['an unknown host', async () => 'no-such-company.hot-profile.invalid'],
])('reports %s as the instance', async (_what, instance) => {
	const { status, message } = await testCredential({ instance: await instance() });
	expect(status).toBe('Error');
	expect(message).toBe("Could not connect to the HotProfile host. Check 'Instance' in the credential and n8n's network connection");
});

test.each([
	['a host without the API', { effect: 'status', status: 404, body: '<html></html>' }, /HotProfile found nothing at POST http.*'Instance'.*公開API/],
	['a login page', { effect: 'html' }, /web page instead of data.*'Instance'/],
	['a key without the permission', { effect: 'keyRefused', status: 403 }, /rejected the credential.*API連携.*公開API/],
	['a message of the service', { effect: 'errorsList', sentences: ['公開APIが有効ではありません。'] }, /公開APIが有効ではありません。/],
] as const)('explains %s', async (_what, fault, expectedMessage) => {
	sandbox.fault({ ...fault, times: 2 } as never);
	const { status, message } = await testCredential({ apiKey: sandbox.apiKey, instance: sandbox.url.replace('127.0.0.1', 'localhost') });
	expect(status).toBe('Error');
	expect(message).toMatch(expectedMessage);
});

test.each(['not a host', 'http://', ''])('rejects "%s" as an instance, and sends nothing', async (instance) => {
	const { status, message } = await testCredential({ instance });
	expect(status).toBe('Error');
	expect(message).toMatch(/'Instance'/);
	expect(sandbox.journal).toHaveLength(0);
});

test('accepts a key copied with spaces and a line break', async () => {
	expect(await testCredential({ apiKey: ` ${sandbox.apiKey}\n` })).toMatchObject({ status: 'OK' });
	expect(sandbox.journal).toMatchObject([{ keyRight: true }]);
});

test('rejects a key with a line break in the middle, and sends nothing', async () => {
	const { status, message } = await testCredential({ apiKey: `${sandbox.apiKey.slice(0, 9)}\n${sandbox.apiKey.slice(9)}` });
	expect(status).toBe('Error');
	expect(message).toMatch(/'API Key'.*line break/);
	expect(sandbox.journal).toHaveLength(0);
});

test('detects a revoked key immediately', async () => {
	expect(await testCredential({})).toMatchObject({ status: 'OK' });
	sandbox.fault({ effect: 'keyRefused' });
	expect(await testCredential({})).toMatchObject({ status: 'Error', message: expect.stringContaining('rejected the credential') });
});

/** Tests the credential like the editor's form, with some fields changed. */
async function testCredential(data: Record<string, unknown>): Promise<{ status: 'OK' | 'Error'; message: string }> {
	const credential = sandboxCredential(sandbox.url);
	return await rest.call('POST', '/credentials/test', {
		credentials: { id: stored.id, name: stored.name, type: credential.type, data: { ...credential.data, ...data } },
	});
}
