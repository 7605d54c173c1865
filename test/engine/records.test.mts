import type { IDataObject } from 'n8n-workflow';

import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { type Job, run } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** Get and Delete of HotProfile, and its filters beyond the connector, against the sandbox over HTTP. */

let service: HotProfileService;
beforeAll(async () => {
	setTiming('WINDOW_MS', 600);
	service = await startHotProfile({ limit: null, businessCards: 3400 });
});
beforeEach(() => service.reset());
afterAll(async () => {
	restoreTiming();
	await service.close();
});

const job = (resource: string, operation: string, fields: IDataObject = {}, more: Partial<Job> = {}): Job => ({
	parameters: { resource, operation, ...fields },
	credential: { instance: service.url, apiKey: service.apiKey, requestsPerMinute: 1000 },
	...more,
});
const paths = () => service.journal.map(({ path }) => path.replace('/rest_api/v1/', ''));
const idOf = (table: Map<number, unknown>, index: number) => [...table.keys()].at(index) as number;
const each = '={{ $json.id }}';
const rows = (...ids: Array<number | string>) => ids.map((id) => ({ id }));
const tables = { lead: () => service.leads, client: () => service.clients, businessCard: () => service.businessCards };
const nouns = { lead: 'lead', client: 'client', businessCard: 'business card' };
const resources = ['lead', 'client', 'businessCard'] as const;

describe('Get', () => {
	test.each(['lead', 'client'] as const)('reads one %s in one call', async (resource) => {
		const id = idOf(tables[resource](), 40);
		const { items, error } = await run(job(resource, 'get', { id: { __rl: true, mode: 'id', value: String(id) } }));
		expect(error).toBeUndefined();
		expect(items).toEqual([{ json: expect.objectContaining({ id, updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\+09:00$/) }), pairedItem: { item: 0 } }]);
		expect(paths()).toEqual([`${resource}s/get_entry_list`]);
		expect(Object.fromEntries(service.journal[0]?.pairs ?? [])).toEqual({ 'search[from_id]': String(id), 'search[to_id]': String(id) });
	});

	test.each([[0, 3], [-1, 1], [-1500, 3]])('reads one business card, the one at %i of 3,400, in at most %i calls', async (index, most) => {
		const id = idOf(service.businessCards, index);
		const { items, error } = await run(job('businessCard', 'get', { id }));
		expect(error).toBeUndefined();
		expect(items).toEqual([{ json: expect.objectContaining({ id, status: expect.any(Number) }), pairedItem: { item: 0 } }]);
		expect(service.journal.length).toBeLessThanOrEqual(most);
	});

	test.each(resources)('of a %s that is not there says so and names the ID', async (resource) => {
		for (const id of [1, 9_999_999]) {
			const { error } = await run(job(resource, 'get', { id }));
			expect(error?.message).toBe(`Get ${nouns[resource]}: HotProfile has no ${nouns[resource]} with ID ${id} [item 0]`);
			expect(error?.description).toMatch(/^Check the ID\. The record may have been deleted or merged/);
		}
	});

	test('answers each of several items, and those that are not there do not hinder the others', async () => {
		const [one, other] = [idOf(service.leads, 3), idOf(service.leads, 1)];
		const { items } = await run(job('lead', 'get', { id: each }, { items: rows(one, 17, other), onError: 'continueRegularOutput' }));
		expect(items.map(({ json, pairedItem }) => [json.id ?? json.error, pairedItem])).toEqual([
			[one, { item: 0 }], [expect.stringContaining('no lead with ID 17'), { item: 1 }], [other, { item: 2 }],
		]);
	});

	test('has the outputs of Get Many', async () => {
		const id = idOf(service.leads, 3);
		const raw = await run(job('lead', 'get', { id, output: 'raw', options: { dateFormatOption: true } }));
		expect(raw.items[0]?.json).toMatchObject({ id, created_at: expect.stringContaining('+09:00'), private_items: expect.anything() });
		const selected = await run(job('lead', 'get', { id, output: 'selectedFields', outputFields: ['email'] }));
		expect(Object.keys(selected.items[0]?.json ?? {})).toEqual(['email']);
	});

	test.each(['={{ "" }}', '={{ $json.no }}', 'abc', '0'])('with the ID %j sends nothing', async (id) => {
		const { error } = await run(job('lead', 'get', { id }));
		expect(error?.message).toMatch(/^'Lead' (is required|must be a whole number)/);
		expect(service.journal).toEqual([]);
	});
});

describe('Delete', () => {
	const deletePath = { lead: 'leads/delete', client: 'clients/delete', businessCard: 'business_cards/delete' };

	test.each(resources)('deletes a %s and says which', async (resource) => {
		// A client that nothing uses.
		if (resource === 'client') await run(job('client', 'create', { name: '株式会社削除' }));
		const id = idOf(tables[resource](), -1);
		const { items, error } = await run(job(resource, 'delete', { id: String(id) }));
		expect(error).toBeUndefined();
		expect(items).toEqual([{ json: { deleted: true, id }, pairedItem: { item: 0 } }]);
		expect(tables[resource]().has(id)).toBe(false);
		expect(paths().at(-1)).toBe(deletePath[resource]);
		expect(service.journal.at(-1)?.pairs).toEqual([['id', String(id)]]);
	});

	test("tells HotProfile's own sentence if it refuses", async () => {
		const [client] = [...service.leads.values()].map(({ client_id }) => client_id as number);
		const inUse = await run(job('client', 'delete', { id: client as number }));
		expect(inUse.error?.message).toBe('Delete client: 会社は使用されているため削除できません。 [item 0]');
		const unknown = await run(job('lead', 'delete', { id: 17 }));
		expect(unknown.error?.message).toBe('Delete lead: リードIDは登録されていません。 [item 0]');
		expect(paths()).toEqual(['clients/delete', 'leads/delete']);
	});

	test.each(resources.filter((one) => one !== 'client'))('of a %s whose response was lost is no failure, also where the node stops on errors', async (resource) => {
		for (const onError of [undefined, 'continueRegularOutput'] as const) {
			const ids = [7, 8, 9].map((index) => idOf(tables[resource](), index));
			service.fault({ effect: 'resetAfterStore', values: `^id=${ids[1]}$` });
			const { items, error } = await run(job(resource, 'delete', { id: each }, { items: rows(...ids), onError }));
			expect(error).toBeUndefined();
			expect(items.map(({ json }) => json)).toEqual(ids.map((id) => ({ deleted: true, id })));
			expect(paths().filter((one) => one.endsWith('/get_entry_list')).length).toBeGreaterThan(0);
			service.reset();
		}
	});

	test('is a failure if the record is still there, or if nobody can tell', async () => {
		const client = [...service.leads.values()][0]?.client_id as number;
		service.fault({ effect: 'status', status: 503, path: 'clients/delete' });
		const kept = await run(job('client', 'delete', { id: client }));
		expect(kept.error?.message).toContain('会社は使用されているため削除できません。');
		expect(paths()).toEqual(['clients/delete', 'clients/delete', 'clients/get_entry_list']);
		const id = idOf(service.leads, 5);
		service.fault({ effect: 'resetAfterStore', path: 'leads/delete' });
		service.fault({ effect: 'status', status: 403, path: 'leads/get_entry_list' });
		const unclear = await run(job('lead', 'delete', { id }));
		expect(unclear.error?.message).toContain('リードIDは登録されていません。');
	});

	test('of one record by several items is made once', async () => {
		const id = idOf(service.leads, 5);
		const { items, error } = await run(job('lead', 'delete', { id: each }, { items: rows(id, String(id)) }));
		expect(error).toBeUndefined();
		expect(items.map(({ json, pairedItem }) => [json, pairedItem])).toEqual([0, 1].map((item) => [{ deleted: true, id }, { item }]));
		expect(paths()).toEqual(['leads/delete']);
	});

	test.each([
		['failed before it did anything', { effect: 'status', status: 403 }],
		['was done, but its response could not be read', { effect: 'cut' }],
	])("is not told as a failure when n8n's Retry On Fail runs the node again after one %s", async (_what, fault) => {
		const ids = [7, 8, 9].map((index) => idOf(service.leads, index));
		service.fault({ ...fault, values: `^id=${ids[2]}$` } as never);
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		const { items, error } = await run(job('lead', 'delete', { id: each }, { items: rows(...ids), settings }));
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json)).toEqual(ids.map((id) => ({ deleted: true, id })));
		expect(paths().filter((one) => one === 'leads/delete')).toHaveLength(4);
	});
});

test('as a tool of an AI agent, both answer, and a record that is not there is told in the message', async () => {
	const id = idOf(service.leads, 5);
	const tool = async (operation: string, ids: number[]) => {
		const { run: made } = await run(job('lead', operation, { id: "={{ $fromAI('lead') }}" }, { node: 'hotProfileTool', calls: ids.map((lead) => ({ lead: String(lead) })) }));
		return JSON.stringify(made.data.resultData.runData.Agent);
	};
	expect(await tool('get', [id, 17])).toMatch(new RegExp(`id[\\\\"]+:${id},.*HotProfile has no lead with ID 17.*Check the ID`));
	expect(await tool('delete', [id])).toMatch(new RegExp(`deleted[\\\\"]+:true,[\\\\"]+id[\\\\"]+:${id}`));
	expect(service.leads.has(id)).toBe(false);
});

describe('filters beyond the connector', () => {
	const read = async (resource: string, filters: IDataObject, more: Partial<Job> = {}) => {
		const { items, error } = await run(job(resource, 'getMany', { returnAll: true, output: 'raw', filters }, more));
		if (error) throw new Error(error.message);
		return items.map(({ json }) => json.id);
	};
	const matching = (resource: keyof typeof tables, test: (record: any) => boolean) => [...tables[resource]().values()].filter(test).map(({ id }) => id);

	test.each<[keyof typeof tables, string, IDataObject, (record: any) => boolean]>([
		['lead', 'several prefectures', { prefIds: [13, 27] }, ({ pref_id }) => [13, 27].includes(pref_id)],
		['lead', 'prefectures as text', { prefIds: '13, 27' }, ({ pref_id }) => [13, 27].includes(pref_id)],
		['lead', 'any of several tags', { tagIds: '61001,61003' }, ({ tag_ids }) => tag_ids.includes(61_001) || tag_ids.includes(61_003)],
		['lead', 'several sales reps', { ownerUserIds: [501, 503] }, ({ owner_user_id }) => [501, 503].includes(owner_user_id)],
		['lead', 'products of interest', { interestProductTypeIds: '31' }, ({ interest_product_type_ids }) => interest_product_type_ids.includes(31)],
		['lead', 'campaigns', { campaignIds: '9101' }, ({ id }) => id % 3 === 0],
		['lead', 'my leads', { privateFlg: true }, ({ owner_user_id }) => owner_user_id === 501],
		['lead', 'my leads, off', { privateFlg: false, tagIds: '61002', prefIds: [] }, ({ tag_ids }) => tag_ids.includes(61_002)],
		['lead', 'leads whose card I own', { ownedLeadFlg: '={{ "true" }}' }, ({ user_ids }) => user_ids.includes(501)],
		['client', 'capital', { capitalKbn: '461,462' }, ({ capital_kbn }) => [461, 462].includes(capital_kbn)],
		['client', 'my clients', { privateFlg: true }, ({ user_id }) => user_id === 501],
		['businessCard', 'status and public status', { status: [1], openStatus: ['2', 3] }, ({ status, open_status }) => status === 1 && [2, 3].includes(open_status)],
		['businessCard', 'owners and a prefecture', { ownerUserIds: '501,502', prefIds: [13] }, ({ owner_user_id, pref_id }) => [501, 502].includes(owner_user_id) && pref_id === 13],
		['businessCard', 'the login ID of an owner', { ownerUserCode: 'hanbai1' }, ({ owner_user_id }) => owner_user_id === 502],
	])('%s: %s', async (resource, _what, filters, test) => {
		const expected = matching(resource, test);
		expect(expected.length).toBeGreaterThan(0);
		expect(expected.length).toBeLessThan(tables[resource]().size);
		expect(await read(resource, filters)).toEqual(expected);
	});

	test('a custom field, in part or as a whole, and several at once', async () => {
		const part = await read('lead', { items: { entries: [{ fieldId: '7001', value: 'A-12', exact: false }] } });
		expect(part).toEqual(matching('lead', ({ items }) => String(items[7001] ?? '').includes('A-12')));
		const whole = await read('lead', { items: { entries: [{ fieldId: 7005, value: '高', exact: true }, { fieldId: '', value: '', exact: false }] } });
		expect(whole).toEqual(matching('lead', ({ items }) => items[7005] === 70_051));
		const both = await read('lead', { items: { entries: [{ fieldId: '7005', value: '高' }, { fieldId: '7001', value: 'A-1' }] } });
		expect(both).toEqual(whole.filter((id) => matching('lead', ({ items }) => String(items[7001] ?? '').includes('A-1')).includes(id as number)));
	});

	test('width does not matter where the user says so', async () => {
		const filters = { familyNameKana: 'ｻﾄｳ' };
		expect(await read('lead', filters)).toEqual([]);
		const found = await read('lead', { ...filters, patternMatchNormalized: ['familyNameKana', 'tel'] });
		expect(found).toEqual(matching('lead', ({ family_name_kana }) => String(family_name_kana).includes('サトウ')));
		expect(found.length).toBeGreaterThan(0);
	});

	test.each([
		[{ prefIds: [13, 48] }, /^'Prefectures' must be one or more of 1, 2,/],
		[{ prefIds: '東京都' }, /^'Prefectures' must be one or more of 1, 2, .*, but it is "東京都"/],
		[{ items: { entries: [{ fieldId: '7001', value: '' }] } }, /^Custom Field 1: 'Value' is required, but it is empty/],
		[{ items: { entries: [{ fieldId: '', value: '高' }] } }, /^Custom Field 1: 'Field ID' is required, but it is empty/],
		[{ items: { entries: [{ fieldId: 'x', value: '高' }] } }, /^Custom Field 1: 'Field ID' must be a whole number/],
		[{ privateFlg: 'perhaps' }, /^'Only My Leads' must be true or false/],
		[{ patternMatchNormalized: ['email'] }, /^'Ignore Character Width In' must be one or more of clientBranchName/],
	])('%j sends nothing', async (filters, message) => {
		await expect(read('lead', filters as IDataObject)).rejects.toThrow(message);
		expect(service.journal).toEqual([]);
	});
});
