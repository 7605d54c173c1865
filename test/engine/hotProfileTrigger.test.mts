/** HotProfile Trigger over real HTTP: each change once, whatever happens to polls, workflows and the service. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { Random } from '../../sandbox/random.mts';
import { japanTime, type Table } from '../../sandbox/hotProfile/tenant.mts';
import { type Job, publish } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

let service: HotProfileService;
beforeAll(async () => {
	setTiming('WINDOW_MS', 500);
	// A pause of a second is too long for a poll.
	setTiming('MAX_INTERACTIVE_PAUSE_MS', 700);
	service = await startHotProfile({ leads: 350, clients: 60, businessCards: 1200, limit: null });
});
beforeEach(() => service.reset());
afterAll(async () => {
	restoreTiming();
	await service.close();
});

type Resource = 'lead' | 'client' | 'businessCard';

const paths = { lead: 'leads', client: 'clients', businessCard: 'business_cards' };
const tableOf = (resource: Resource): Table => ({ lead: service.leads, client: service.clients, businessCard: service.businessCards })[resource];

const triggerJob = (resource: Resource, triggerOn: string, more: IDataObject = {}, credential: IDataObject = {}): Job => ({
	node: 'hotProfileTrigger',
	parameters: { resource, triggerOn, ...more },
	credential: { instance: service.url, apiKey: service.apiKey, requestsPerMinute: 1000, ...credential } as Job['credential'],
});

const idsOf = (output: INodeExecutionData[][] | null) => (output?.[0] ?? []).map(({ json }) => Number(json.id));
const lists = () => service.journal.filter(({ path }) => path.endsWith('get_entry_list'));

let written = 0;

/** Writes to the service as another program would. */
async function write(resource: Resource, action: 'create' | 'update', values: Record<string, string | number>): Promise<number> {
	const form = new URLSearchParams({ api_key: service.apiKey, ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])) });
	const response = await fetch(`${service.url}/rest_api/v1/${paths[resource]}/${action}`, { method: 'POST', body: form });
	const { id, errors } = (await response.json()) as { id?: number; errors?: unknown };
	if (id === undefined) throw new Error(JSON.stringify(errors));
	return id;
}

async function create(resource: Resource): Promise<number> {
	const note = `change ${++written}`;
	if (resource === 'client') return await write(resource, 'create', { name: `株式会社新規${written}`, note });
	const [client_id = 0] = service.clients.keys();
	const person = { client_id, family_name: `新規${written}`, note };
	return await write(resource, 'create', resource === 'lead' ? person : { ...person, status: 1, open_status: 1 });
}

async function update(resource: Resource, id: number): Promise<number> {
	const client_id = tableOf(resource).get(id)?.client_id;
	const note = `change ${++written}`;
	return await write(resource, 'update', resource === 'client' ? { id, note } : { id, client_id: Number(client_id), note });
}

/** Changes a record directly, at a time of our choice. */
function set(resource: Resource, id: number, changes: Record<string, string>): void {
	const record = tableOf(resource).get(id);
	if (!record) throw new Error(`no ${resource} ${id}`);
	tableOf(resource).set(id, { ...record, ...changes });
}

const minutesAgo = (minutes: number) => japanTime(Date.now() - minutes * 60_000);

describe.each<[Resource, string, number]>([
	['lead', 'createdOrUpdated', 1000],
	['lead', 'created', 150],
	['lead', 'updated', 150],
	['client', 'createdOrUpdated', 150],
	['businessCard', 'createdOrUpdated', 150],
	['businessCard', 'created', 150],
])('%s, %s', (resource, triggerOn, count) => {
	test(`${count} changes in random order, with restarts and failed polls, come once each`, async () => {
		const random = new Random(count + triggerOn.length);
		const job = triggerJob(resource, triggerOn);
		let workflow = publish(job);
		expect(await workflow.poll()).toBeNull();

		/** The note of each change that has not come yet, by record. */
		const expected = new Map<number, string>();
		const surprises: unknown[] = [];
		let come = 0;
		let failed = 0;
		const poll = async () => {
			const output = await workflow.poll().catch(() => (failed++, null));
			for (const { json } of output?.[0] ?? []) {
				come++;
				if (expected.get(Number(json.id)) !== json.note) surprises.push({ id: json.id, note: json.note });
				expected.delete(Number(json.id));
			}
		};
		// Where notes are hidden from the key's user, two changes within one second look the same.
		const known = [...tableOf(resource).values()].filter(({ hidden }) => !hidden.items.includes('note')).map(({ id }) => id);

		let done = 0;
		while (done < count) {
			const batch = Math.min(count - done, random.whole(1, 40));
			for (let index = 0; index < batch; index++) {
				const isNew = triggerOn === 'created' || (triggerOn === 'createdOrUpdated' && random.percent(30));
				if (isNew) {
					const id = await create(resource);
					expected.set(id, `change ${written}`);
					// An update between creation and poll is no second creation.
					if (triggerOn === 'created' && random.percent(20)) {
						await update(resource, id);
						expected.set(id, `change ${written}`);
					}
				} else {
					const id = random.pick(known);
					// Two changes of a record between two polls are one.
					if (expected.has(id)) {
						index--;
						continue;
					}
					await update(resource, id);
					expected.set(id, `change ${written}`);
				}
				done++;
			}
			// Updates that a trigger for new records does not report.
			if (triggerOn === 'created') for (let index = 0; index < 5; index++) await update(resource, random.pick(known));
			if (triggerOn === 'updated') await create(resource);
			if (random.percent(30)) {
				const effect = random.pick(['status', 'errorsList', 'resetBeforeStore', 'noRoot', 'html'] as const);
				// Those that are retried fail the poll only at the fourth time.
				service.fault({ effect, path: 'get_entry_list', after: random.whole(0, 1), times: /status|reset/.test(effect) ? 4 : 1 });
			}
			if (random.percent(8)) service.fault({ effect: '429', path: 'get_entry_list', seconds: 1 });
			// A restart: n8n keeps nothing but what it has stored.
			if (random.percent(30)) workflow = publish(job, workflow.stored());
			await poll();
			if (random.percent(30)) await poll();
		}
		for (let index = 0; index < 40 && (expected.size > 0 || index < 3); index++) {
			await poll();
			await sleep(100);
		}
		expect(surprises).toEqual([]);
		expect([...expected]).toEqual([]);
		expect(come).toBe(count);
		expect(failed).toBeGreaterThan(0);
		workflow = publish(job, workflow.stored());
		await poll();
		await poll();
		expect([come, surprises]).toEqual([count, []]);
	}, 60_000);
});

test('the first poll sends nothing old, not even what changed in the same second, and the next one what came after it', async () => {
	await create('lead');
	const [old = 0] = service.leads.keys();
	await update('lead', old);
	const workflow = publish(triggerJob('lead', 'createdOrUpdated'));
	expect(await workflow.poll()).toBeNull();
	const id = await create('lead');
	await update('lead', old);
	expect(idsOf(await workflow.poll())).toEqual(expect.arrayContaining([id, old]));
	expect(await workflow.poll()).toBeNull();
});

test.each<[Resource, number]>([['lead', 4], ['client', 1], ['businessCard', 2]])('Emit Existing Records: every %s once, then only what is new', async (resource, calls) => {
	const workflow = publish(triggerJob(resource, 'created', { options: { emitExistingRecords: true } }));
	expect(idsOf(await workflow.poll()).sort()).toEqual([...tableOf(resource).keys()].sort());
	expect(lists()).toHaveLength(calls);
	expect(await workflow.poll()).toBeNull();
	const id = await create(resource);
	expect(idsOf(await workflow.poll())).toEqual([id]);
	expect(await publish(triggerJob(resource, 'created', { options: { emitExistingRecords: true } }), workflow.stored()).poll()).toBeNull();
});

test.each<Resource>(['lead', 'client', 'businessCard'])('records of %s with the same time come once each, also where they fill several pages or a page exactly', async (resource) => {
	const workflow = publish(triggerJob(resource, 'updated'));
	await workflow.poll();
	const ids = [...tableOf(resource).keys()];
	const time = japanTime();
	for (const some of [ids, ids.slice(0, 100), ids.slice(20, 30)]) {
		for (const id of some) set(resource, id, { updated_at: time, note: `${some.length}` });
		const come = idsOf(await workflow.poll());
		expect(new Set(come).size).toBe(come.length);
		if (some === ids) expect(come.sort()).toEqual([...ids].sort());
		expect(await workflow.poll()).toBeNull();
	}
});

test('two changes of a record in one second, with a poll between them, both come', async () => {
	const workflow = publish(triggerJob('client', 'updated'));
	await workflow.poll();
	const [id = 0] = service.clients.keys();
	const time = japanTime();
	set('client', id, { updated_at: time, note: 'first' });
	expect((await workflow.poll())?.[0]?.map(({ json }) => json.note)).toEqual(['first']);
	set('client', id, { updated_at: time, note: 'second' });
	expect((await workflow.poll())?.[0]?.map(({ json }) => json.note)).toEqual(['second']);
	expect(await workflow.poll()).toBeNull();
});

test('a record that appears late, with a time within the last minutes, still comes', async () => {
	const workflow = publish(triggerJob('lead', 'createdOrUpdated'));
	await workflow.poll();
	await create('lead');
	await workflow.poll();
	const [, late = 0] = service.leads.keys();
	set('lead', late, { updated_at: minutesAgo(3), note: 'late' });
	expect(idsOf(await workflow.poll())).toEqual([late]);
	expect(await workflow.poll()).toBeNull();
});

test('business cards are asked for by day, and cards of that day from before are not sent', async () => {
	const ids = [...service.businessCards.keys()];
	const workflow = publish(triggerJob('businessCard', 'updated'));
	for (const id of ids.slice(0, 50)) set('businessCard', id, { updated_at: minutesAgo(8) });
	await workflow.poll();
	const { body } = lists()[0] as { body: IDataObject };
	expect(body.search).toEqual({ from_updated_on: expect.stringMatching(/^\d{4}\/\d\d\/\d\d$/) });
	set('businessCard', ids[60] ?? 0, { updated_at: japanTime() });
	expect(idsOf(await workflow.poll())).toEqual([ids[60]]);
	for (let index = 0; index < 3; index++) expect(await workflow.poll()).toBeNull();
});

test('leads are asked for by second in Japan time, under the filters of Get Many', async () => {
	const filters = { familyName: '佐藤', leadStatus: 1, fromDatetimeUpdatedOn: '2020-01-01T00:00:00', notMailFlg: false };
	const workflow = publish({ ...triggerJob('lead', 'updated', { filters }), timezone: 'America/New_York' });
	const asked = Date.now();
	await workflow.poll();
	const { pairs } = lists()[0] as { pairs: Array<[string, string]> };
	const sent = Object.fromEntries(pairs);
	expect(sent).toMatchObject({
		'search[family_name]': '佐藤', 'search[lead_status]': '1', 'search[not_mail_flg]': '0', 'order[key]': 'id', 'order[type]': 'asc', 'page[display_number]': '100',
	});
	const since = Date.parse(`${String(sent['search[from_datetime_updated_on]']).replaceAll('/', '-').replace(' ', 'T')}+09:00`);
	expect(Math.abs(asked - 300_000 - since)).toBeLessThan(3000);
	const matching = [...service.leads.values()].filter(({ family_name }) => family_name === '佐藤');
	const [other] = [...service.leads.values()].filter(({ family_name }) => family_name !== '佐藤');
	for (const { id } of [...matching, { id: other?.id ?? 0 }]) set('lead', id, { updated_at: japanTime(), lead_status: 1 as never, not_mail_flg: 0 as never });
	expect(idsOf(await workflow.poll()).sort()).toEqual(matching.map(({ id }) => id).sort());
});

test('a wrong filter is named, and nothing is sent', async () => {
	const workflow = publish(triggerJob('lead', 'updated', { filters: { fromCreatedOn: '2026-02-31' } }));
	await expect(workflow.poll()).rejects.toThrow(/'Created From' must be a valid date/);
	expect(service.journal).toHaveLength(0);
});

test.each([
	['simplified', (json: IDataObject) => expect(json.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/)],
	['raw', (json: IDataObject) => expect(json.created_at).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/)],
	['selectedFields', (json: IDataObject) => expect(Object.keys(json)).toEqual(['id', 'name'])],
])('output %s is that of Get Many', async (output, check) => {
	const workflow = publish(triggerJob('lead', 'created', { output, outputFields: ['id', 'name'] }));
	await workflow.poll();
	await create('lead');
	const [items = []] = (await workflow.poll()) ?? [];
	expect(items).toHaveLength(1);
	for (const { json } of items) check(json);
});

test('a test in the editor shows the newest records and moves nothing', async () => {
	const job = triggerJob('lead', 'created');
	const workflow = publish(job);
	await workflow.poll();
	const stored = workflow.stored();
	const id = await create('lead');
	const manual = publish(job, stored, { mode: 'manual' });
	const sample = idsOf(await manual.poll());
	expect(sample).toHaveLength(10);
	expect(sample[0]).toBe(id);
	expect(manual.stored()).toBe(stored);
	expect(idsOf(await publish(job, stored).poll())).toEqual([id]);
	const untouched = publish(job, '{}', { mode: 'manual' });
	await untouched.poll();
	expect(untouched.stored()).toBe('{}');
});

test.each([{ seconds: 1 }, { seconds: 3600 }])('a 429 when the workflow is published does not stop it, and what changes meanwhile still comes: %j', async ({ seconds }) => {
	const [old = 0] = service.leads.keys();
	set('lead', old, { updated_at: minutesAgo(1) });
	service.fault({ effect: '429', path: 'get_entry_list', seconds });
	const job = triggerJob('lead', 'createdOrUpdated');
	const workflow = publish(job);
	expect(await workflow.poll()).toBeNull();
	const id = await create('lead');
	const later = publish(job, workflow.stored());
	// The next poll comes within the pause, the one after it behind it.
	let come = idsOf(await later.poll());
	await sleep(1500);
	come = [...come, ...idsOf(await later.poll())];
	expect(come).toEqual([id]);
	expect(await later.poll()).toBeNull();
}, 60_000);

test('a wrong key does stop it, and a service that is down, too', async () => {
	await expect(publish(triggerJob('lead', 'created', {}, { apiKey: 'wrong-key' })).poll()).rejects.toThrow(/rejected the credential/);
	service.fault({ effect: 'status', times: 4 });
	const workflow = publish(triggerJob('lead', 'created'));
	await expect(workflow.poll()).rejects.toThrow(/temporarily unavailable/);
	expect(workflow.stored()).not.toContain('since');
});

test('a list that takes longer than n8n allows a poll comes over several polls, restarts included', async () => {
	service.delay(450, 450);
	const job = triggerJob('lead', 'created', { options: { emitExistingRecords: true } });
	const parts: number[][] = [];
	let stored = '{}';
	for (let poll = 0; poll < 30; poll++) {
		const workflow = publish(job, stored, { budgetMs: 1500 });
		// On a busy machine a poll can take too long. n8n then has nothing of it, and the next one starts from the same place.
		const output = await workflow.poll().catch((error: Error) => {
			expect(error.message).toMatch(/longer than n8n allows/);
			return undefined;
		});
		if (output === undefined) continue;
		const ids = idsOf(output);
		stored = workflow.stored();
		if (ids.length === 0) break;
		parts.push(ids);
		// Meanwhile, records come and go.
		const [first = 0] = service.leads.keys();
		if (parts.length === 1) service.leads.delete(first);
	}
	expect(parts.length).toBeGreaterThan(1);
	const ids = parts.flat();
	expect(new Set(ids).size).toBe(ids.length);
	expect(ids).toEqual(expect.arrayContaining([...service.leads.keys()]));
});

test('a poll that n8n has given up moves nothing', async () => {
	const job = triggerJob('lead', 'created');
	const workflow = publish(job);
	await workflow.poll();
	const id = await create('lead');
	service.delay(300, 300);
	const slow = publish(job, workflow.stored(), { budgetMs: 100 });
	await expect(slow.poll()).rejects.toThrow(/longer than n8n allows/);
	service.delay(0, 0);
	expect(idsOf(await publish(job, slow.stored()).poll())).toEqual([id]);
});

test('a failure after some pages keeps what has come, and the next poll goes on', async () => {
	const workflow = publish(triggerJob('lead', 'created', { options: { emitExistingRecords: true } }));
	service.fault({ effect: 'errorsList', path: 'get_entry_list', after: 2 });
	const first = idsOf(await workflow.poll());
	expect(first.length).toBeGreaterThan(150);
	const rest = idsOf(await workflow.poll());
	expect([...first, ...rest].sort()).toEqual([...service.leads.keys()].sort());
});

test('a poll that starts while another one runs waits for its own turn', async () => {
	service.delay(200, 200);
	const workflow = publish(triggerJob('lead', 'created', { options: { emitExistingRecords: true } }));
	const [one, other] = await Promise.all([workflow.poll(), workflow.poll()]);
	expect(other).toBeNull();
	expect(idsOf(one)).toHaveLength(350);
});

test('another kind of change, resource or account is watched from now on', async () => {
	const workflow = publish(triggerJob('lead', 'created'));
	await workflow.poll();
	await create('lead');
	await create('client');
	const changed = publish(triggerJob('client', 'created'), workflow.stored());
	expect(await changed.poll()).toBeNull();
	const id = await create('client');
	expect(idsOf(await changed.poll())).toEqual([id]);
});

test('polls keep to the limit of the account, together with everything else', async () => {
	service.set({ limit: { maxCalls: 10, windowMs: 500, maxConcurrent: 2 } });
	const jobs = (['lead', 'client', 'businessCard'] as const).map((resource) => triggerJob(resource, 'created', { options: { emitExistingRecords: true } }, { requestsPerMinute: 10 }));
	const workflows = jobs.map((job, index) => publish({ ...job, settings: { id: `n${index}` } }));
	const outputs = await Promise.all(workflows.map(async (workflow) => await workflow.poll()));
	expect(outputs.map((output) => idsOf(output).length)).toEqual([350, 60, 1200]);
	expect(service.figures()).toMatchObject({ refused: 0 });
	expect(service.figures().worstWindow).toBeLessThanOrEqual(10);
});
