import { startHotProfile, type HotProfileService } from '../../sandbox/hotProfile/index.mts';

/** The parts of a response that the tests check. */
interface Reply {
	status: number;
	headers: Headers;
	json: any;
}

type Form = [string, string][] | Record<string, string>;

const KEY = 'sandbox-hotprofile-key';
let service: HotProfileService;

beforeAll(async () => {
	service = await startHotProfile({ limit: null });
});
afterEach(() => service.reset());
afterAll(() => service.close());

const send = (path: string, init: RequestInit) => fetch(`${service.url}/rest_api/v1/${path}`, { method: 'POST', ...init });

const form = (path: string, fields: Form = {}) =>
	send(path, { body: new URLSearchParams([['api_key', KEY], ...(Array.isArray(fields) ? fields : Object.entries(fields))]) });

const json = (path: string, body: object) =>
	send(path, { body: JSON.stringify({ api_key: KEY, ...body }), headers: { 'content-type': 'application/json' } });

async function post(path: string, fields: Form = {}): Promise<Reply> {
	const response = await form(path, fields);
	return { status: response.status, headers: response.headers, json: await response.json() };
}

const list = async (table: string, fields: Form = {}) => (await post(`${table}/get_entry_list`, fields)).json;
const ids = (rows: { id: number }[]) => rows.map(({ id }) => id);
const lastCall = () => service.journal[service.journal.length - 1];
const someLead = () => service.leads.get(4_100_231)!;
const leads = () => [...service.leads.values()];

describe('records', () => {
	it('are generated, identical in every run, and of fictitious people', async () => {
		const other = await startHotProfile();
		expect([service.leads.size, service.clients.size, service.businessCards.size]).toEqual([2500, 600, 1200]);
		expect([...other.leads.values()]).toEqual(leads());
		await other.close();
		expect(leads().every(({ email }) => /@[a-z-]+\.example\.co\.jp$/.test(String(email)))).toBe(true);
		expect(leads().every(({ tel }) => tel === '' || /^\d{2,3}-0000-\d{4}$/.test(String(tel)))).toBe(true);
	});

	it('differ with another seed, and have the requested counts', async () => {
		const other = await startHotProfile({ seed: 2, leads: 7, clients: 3, businessCards: 5 });
		expect([other.leads.size, other.clients.size, other.businessCards.size]).toEqual([7, 3, 5]);
		expect([...other.clients.values()][0].main_tel).not.toBe(service.clients.get(1_250_001)!.main_tel);
		await other.close();
	});

	it('violate none of the uniqueness rules of the service', () => {
		const leadKeys = leads().map((lead) => [lead.family_name, lead.first_name, lead.client_id, lead.email].join());
		expect(new Set(leadKeys).size).toBe(2500);
		expect(new Set([...service.clients.values()].map(({ name }) => name)).size).toBe(600);
	});
});

describe('rows', () => {
	it('of leads have symbols for flags, integer IDs and nulls', async () => {
		const { leads: rows, pages } = await list('leads', { 'search[from_id]': '4100231', 'search[to_id]': '4100231' });
		const stored = someLead();
		expect(pages).toEqual({ total_count: 1, total_number: 1, current_number: 1, display_number: 20 });
		expect(rows[0]).toMatchObject({
			id: 4_100_231,
			name: `${stored.family_name} ${stored.first_name}`,
			not_mail_flg: stored.not_mail_flg === 1 ? '\u25ef' : '\u30fc',
			customer_id: stored.customer_id || null,
			private_items: { items: [], custom_items: [] },
		});
		const all = await list('leads', { 'page[display_number]': '100' });
		const symbols = new Set(all.leads.map((row: any) => row.end_user_flg));
		expect([...symbols].sort()).toEqual(['\u25ef', '\u30fc'].sort());
	});

	it('of clients have labels instead of codes, and custom fields without IDs', async () => {
		const { clients: [row] } = await list('clients', { 'search[from_id]': '1250001', 'search[to_id]': '1250001' });
		expect(row.items[0]).toEqual({ label: '会社コード', value: '00000' });
		expect(row).not.toHaveProperty('pref_id');
		expect(typeof row.pref).toBe('string');
		expect(row).not.toHaveProperty('private_items');
	});

	it('of business cards have a time in the exchange date, and tag IDs', async () => {
		const { business_cards: rows } = await list('business_cards', { 'page[display_number]': '50' });
		expect(rows.find((row: any) => row.trade_on).trade_on).toMatch(/^\d{4}\/\d\d\/\d\d 00:00:00$/);
		expect(rows.every((row: any) => row.tag_ids.every(Number.isInteger) && typeof row.open_status === 'string')).toBe(true);
	});

	it('hide values of some records, and any field of all records if configured to', async () => {
		const hidden = leads().find(({ hidden: { items } }) => items.includes('pref_id'))!;
		const one = { 'search[from_id]': String(hidden.id), 'search[to_id]': String(hidden.id) };
		const { leads: [row] } = await list('leads', one);
		expect(row).toMatchObject({ pref_id: '', pref: '', tags: [], private_items: { items: ['pref_id', 'tags'], custom_items: [7001] } });

		service.set({ hidden: ['owner_user_name', 'first_name'] });
		const { leads: rows } = await list('leads');
		expect(rows.every((each: any) => each.owner_user_name === '' && each.name.endsWith(' '))).toBe(true);
	});

	it('have dates with slashes, or ISO dates if requested', async () => {
		const one = { 'search[from_id]': '4100231', 'search[to_id]': '4100231' };
		const usual = (await list('leads', one)).leads[0];
		expect(usual.created_at).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/);
		expect(usual.trade_on).toMatch(/^\d{4}\/\d\d\/\d\d$/);
		const iso = (await list('leads', { ...one, 'page[date_format_option]': '1' })).leads[0];
		expect(iso.created_at).toBe(`${usual.created_at.replaceAll('/', '-').replace(' ', 'T')}+09:00`);
		expect(iso.trade_on).toBe(`${usual.trade_on.replaceAll('/', '-')}T00:00:00+09:00`);
	});

	it('of the flow lists have strings for custom fields, and tag IDs', async () => {
		const { json: { leads: rows } } = await post('leads/get_entry_list_flow', { 'search[tag_ids][]': '61001' });
		expect(rows[0].tag_ids).toContain(61001);
		expect(rows.flatMap((row: any) => row.items).every((item: any) => typeof item === 'string')).toBe(true);
		expect((await post('clients/get_entry_list_flow')).json.clients[0].itemslabel).toBe('会社コード,締め日,取引額');
		expect((await post('business_cards/get_entry_list_flow')).status).toBe(404);
	});
});

describe('a request', () => {
	it('can have its parameters in a form, in JSON or in the URL', async () => {
		const { leads: expected } = await list('leads', { 'search[ids]': '4100001,4100005', 'order[type]': 'asc' });
		expect(ids(expected)).toEqual([4_100_001, 4_100_005]);
		const nested = await json('leads/get_entry_list', { search: { ids: '4100001,4100005' }, order: { type: 'asc' } });
		expect((await nested.json()).leads).toEqual(expected);
		const inUrl = await form('leads/get_entry_list?search[ids]=4100001,4100005&order[type]=asc');
		expect((await inUrl.json()).leads).toEqual(expected);
	});

	it('is recorded with its exact names, in order, also nested, and without the key', async () => {
		await form('leads/create?page=1', [['tag_ids[]', '61001'], ['search[client][name_kana]', 'ミホン'], ['tag_ids[]', '61002']]);
		expect(lastCall()).toMatchObject({
			path: '/rest_api/v1/leads/create',
			method: 'POST',
			keyIn: 'body',
			keyRight: true,
			pairs: [['page', '1'], ['tag_ids[]', '61001'], ['search[client][name_kana]', 'ミホン'], ['tag_ids[]', '61002']],
			query: { page: '1' },
			body: { tag_ids: ['61001', '61002'], search: { client: { name_kana: 'ミホン' } } },
		});
		await json('leads/create', { tag_ids: [61001, 61002], note: null });
		expect(lastCall().pairs).toEqual([['tag_ids[]', '61001'], ['tag_ids[]', '61002'], ['note', '']]);
	});

	it('is rejected with the key in the URL, and the key is not recorded', async () => {
		const response = await send(`leads/get_entry_list?api_key=${KEY}`, { body: new URLSearchParams({ note: `my ${KEY}` }) });
		expect(response.status).toBe(400);
		expect(await response.json()).toEqual({ errors: ['APIキーをURLに含めないでください。'] });
		expect(lastCall()).toMatchObject({ keyIn: 'url', keyRight: true, reason: 'the key must not be in the URL' });
		expect(JSON.stringify(service.journal)).not.toContain(KEY);
	});

	it.each([
		['a wrong key', { api_key: 'x' }, 'the api_key is wrong'],
		['no key', {}, 'there is no api_key in the body'],
	])('is rejected with %s', async (_name, fields, reason) => {
		const response = await send('leads/get_entry_list', { body: new URLSearchParams(fields as Record<string, string>) });
		expect(response.status).toBe(401);
		expect(lastCall()).toMatchObject({ keyRight: false, reason });
	});

	it.each([
		['invalid JSON', { headers: { 'content-type': 'application/json' }, body: `{"api_key":"${KEY}"` }, 401, 'there is no api_key in the body'],
		['flat names in JSON', { headers: { 'content-type': 'application/json' }, body: `{"api_key":"${KEY}","page[number]":1}` }, 400, /flat name/],
		['another content type', { headers: { 'content-type': 'text/plain' }, body: `api_key=${KEY}` }, 401, 'there is no api_key in the body'],
	])('is rejected as %s', async (_name, init, status, reason) => {
		expect((await send('leads/get_entry_list', init)).status).toBe(status);
		expect(lastCall().reason).toMatch(reason);
	});

	it('is rejected at unknown paths and with other methods', async () => {
		expect((await post('leads/get_entry_list.json')).status).toBe(404);
		expect((await send('leads/create', { method: 'PUT', body: new URLSearchParams({ api_key: KEY }) })).status).toBe(405);
	});

	it('is rejected with an unknown parameter', async () => {
		for (const [path, name] of [
			['leads/get_entry_list', 'search[firstname]'], ['leads/create', 'id'], ['clients/update', 'postal_code'],
			['leads/update', 'tag_ids'], ['leads/update', 'tag_ids[0]'], ['leads/create', 'items[9999]'],
			['leads/get_entry_list', 'pattern_match[client_id][normalized]'],
		]) {
			const { status, json: { errors }, headers } = await post(path, { [name]: '1' });
			expect(status).toBe(200);
			expect(errors).toContain(`${name}は使用できないパラメータです。`);
			expect(headers.get('x-sandbox-reason')).toContain(`${name} is not a parameter of this operation`);
		}
	});

	it.each([
		['leads', 'family_name', '山'.repeat(101), '姓は100文字以内で入力してください。'],
		['leads', 'not_mail_flg', 'true', 'メール拒否は0または1を入力してください。'],
		['leads', 'not_mail_flg', '', 'メール拒否は0または1を入力してください。'],
		['leads', 'extension', '12-3', '内線番号は半角数字で入力してください。'],
		['leads', 'latitude', '1234.5', '緯度は整数部3桁、小数部14桁以内の数値で入力してください。'],
		['leads', 'pref_id', '48', '都道府県の値が正しくありません。'],
		['leads', 'client_id', '999', '会社IDは登録されていません。'],
		['leads', 'tag_ids[]', '1', 'タグIDは登録されていません。'],
		['leads', 'owner_user_id', 'eigyo1', '営業担当者ユーザーIDは整数で入力してください。'],
		['leads', 'items[7003][]', '70039', '関心分野の値が正しくありません。'],
		['clients', 'worker_number_kbn', '1', '従業員数は登録されていません。'],
		['business_cards', 'trade_on', '2025/02/29', '名刺交換日は存在する日付をYYYY/MM/DDの形式で入力してください。'],
		['business_cards', 'trade_on', '2025-02-28', '名刺交換日は存在する日付をYYYY/MM/DDの形式で入力してください。'],
	])('is rejected for %s with an invalid %s', async (table, name, value, message) => {
		const id = { leads: '4100001', clients: '1250001', business_cards: '880001' }[table]!;
		const { client_id = '' } = service.leads.get(4_100_001)!;
		const { json: { errors } } = await post(`${table}/update`, { id, ...(table === 'clients' ? {} : { client_id: String(client_id) }), [name]: value });
		expect(errors).toContain(message);
		expect(lastCall().stored).toBeUndefined();
	});

	it('counts characters, not bytes or UTF-16 code units', async () => {
		const { json: created } = await post('leads/create', { client_id: '1250001', family_name: '𠮷'.repeat(100) });
		expect(created).toEqual({ id: 4_102_501 });
	});
});

describe('writing', () => {
	it('creates a record and returns its ID', async () => {
		const { json: created } = await post('leads/create', [
			['client_id', '1250001'], ['family_name', '見本'], ['note', '一行目\n①～③ 😀'], ['not_tel_flg', '1'],
			['tag_ids[]', '61001'], ['tag_ids[]', '61003'], ['items[7003][]', '70031'], ['items[7004]', '1234567'],
		]);
		expect(created).toEqual({ id: 4_102_501 });
		expect(lastCall().stored).toBe(4_102_501);
		const { leads: [row] } = await list('leads', { 'search[ids]': '4102501' });
		expect(row).toMatchObject({
			family_name: '見本', first_name: '', note: '一行目\n①～③ 😀', not_tel_flg: '\u25ef', not_fax_flg: '\u30fc',
			tags: ['2025見本展', '優先'], pref_id: null, lead_status: null, customer_id: null, user_names: [],
			client_name: service.clients.get(1_250_001)!.name,
			items: [{ id: 7003, label: '関心分野', value: '製造 ' }, { id: 7004, label: '見込金額', value: '1,234,567' }],
		});
		expect(row.created_at).toBe(row.updated_at);
		const writtenAt = new Date(`${row.created_at.replaceAll('/', '-').replace(' ', 'T')}+09:00`).getTime();
		expect(Math.abs(writtenAt - Date.now())).toBeLessThan(60_000);
	});

	it.each([
		['leads', ['会社IDを入力してください。', '姓を入力してください。']],
		['clients', ['会社名を入力してください。']],
		['business_cards', ['会社IDを入力してください。', '姓を入力してください。', 'ステータスを入力してください。', '公開ステータスを入力してください。']],
	])('requires the mandatory fields of %s', async (table, messages) => {
		expect((await post(`${table}/create`)).json).toEqual({ errors: messages });
	});

	it('updates only the fields in the request', async () => {
		const before = { ...someLead() };
		const fields = { id: '4100231', client_id: String(before.client_id), note: '変更', 'items[7001]': 'B-1' };
		expect((await post('leads/update', fields)).json).toEqual({ id: 4_100_231 });
		const { note, updated_at, items, ...rest } = someLead();
		expect(note).toBe('変更');
		expect(items).toEqual({ ...before.items, 7001: 'B-1' });
		expect(updated_at > before.updated_at).toBe(true);
		const { note: _note, updated_at: _updated, items: _items, ...restBefore } = before;
		expect(rest).toEqual(restBefore);
	});

	it('rejects a duplicate lead or client', async () => {
		const { family_name, first_name, client_id, email, id } = service.leads.get(4_100_007)!;
		const duplicate = Object.entries({ family_name, first_name, client_id, email }).map(([name, value]): [string, string] => [name, String(value)]);
		expect((await post('leads/create', duplicate)).json).toEqual({ errors: ['リードは既に登録されています。'] });
		expect(lastCall().reason).toContain(String(id));
		const moved = await post('leads/update', [['id', '4102500'], ...duplicate]);
		expect(moved.json.errors[0]).toMatch(/リードは既に登録されています。|部署IDは会社に所属していません。/);
		const { name } = service.clients.get(1_250_003)!;
		expect((await post('clients/create', { name: String(name) })).json).toEqual({ errors: ['会社名は既に登録されています。'] });
		expect((await post('clients/update', { id: '1250004', name: String(name) })).json.errors).toHaveLength(1);
	});

	it('allows a former duplicate once the first record has changed', async () => {
		const fields = { client_id: '1250001', family_name: '見本', email: 'a@example.com' };
		const { json: { id } } = await post('leads/create', fields);
		await post('leads/update', { id: String(id), client_id: '1250001', email: 'b@example.com' });
		expect((await post('leads/create', fields)).json).toEqual({ id: id + 1 });
		expect((await post('leads/create', fields)).json).toHaveProperty('errors');
	});

	it('derives the short name of a client, unless that would be empty', async () => {
		const { json: { id } } = await post('clients/create', { name: '株式会社見本の見本' });
		expect(service.clients.get(id)!.name_disp).toBe('見本の見本');
		expect((await post('clients/create', { name: '株式会社' })).json).toEqual({ errors: ['会社名略称を入力してください。'] });
	});

	it('rejects a department of another company, and takes the company from a branch', async () => {
		const { organization_id } = leads().find((lead) => lead.organization_id && lead.client_id !== 1_250_001)!;
		const fields = { client_id: '1250001', family_name: '見本' };
		expect((await post('leads/create', { ...fields, organization_id: String(organization_id) })).json)
			.toEqual({ errors: ['部署IDは会社に所属していません。'] });
		const { client_branch_id, client_id } = leads().find((lead) => lead.client_branch_id)!;
		const { json: { id } } = await post('leads/create', { ...fields, client_branch_id: String(client_branch_id) });
		expect(service.leads.get(id)!.client_id).toBe(client_id);
	});

	it('deletes a record once, but no client in use', async () => {
		expect((await post('leads/delete', { id: '4100231' })).json).toEqual({ id: 4_100_231 });
		expect((await post('leads/delete', { id: '4100231' })).json).toEqual({ errors: ['リードIDは登録されていません。'] });
		const used = String(service.leads.get(4_100_001)!.client_id);
		expect((await post('clients/delete', { id: used })).json).toEqual({ errors: ['会社は使用されているため削除できません。'] });
	});

	it('reports errors with another status if configured to', async () => {
		service.set({ errorStatus: 422 });
		expect((await post('clients/create')).status).toBe(422);
	});
});

describe('lists', () => {
	it('are sorted by ID in descending order, 20 per page, with an empty page after the last', async () => {
		const first = await list('clients');
		expect(ids(first.clients)).toEqual(Array.from({ length: 20 }, (_, index) => 1_250_600 - index));
		expect(first.pages).toEqual({ total_count: 600, total_number: 30, current_number: 1, display_number: 20 });
		const last = await list('clients', { 'page[number]': '2', 'page[display_number]': '599' });
		expect(ids(last.clients)).toEqual([1_250_001]);
		expect((await list('clients', { 'page[number]': '31' })).clients).toEqual([]);
	});

	it.each([
		['leads', 100, 100], ['clients', 1000, 600], ['business_cards', 1000, 1000],
	])('of %s have at most %i rows per page', async (table, most, rows) => {
		expect((await list(table, { 'page[display_number]': String(most) }))[table]).toHaveLength(rows);
		const over = await post(`${table}/get_entry_list`, { 'page[display_number]': String(most + 1) });
		expect(over.status).toBe(400);
		expect(over.json.errors).toEqual([`1ページの取得件数は${most}件以内で入力してください。`]);
	});

	it.each([
		['leads', 'update_at', (row: any) => row.updated_at],
		['leads', 'create_at', (row: any) => row.created_at],
		['clients', 'name_kana', (row: any) => row.name_kana],
		['clients', 'main_tel', (row: any) => row.main_tel],
		['clients', 'corporate_number', (row: any) => row.corporate_number ?? -1],
		['business_cards', 'trade_on', (row: any) => row.trade_on ?? ''],
		['business_cards', 'client', (row: any) => row.client_name],
		['business_cards', 'pref_id', (row: any) => row.pref_id || -1],
	])('of %s are sorted by %s in both directions', async (table, key, read) => {
		const size = table === 'leads' ? '100' : '1000';
		for (const [type, sign] of [['asc', 1], ['desc', -1]] as const) {
			const values = (await list(table, { 'order[key]': key, 'order[type]': type, 'page[display_number]': size }))[table]
				.filter((row: any) => row.private_items === undefined || row.private_items.items.length === 0).map(read);
			expect(values.length).toBeGreaterThan(50);
			expect(values).toEqual([...values].sort((one: any, other: any) => sign * (one < other ? -1 : one > other ? 1 : 0)));
		}
	});

	it('reject an undocumented sort key', async () => {
		expect((await list('leads', { 'order[key]': 'updated_at' })).errors).toEqual(['ソートする項目の値が正しくありません。']);
	});

	/** Filters, each with a predicate for the leads it should return. */
	const cases: [string, Form, (lead: any) => boolean][] = [
		['part of a text', { 'search[family_name]': '山' }, (lead) => lead.family_name.includes('山')],
		['a full name, ignoring spaces', { 'search[name]': '佐 藤　健' }, (lead) => `${lead.family_name}${lead.first_name}`.includes('佐藤健')],
		['several words', { 'search[multiple]': '佐藤 部長　中央区' }, (lead) => lead.family_name === '佐藤' && lead.post === '部長' && lead.address.includes('中央区')],
		['a lowest ID', { 'search[from_id]': '4102490' }, (lead) => lead.id >= 4_102_490],
		['a highest ID', { 'search[to_id]': '4100010' }, (lead) => lead.id <= 4_100_010],
		['an exact ID', { 'search[client_id]': '1250012' }, (lead) => lead.client_id === 1_250_012],
		['a comma-separated list', { 'search[user_ids]': '501,503' }, (lead) => lead.user_ids.some((id: number) => [501, 503].includes(id))],
		['a repeated parameter', [['search[pref_ids][]', '13'], ['search[pref_ids][]', '27']], (lead) => [13, 27].includes(lead.pref_id)],
		['a prefecture name', { 'search[pref]': '大阪' }, (lead) => lead.pref_id === 27],
		['a set flag', { 'search[not_mail_flg]': '1' }, (lead) => lead.not_mail_flg === 1],
		['a flag that is not set', { 'search[not_mail_flg]': '0' }, (lead) => lead.not_mail_flg === 0],
		['a status', { 'search[lead_status]': '2' }, (lead) => lead.lead_status === 2],
		['a lead source', { 'search[lead_source_kbn_ids]': '212' }, (lead) => lead.lead_source_kbn_id === 212],
		['the kana of the client', { 'search[client][name_kana]': 'ミホンアオバ' }, (lead) => String(service.clients.get(lead.client_id)!.name_kana).includes('ミホンアオバ')],
		['a range of days', { 'search[from_updated_on]': '2025/01/10', 'search[to_updated_on]': '2025/01/12' }, (lead) => lead.updated_at >= '2025/01/10 00:00:00' && lead.updated_at <= '2025/01/12 23:59:59'],
		['a creation date', { 'search[from_created_on]': '2025/06/20' }, (lead) => lead.created_at >= '2025/06/20'],
		['an acquisition date', { 'search[to_trade_on]': '2023/12/01' }, (lead) => lead.trade_on !== null && lead.trade_on <= '2023/12/01'],
		['a date and time', { 'search[from_datetime_updated_on]': '2025/06/29 12:00:00' }, (lead) => lead.updated_at >= '2025/06/29 12:00:00'],
		['a date in a date-time filter', { 'search[to_datetime_updated_on]': '2023/12/01' }, (lead) => lead.updated_at <= '2023/12/01 00:00:00'],
		['a range of numbers', { 'search[from_latitude]': '34.5', 'search[to_latitude]': '35' }, (lead) => lead.latitude !== null && Number(lead.latitude) >= 34.5 && Number(lead.latitude) <= 35],
		['digits of a number, zero-padded to 14', { 'search[longitude]': '0000000' }, (lead) => lead.longitude !== null],
		['digits of a number', { 'search[latitude]': '5.6' }, (lead) => lead.latitude?.includes('5.6')],
		['full-width characters', { 'search[email]': 'ＳＡＴＯ', 'pattern_match[email][normalized]': 'true' }, (lead) => lead.email.includes('sato')],
		['a custom field', { 'search[items][][7001]': 'A-12' }, (lead) => String(lead.items[7001] ?? '').includes('A-12')],
		['the exact value of a custom field', { 'search[items][][7005]': '高', 'pattern_match[items][7005][exact]': 'true' }, (lead) => lead.items[7005] === 70051],
		['an empty filter, which matches all', { 'search[post]': '' }, () => true],
	];
	it.each(cases)('are filtered by %s', async (_name, fields, expected) => {
		const matching = leads().filter(expected);
		const pairs = Array.isArray(fields) ? fields : Object.entries(fields);
		const { leads: rows, pages } = await list('leads', [...pairs, ['order[type]', 'asc'], ['page[display_number]', '100']]);
		expect(pages.total_count).toBe(matching.length);
		expect(ids(rows)).toEqual(ids(matching).slice(0, 100));
	});

	it('match at least one lead with each filter, so that the filter tests are meaningful', () => {
		expect(cases.filter(([, , expected]) => !leads().some(expected)).map(([name]) => name)).toEqual([]);
	});

	it('of clients and business cards are filtered as well', async () => {
		const clients = [...service.clients.values()];
		expect((await list('clients', { 'search[user_ids]': '501' })).pages.total_count).toBe(clients.filter(({ user_id }) => user_id === 501).length);
		expect((await list('clients', { 'search[name]': '物流' })).pages.total_count).toBe(clients.filter(({ name }) => String(name).includes('物流')).length);
		const cards = [...service.businessCards.values()];
		const inMay = cards.filter(({ trade_on }) => trade_on && trade_on >= '2025/05/01' && trade_on <= '2025/05/31');
		const { pages } = await list('business_cards', { 'search[from_trade_on]': '2025/05/01', 'search[to_trade_on]': '2025/05/31' });
		expect(pages.total_count).toBe(inMay.length);
		expect(inMay.length).toBeGreaterThan(0);
		const private3 = cards.filter(({ open_status }) => open_status === 3).length;
		expect((await list('business_cards', { 'search[open_status][]': '3' })).pages.total_count).toBe(private3);
	});

	it.each([
		['search[from_created_on]', '2025-05-13', /存在する日付/],
		['search[from_id]', 'abc', /整数/],
		['search[not_dm_flg]', '2', /0または1/],
		['search[from_latitude]', '91', /緯度/],
		['page[number]', '0', /^ページ番号/],
		['page[date_format_option]', 'true', /^日付項目/],
	])('reject %s = %s', async (name, value, message) => {
		expect((await list('leads', { [name]: value })).errors).toEqual([expect.stringMatching(message)]);
	});
});

describe('the limit', () => {
	const WINDOW = 300;

	it('accepts 100 calls in a window and refuses the next', async () => {
		service.set({ limit: { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 }, retryAfter: 'seconds' });
		for (let index = 0; index < 100; index += 1) expect((await form('leads/get_entry_list', { 'page[display_number]': '1' })).status).toBe(200);
		const refused = await post('leads/get_entry_list');
		expect(refused.status).toBe(429);
		expect(refused.json).toEqual({ errors: ['アクセス数の上限に達しました。しばらくしてから再度お試しください。'] });
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
		expect(lastCall()).toMatchObject({ refused: true, status: 429, reason: 'too many calls in the window' });
		expect(service.figures()).toMatchObject({ calls: 101, refused: 1, worstWindow: 101, worstWindowTaken: 100 });
	});

	it('stores nothing for a refused call, and accepts calls again once the window has passed', async () => {
		service.set({ limit: { maxCalls: 2, windowMs: WINDOW, maxConcurrent: 2 } });
		const create = (name: string) => form('leads/create', { client_id: '1250001', family_name: name });
		const statuses = [];
		for (const name of ['一', '二', '三']) statuses.push((await create(name)).status);
		expect(statuses).toEqual([200, 200, 429]);
		expect(service.leads.size).toBe(2502);
		await new Promise((resolve) => setTimeout(resolve, WINDOW));
		expect((await create('三')).status).toBe(200);
		expect(service.figures().worstWindowTaken).toBe(2);
	});

	it.each([[false, [200, 429, 200]], [true, [200, 429, 429]]])('counts refused calls toward the window: %s', async (countRefused, expected) => {
		service.set({ limit: { maxCalls: 1, windowMs: WINDOW, maxConcurrent: 2 }, countRefused });
		const statuses = [(await form('clients/get_entry_list')).status];
		await new Promise((resolve) => setTimeout(resolve, WINDOW * 0.6));
		statuses.push((await form('clients/get_entry_list')).status);
		await new Promise((resolve) => setTimeout(resolve, WINDOW * 0.6));
		statuses.push((await form('clients/get_entry_list')).status);
		expect(statuses).toEqual(expected);
	});

	it('refuses a third concurrent call, and accepts the next one after a call has ended', async () => {
		service.set({ limit: { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 } });
		service.delay(50, 50);
		const statuses = await Promise.all([1, 2, 3].map(async () => (await form('clients/get_entry_list')).status));
		expect(statuses.sort()).toEqual([200, 200, 429]);
		expect(service.figures()).toMatchObject({ worstAtOnce: 3, refused: 1 });
		expect((await form('clients/get_entry_list')).status).toBe(200);
	});

	it('counts each key separately', async () => {
		service.set({ limit: { maxCalls: 1, windowMs: 60_000, maxConcurrent: 2 } });
		expect((await form('clients/get_entry_list')).status).toBe(200);
		expect((await send('clients/get_entry_list', { body: new URLSearchParams({ api_key: 'other' }) })).status).toBe(401);
	});

	it.each([
		['seconds', /^\d+$/], ['date', /GMT$/], ['none', /^missing$/],
	] as const)('sends Retry-After as %s', async (retryAfter, expected) => {
		service.set({ limit: { maxCalls: 0, windowMs: 60_000, maxConcurrent: 2 }, retryAfter });
		const { headers } = await form('clients/get_entry_list');
		expect(headers.get('retry-after') ?? 'missing').toMatch(expected);
	});
});

describe('faults', () => {
	const create = () => form('leads/create', { client_id: '1250001', family_name: '見本' });
	const created = () => service.leads.size - 2500;

	it('apply to calls of their path, after and for as many calls as configured', async () => {
		service.fault({ effect: 'status', status: 503, path: 'leads/create', after: 1, times: 2 });
		expect((await form('clients/get_entry_list')).status).toBe(200);
		const statuses = [];
		for (const name of ['一', '二', '三', '四']) statuses.push((await form('leads/create', { client_id: '1250001', family_name: name })).status);
		expect(statuses).toEqual([200, 503, 503, 200]);
		expect(service.journal.map(({ fault }) => fault)).toEqual([undefined, undefined, 'status', 'status', undefined]);
		expect(created()).toBe(2);
	});

	it('apply only to calls with matching values', async () => {
		service.fault({ effect: 'status', status: 503, path: 'leads/create', values: '^family_name=二$', times: 9 });
		const statuses = [];
		for (const name of ['一', '二', '二二', '二']) statuses.push((await form('leads/create', { client_id: '1250001', family_name: name })).status);
		expect(statuses).toEqual([200, 503, 200, 503]);
	});

	it('can store the record anyway', async () => {
		service.fault({ effect: 'status', status: 504, body: { message: 'late' }, headers: { 'x-from': 'gateway' }, store: true });
		const response = await create();
		expect([response.status, response.headers.get('x-from'), await response.json()]).toEqual([504, 'gateway', { message: 'late' }]);
		expect(created()).toBe(1);
		expect(lastCall().stored).toBe(4_102_501);
	});

	it('status: an HTML page by default', async () => {
		service.fault({ effect: 'status' });
		const response = await create();
		expect([response.status, response.headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8']);
	});

	it('429: with Retry-After in seconds, as a date, or without it', async () => {
		service.fault({ effect: '429', seconds: 7 });
		service.fault({ effect: '429', seconds: 7, retryAfter: 'date' });
		service.fault({ effect: '429' });
		const waits = [];
		for (let index = 0; index < 3; index += 1) {
			const response = await create();
			expect(response.status).toBe(429);
			waits.push(response.headers.get('retry-after'));
		}
		expect(waits[0]).toBe('7');
		expect(Date.parse(waits[1]!) - Date.now()).toBeGreaterThan(5000);
		expect(waits[2]).toBeNull();
		expect(created()).toBe(0);
		expect(service.figures().refused).toBe(0);
	});

	it('tooMany, keyRefused, errorsList, errorsHash, errorsText, noRoot, empty, html', async () => {
		const expected: [string, number, unknown][] = [
			['tooMany', 200, { errors: [expect.stringContaining('上限')] }],
			['keyRefused', 401, { errors: ['APIキーが正しくありません。'] }],
			['errorsList', 200, { errors: [expect.stringMatching(/^姓/), expect.stringMatching(/^会社ID/)] }],
			['errorsHash', 200, { errors: { base: [expect.any(String), expect.any(String)] } }],
			['errorsText', 200, { errors: expect.any(String) }],
			['noRoot', 200, {}],
		];
		for (const [effect, status, body] of expected) {
			service.fault({ effect: effect as 'tooMany' });
			const response = await create();
			expect([effect, response.status, await response.json()]).toEqual([effect, status, body]);
		}
		service.fault({ effect: 'keyRefused', status: 403 });
		expect((await create()).status).toBe(403);
		service.fault({ effect: 'empty' });
		expect(await (await create()).text()).toBe('');
		service.fault({ effect: 'html' });
		expect(await (await create()).text()).toMatch(/^<!DOCTYPE html>/);
		expect(created()).toBe(0);
	});

	it('resetBeforeStore and resetAfterStore: the connection is reset', async () => {
		service.fault({ effect: 'resetBeforeStore' });
		await expect(create()).rejects.toThrow();
		expect(created()).toBe(0);
		service.fault({ effect: 'resetAfterStore' });
		await expect(create()).rejects.toThrow();
		expect(created()).toBe(1);
		expect(lastCall()).toMatchObject({ status: 0, stored: 4_102_501, fault: 'resetAfterStore' });
	});

	it('hang: no response until the caller disconnects', async () => {
		service.fault({ effect: 'hang' });
		const disconnect = new AbortController();
		const waiting = send('leads/get_entry_list', { body: new URLSearchParams({ api_key: KEY }), signal: disconnect.signal });
		while (service.journal.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
		expect(lastCall().endedAt).toBeUndefined();
		disconnect.abort();
		await expect(waiting).rejects.toThrow();
		while (lastCall().endedAt === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
	});

	it('cut and wrongLength: a truncated response', async () => {
		service.fault({ effect: 'cut', times: 2 });
		await expect((await form('leads/get_entry_list')).json()).rejects.toThrow();
		expect(await (await form('leads/get_entry_list')).text()).toMatch(/^\{"leads":\[/);
		service.fault({ effect: 'wrongLength' });
		await expect(form('leads/get_entry_list').then((response) => response.text())).rejects.toThrow();
	});

	it('trickle: the whole response, slowly', async () => {
		const expected = await list('leads');
		service.fault({ effect: 'trickle', pauseMs: 1 });
		expect(await list('leads')).toEqual(expected);
	});

	it('redirect: to another address', async () => {
		service.fault({ effect: 'redirect', status: 307, location: 'http://127.0.0.1:9/' });
		const response = await send('leads/create', { redirect: 'manual', body: new URLSearchParams({ api_key: KEY }) });
		expect([response.status, response.headers.get('location')]).toEqual([307, 'http://127.0.0.1:9/']);
	});

	it('pagesList, repeatPage and grow: unusual lists', async () => {
		service.fault({ effect: 'pagesList' });
		expect((await list('leads')).pages).toEqual([expect.objectContaining({ total_count: 2500 })]);
		service.fault({ effect: 'repeatPage' });
		const { leads: rows, pages } = await list('leads', { 'page[number]': '3' });
		expect([rows[0].id, pages.current_number]).toEqual([4_102_500, 1]);
		service.fault({ effect: 'grow', records: 3 });
		expect((await list('leads')).leads[0].id).toBe(4_102_500);
		expect((await list('leads')).leads[0].id).toBe(4_102_503);
		expect([service.clients.size, service.businessCards.size]).toEqual([603, 1203]);
	});

	it('are rejected if unknown', () => {
		expect(() => service.fault({ effect: 'explode' as 'hang' })).toThrow('"explode" is not an effect');
		expect(() => service.set({ limt: null } as object)).toThrow('"limt" is not a setting');
	});
});

describe('the controls over HTTP', () => {
	const control = (path: string, body?: unknown) =>
		fetch(`${service.url}/_sandbox/${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });

	it('work like those in process, and do not count as calls', async () => {
		expect((await control('settings', { limit: { maxCalls: 1, windowMs: 60_000, maxConcurrent: 1 } })).status).toBe(200);
		expect((await control('faults', [{ effect: 'status', status: 502, path: 'clients' }])).status).toBe(200);
		expect((await form('clients/get_entry_list')).status).toBe(502);
		expect((await form('clients/get_entry_list')).status).toBe(429);
		expect(await (await control('figures')).json()).toMatchObject({ calls: 2, refused: 1 });
		const journal = await (await control('journal')).json();
		expect(journal.map((call: any) => call.status)).toEqual([502, 429]);
		expect(await (await control('records/clients')).json()).toHaveLength(600);
		expect((await control('reset', {})).status).toBe(200);
		expect(service.journal).toHaveLength(0);
		expect((await form('clients/get_entry_list')).status).toBe(200);
	});

	it('reject unknown faults, settings and tables', async () => {
		expect(await (await control('faults', { effect: 'explode' })).json()).toEqual({ error: expect.stringContaining('"explode" is not an effect') });
		expect((await control('settings', { speed: 1 })).status).toBe(400);
		expect((await control('records/cars')).status).toBe(404);
	});
});
