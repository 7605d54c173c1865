import type { HotProfileService } from '../../sandbox/hotProfile/index.mts';
import { freePort } from '../../scripts/ports.mts';
import { Rest } from '../../scripts/n8n/rest.mts';
import { sandboxCredential } from '../../scripts/sandboxCredential.mts';
import { ownSandbox, stage, storeCredential } from './stage.mts';

let sandbox: HotProfileService;
let rest: Rest;
let stored: { id: string; name: string };

beforeAll(async () => {
	sandbox = await ownSandbox();
	rest = await Rest.signIn(stage().url);
	stored = await storeCredential(rest, sandbox, 'credential test');
});
beforeEach(() => sandbox.reset());
afterAll(async () => await sandbox.close());

test('succeeds with the right key, by one call', async () => {
	expect(await tryOut({})).toMatchObject({ status: 'OK' });
	expect(sandbox.journal).toHaveLength(1);
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

test('says that nothing answers at the instance', async () => {
	const { status, message } = await tryOut({ instance: `http://127.0.0.1:${await freePort()}` });
	expect(status).toBe('Error');
	expect(message).toMatch(/refused the connection/);
});

test.each(['not a host', 'http://', ''])('says that "%s" is no instance, and sends nothing', async (instance) => {
	const { status, message } = await tryOut({ instance });
	expect(status).toBe('Error');
	expect(message).toMatch(/'Instance'/);
	expect(sandbox.journal).toHaveLength(0);
});

test.each([
	['copied with its line break', (key: string) => `${key}\n`],
	['broken in the middle', (key: string) => `${key.slice(0, 9)}\n${key.slice(9)}`],
])('says what is wrong with a key %s, and sends nothing', async (_how, change) => {
	const { status, message } = await tryOut({ apiKey: change(sandbox.apiKey) });
	expect(status).toBe('Error');
	expect(message).toMatch(/'API Key'.*line break/);
	expect(sandbox.journal).toHaveLength(0);
});

/** What the "Test" of the credential's form answers, with some fields filled in differently. */
async function tryOut(data: Record<string, unknown>): Promise<{ status: 'OK' | 'Error'; message: string }> {
	const usual = sandboxCredential(sandbox.url);
	return await rest.call('POST', '/credentials/test', {
		credentials: { id: stored.id, name: stored.name, type: usual.type, data: { ...usual.data, ...data } },
	});
}
