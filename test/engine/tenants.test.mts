import { type ErpService, startErpDatacake } from '../../sandbox/erpDatacake/index.mts';
import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { type CrmZenService, startCrmZen } from '../../sandbox/crmZen/index.mts';
import { type Job, run, start } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** Credentials with expressions: each item's call goes to its own account with its own key. */

beforeAll(() => setTiming('WINDOW_MS', 1000));
afterAll(restoreTiming);

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

test('records of three tenants are stored with the key of each', async () => {
	const { status, items: out } = await run(create());
	expect(status).toBe('success');
	expect(out).toHaveLength(12);
	for (const [index, service] of services.entries()) {
		expect(service.journal.map(({ body }) => body.family_name)).toEqual(items(12).filter(({ tenant }) => tenant === index).map(({ name }) => name));
		expect(service.journal.every(({ keyRight }) => keyRight)).toBe(true);
	}
});

test('each call of an AI tool goes to the account selected by its arguments', async () => {
	const [a, b] = services;
	const named = (one: string, other: string) => `={{ $fromAI('name') === '甲' ? '${one}' : '${other}' }}`;
	const calls = [[a, '甲'], [b, '乙'], [a, '甲']] as const;
	const { status } = await run({
		node: 'hotProfileTool',
		parameters: { resource: 'lead', operation: 'update', id: "={{ $fromAI('lead') }}", clientId: "={{ $fromAI('client') }}", updateFields: { familyName: "={{ $fromAI('name') }}" } },
		calls: calls.map(([service, name]) => ({ lead: String([...service.leads.keys()][0]), client: String([...service.clients.keys()][0]), name })),
		credential: { instance: named(a.url, b.url), apiKey: named(tenants[0], tenants[1]) },
	});
	expect(status).toBe('success');
	expect(services.map(({ journal }) => journal.map(({ keyRight, body }) => [keyRight, body.family_name]))).toEqual([[[true, '甲'], [true, '甲']], [[true, '乙']], []]);
});

test('each account has its own limit', async () => {
	for (const service of services) service.set({ limit: { maxCalls: 5, windowMs: 1000, maxConcurrent: 2 } });
	const { status } = await run(create({ items: items(30).map((item) => ({ ...item, limit: 5 })) }));
	expect(status).toBe('success');
	for (const service of services) expect(service.figures(1000)).toMatchObject({ calls: 10, refused: 0 });
});

test('a rejected, missing or unresolvable key of one tenant does not affect the others', async () => {
	const rows = items(9).map((item, index) => (index % 3 !== 1 ? item : { ...item, key: index === 1 ? 'wrong-key' : '' }));
	const { items: out } = await run(create({ items: rows, onError: 'continueRegularOutput' }));
	expect(out.map(({ json }) => typeof json.error)).toEqual(rows.map((_, index) => (index % 3 === 1 ? 'string' : 'undefined')));
	expect(out[4].json.error).toMatch(/'API Key' in the credential is empty/);
	for (const service of services) service.reset();
	const failing = { ...perItem, apiKey: "={{ $json.key === 'tenant-key-A' ? $('Nowhere').item : $json.key }}" };
	const { items: others } = await run(create({ credential: failing, onError: 'continueRegularOutput' }));
	expect(others.map(({ json }) => typeof json.error)).toEqual(items(12).map(({ tenant }) => (tenant === 0 ? 'string' : 'undefined')));
});

test('no key of a tenant appears in the output or message of another one', async () => {
	for (const service of services) service.fault({ effect: 'errorsList', sentences: tenants, times: 1 } as never);
	const { run: whole } = await run(create({ onError: 'continueRegularOutput' }));
	const seen = JSON.stringify(whole.data.resultData.runData.Node);
	for (const key of tenants) expect(seen.replaceAll(`"key":"${key}"`, '')).not.toContain(key);
});

test('updates of records with the same ID in different accounts do not wait for each other', async () => {
	const [first, second] = services;
	first.delay(1500, 1500);
	const [id] = [...first.clients.keys()];
	const rows = [first, second, first].map((service, index) => ({ ...items(2)[service === first ? 0 : 1], id, name: `社名${index}` }));
	const { status } = await run({
		parameters: { resource: 'client', operation: 'update', clientId: id, additionalFields: {}, columns: {}, updateFields: {}, options: {}, id, name: '={{ $json.name }}' },
		items: rows, credential: perItem,
	});
	expect(status).toBe('success');
	expect(first.journal).toHaveLength(2);
	expect(second.journal[0].at).toBeLessThan(first.journal[0].endedAt as number);
	expect(first.journal[1].at).toBeGreaterThanOrEqual(first.journal[0].endedAt as number);
});

test('queued calls use a credential changed in the meantime', async () => {
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
	beforeAll(async () => (erps = await Promise.all(['erp-token-A', 'erp-token-B'].map(async (token) => await startErpDatacake({ token, limit: null })))));
	afterAll(async () => await Promise.all(erps.map(async (erp) => await erp.close())));

	test('a token of digits may be a number', async () => {
		const erp = await startErpDatacake({ token: '1234567890', limit: null });
		const { items: out } = await run({
			node: 'erpDatacake', parameters: { resource: 'lead', operation: 'create', nome: 'x' },
			items: [{ token: 1234567890 }, { token: null }, { token: { of: 'an object' } }],
			credential: { baseUrl: erp.url, token: '={{ $json.token }}' }, onError: 'continueRegularOutput',
		});
		await erp.close();
		expect(erp.journal.map(({ keyRight }) => keyRight)).toEqual([true]);
		expect(out[1].json.error).toContain("'Token' in the credential is empty");
		expect(out[2].json.error).toContain("'Token' in the credential must be text");
	});

	test('writes and ID checks use the account of their item', async () => {
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
		for (const erp of erps) erp.reset();
		await run({
			node: 'erpDatacake',
			parameters: { resource: 'ticket', operation: 'create', idCliente: '1', assunto: 's', mensagem: 'm', additionalFields: { idDepartamento: 'x' } },
			items: rows, credential: { baseUrl: '={{ $json.base }}', token: '={{ $json.token }}' }, onError: 'continueRegularOutput',
		});
		for (const erp of erps) expect(erp.journal.map(({ path, keyRight }) => ({ path, keyRight }))).toEqual([{ path: '/departamentos', keyRight: true }]);
	});
});

test('each item of CRM Zen is requested from its own account', async () => {
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

describe('CRM Zen', () => {
	const parameters = { resource: 'totals', operation: 'getMany' };
	const credentialOf = (zen: CrmZenService, totalsWait: number) => ({ totalsUrl: zen.reportUrl('totals'), totalsToken: zen.apiKey, totalsWait });
	let zens: CrmZenService[];
	const startServices = async (name: string, totals: number) =>
		(zens = await Promise.all(['A', 'B'].map(async (tenant, index) => await startCrmZen({ apiKey: `${name}-${tenant}`, seed: index + 1, waits: { totals } }))));
	afterEach(async () => await Promise.all(zens.map(async (zen) => await zen.close())));

	test('accounts wait in parallel: their waiting times do not add up', async () => {
		await startServices('zen-days', 0.3);
		const items = zens.map((zen, index) => ({ ...credentialOf(zen, 0.3), from: `2026-03-0${1 + index * 4}`, to: `2026-03-0${4 + index * 4}` }));
		const credential = { totalsUrl: '={{ $json.totalsUrl }}', totalsToken: '={{ $json.totalsToken }}', totalsWait: 0.3 };
		const range = { ...parameters, period: 'range', startDate: '={{ $json.from }}', endDate: '={{ $json.to }}' };
		// Three waiting times for each account, seven for both.
		const withMaximum = (waits: number) => ({ ...range, maxWaitMinutes: (waits * 0.3) / 60 });
		const tooLong = await run({ node: 'zenTotals', parameters: withMaximum(2.5), items, credential });
		expect(tooLong.error?.message).toContain('Totals: 4 requests take about');
		expect(zens.flatMap(({ journal }) => journal)).toEqual([]);
		const { error } = await run({ node: 'zenTotals', parameters: withMaximum(6.5), items, credential });
		expect(error).toBeUndefined();
		expect(zens.map(({ journal }) => journal.length)).toEqual([4, 4]);
	});

	test('a response is cached for the account that sent it, even if the credential changed while the call was queued', async () => {
		await startServices('zen-change', 6);
		const [own, other] = zens;
		const credential: Record<string, unknown> = credentialOf(own, 6);
		const oneDay = (date: string) => ({ ...parameters, period: 'oneDay', date });
		const readFor = async (zen: CrmZenService) => await run({ node: 'zenTotals', parameters: oneDay('2026-03-02'), credential: credentialOf(zen, 6) });
		await run({ node: 'zenTotals', parameters: oneDay('2026-03-01'), credential: credentialOf(own, 6) });
		const changing = start({ node: 'zenTotals', parameters: oneDay('2026-03-02'), credential: credential as Job['credential'] });
		await new Promise((resolve) => setTimeout(resolve, 100));
		Object.assign(credential, credentialOf(other, 6));
		// The second run waits for the same request, which the other account answers in the end.
		const [changed, waiting] = await Promise.all([changing.done, readFor(own)]);
		expect([own, other].map(({ journal }) => journal.length)).toEqual([2, 1]);
		expect(waiting.items.map(({ json }) => json)).not.toEqual(changed.items.map(({ json }) => json));
		expect((await readFor(other)).items.map(({ json }) => json)).toEqual(changed.items.map(({ json }) => json));
		expect((await readFor(own)).items.map(({ json }) => json)).toEqual(waiting.items.map(({ json }) => json));
		expect([own, other].map(({ journal }) => journal.length)).toEqual([2, 1]);
	});
});
