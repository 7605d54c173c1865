import { type ErpService, startErpDatacake } from '../../sandbox/erpDatacake/index.mts';
import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { startCrmZen } from '../../sandbox/crmZen/index.mts';
import { type Job, run, start } from './engine.mts';

/** A credential with expressions: each item's call goes to its own account, with its own key. */

const { WINDOW } = require('../../dist/nodes/shared/connection.js') as { WINDOW: { ms: number } };
const usual = WINDOW.ms;
beforeAll(() => (WINDOW.ms = 1000));
afterAll(() => (WINDOW.ms = usual));

const perItem = { instance: '={{ $json.instance }}', apiKey: '={{ $json.key }}', requestsPerMinute: '={{ $json.limit ?? 1000 }}', concurrentRequests: 2 };
const tenants = ['tenant-key-A', 'tenant-key-B', 'tenant-key-C'];
let services: HotProfileService[];
beforeEach(async () => (services = await Promise.all(tenants.map(async (apiKey) => await startHotProfile({ apiKey, limit: null })))));
afterEach(async () => await Promise.all(services.map(async (service) => await service.close())));

const items = (count: number) => Array.from({ length: count }, (_, index) => ({
	name: `試験${index}`, tenant: index % 3, instance: services[index % 3].url, key: tenants[index % 3], client: [...services[index % 3].clients.keys()][0],
}));
const create = (more: Partial<Job> = {}): Job => ({
	parameters: { resource: 'lead', operation: 'create', clientId: '={{ $json.client }}', familyName: '={{ $json.name }}' },
	items: items(12), credential: perItem, ...more,
});

test('records of three tenants are stored with their own keys', async () => {
	const { status, items: out } = await run(create());
	expect(status).toBe('success');
	expect(out).toHaveLength(12);
	for (const [index, service] of services.entries()) {
		expect(service.journal.map(({ body }) => body.family_name)).toEqual(items(12).filter(({ tenant }) => tenant === index).map(({ name }) => name));
		expect(service.journal.every(({ keyRight }) => keyRight)).toBe(true);
	}
});

test('each account has its own limit', async () => {
	for (const service of services) service.set({ limit: { calls: 5, windowMs: 1000, atOnce: 2 } });
	const { status } = await run(create({ items: items(30).map((item) => ({ ...item, limit: 5 })) }));
	expect(status).toBe('success');
	for (const service of services) expect(service.figures(1000)).toMatchObject({ calls: 10, refused: 0 });
});

test('one tenant whose key is refused, missing or an expression that fails does not end the others', async () => {
	const rows = items(9).map((item, index) => (index % 3 !== 1 ? item : { ...item, key: index === 1 ? 'wrong-key' : '' }));
	const { items: out } = await run(create({ items: rows, onError: 'continueRegularOutput' }));
	expect(out.map(({ json }) => typeof json.error)).toEqual(rows.map((_, index) => (index % 3 === 1 ? 'string' : 'undefined')));
	expect(out[4].json.error).toMatch(/'API Key' in the credential is empty/);
	for (const service of services) service.reset();
	const failing = { ...perItem, apiKey: "={{ $json.key === 'tenant-key-A' ? $('Nowhere').item : $json.key }}" };
	const { items: others } = await run(create({ credential: failing, onError: 'continueRegularOutput' }));
	expect(others.map(({ json }) => typeof json.error)).toEqual(items(12).map(({ tenant }) => (tenant === 0 ? 'string' : 'undefined')));
});

test("no tenant's key stands in another one's output or message", async () => {
	for (const service of services) service.fault({ effect: 'errorsList', sentences: tenants, times: 1 } as never);
	const { run: whole } = await run(create({ onError: 'continueRegularOutput' }));
	const seen = JSON.stringify(whole.data.resultData.runData.Node);
	for (const key of tenants) expect(seen.replaceAll(`"key":"${key}"`, '')).not.toContain(key);
});

test('a changed credential reaches calls that wait already', async () => {
	const [service, other] = services;
	const credential: Record<string, unknown> = { instance: service.url, apiKey: tenants[0], requestsPerMinute: 1000, concurrentRequests: 1 };
	service.delay(250, 250);
	other.delay(250, 250);
	const execution = start(create({ items: items(90).filter(({ tenant }) => tenant === 0), credential: credential as Job['credential'] }));
	while (service.journal.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
	Object.assign(credential, { apiKey: tenants[1], instance: other.url });
	const { items: out } = await execution.done;
	expect(out.length + service.journal.length).toBeGreaterThan(0);
	expect(other.journal.length).toBeGreaterThan(0);
	expect(other.journal.every(({ keyRight }) => keyRight)).toBe(true);
});

describe('ERP Datacake', () => {
	let erps: ErpService[];
	beforeAll(async () => (erps = await Promise.all(['erp-token-A', 'erp-token-B'].map(async (apiKey) => await startErpDatacake({ apiKey, limit: null } as never)))));
	afterAll(async () => await Promise.all(erps.map(async (erp) => await erp.close())));

	test('files of one item, ids and pages go to its own account', async () => {
		const rows = [0, 1, 0, 1].map((index) => ({ base: erps[index].url, token: erps[index].apiKey, name: `n${index}` }));
		const { status } = await run({
			node: 'erpDatacake',
			parameters: { resource: 'lead', operation: 'create', nome: '={{ $json.name }}' },
			items: rows,
			credential: { baseUrl: '={{ $json.base }}', token: '={{ $json.token }}' },
		});
		expect(status).toBe('success');
		for (const erp of erps) {
			const writes = erp.journal.filter(({ stored }) => stored !== undefined);
			expect(writes).toHaveLength(2);
			expect(writes.every(({ keyRight }) => keyRight)).toBe(true);
		}
	});
});

test('CRM Zen asks each account for itself', async () => {
	const zens = await Promise.all(['zen-token-A', 'zen-token-B'].map(async (apiKey) => await startCrmZen({ apiKey, waits: { totals: 0 } } as never)));
	try {
		const rows = [0, 1, 0].map((index) => ({ url: zens[index].reportUrl('totals'), token: zens[index].apiKey }));
		const { status } = await run({
			node: 'zenTotals',
			parameters: { resource: 'totals', operation: 'getMany', period: 'oneDay', date: '2026-03-02' },
			items: rows,
			credential: { totalsUrl: '={{ $json.url }}', totalsToken: '={{ $json.token }}', totalsWait: 0 },
		});
		expect(status).toBe('success');
		for (const zen of zens) {
			expect(zen.journal.length).toBeGreaterThan(0);
			expect(zen.journal.every(({ keyRight }) => keyRight)).toBe(true);
		}
	} finally {
		await Promise.all(zens.map(async (zen) => await zen.close()));
	}
});
