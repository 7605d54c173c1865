import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { listSearch } from './engine.mts';

let service: HotProfileService;
beforeAll(async () => (service = await startHotProfile()));
beforeEach(() => service.reset());
afterAll(async () => await service.close());

const job = (key = service.apiKey) => ({ parameters: {}, credential: { instance: service.url, apiKey: key } });

test.each(['searchClients', 'searchLeads', 'searchBusinessCards'])('%s lists pages of 50, with each record once', async (method) => {
	const first = await listSearch(job(), method);
	const second = await listSearch(job(), method, '', first.paginationToken as string);
	const values = [...first.results, ...second.results].map(({ value }) => value);
	expect(new Set(values).size).toBe(100);
	expect(first.results[0].name).toContain(`(${first.results[0].value})`);
	expect(service.journal.map(({ keyIn }) => keyIn)).toEqual(['body', 'body']);
});

test('a client is found by name or ID', async () => {
	const [id, client] = [...service.clients][41];
	const byName = await listSearch(job(), 'searchClients', String(client.name));
	expect(byName.results.map(({ value }) => value)).toContain(String(id));
	const byId = await listSearch(job(), 'searchClients', String(id));
	expect(byId.results.map(({ value }) => value)).toEqual([String(id)]);
});

test('a partial page is the last one', async () => {
	const full = await listSearch(job(), 'searchClients', '', '12');
	expect([full.results.length, full.paginationToken]).toEqual([50, '13']);
	const empty = await listSearch(job(), 'searchClients', '', '13');
	expect([empty.results.length, empty.paginationToken]).toEqual([0, undefined]);
});

test('a rejected key is reported', async () => {
	await expect(listSearch(job('wrong'), 'searchClients')).rejects.toThrow(/rejected the credential/);
});
