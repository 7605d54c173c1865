import dns from 'node:dns';
import { type AddressInfo, createServer } from 'node:net';

import type { IDataObject } from 'n8n-workflow';

import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { type Job, run, start } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** Errors of the service and in the input: what is sent, what is stored, and what the user sees. */

let service: HotProfileService;
let clientId: number;
let leadId: number;

beforeAll(async () => {
	setTiming('WINDOW_MS', 600);
	service = await startHotProfile({ limit: null });
	[clientId] = service.clients.keys();
	[leadId] = service.leads.keys();
});
afterAll(async () => {
	restoreTiming();
	await service.close();
});
beforeEach(() => service.reset());

const credential = (more = {}) => ({ instance: service.url, apiKey: service.apiKey, requestsPerMinute: 1000, concurrentRequests: 2, ...more });
const create = (fields: IDataObject = {}, more: Partial<Job> = {}): Job => ({
	parameters: { resource: 'lead', operation: 'create', clientId, familyName: '試験', ...fields }, credential: credential(), ...more,
});
const update = (): Job => ({
	parameters: { resource: 'lead', operation: 'update', id: leadId, clientId: service.leads.get(leadId)?.client_id as number, updateFields: { note: '新' } },
	credential: credential(),
});
const read = (fields: IDataObject = {}): Job => ({
	parameters: { resource: 'lead', operation: 'getMany', limit: 3, ...fields }, credential: credential(),
});
const stored = () => service.journal.filter(({ stored: id }) => id !== undefined).length;

describe('a create that may have been stored is never sent again', () => {
	test.each([
		['a connection dropped after it was stored', { effect: 'resetAfterStore' }, 1],
		['a connection dropped before it was stored', { effect: 'resetBeforeStore' }, 0],
		['500', { effect: 'status', status: 500 }, 0],
		['502', { effect: 'status', status: 502, store: true }, 1],
		['503', { effect: 'status', status: 503 }, 0],
		['504', { effect: 'status', status: 504 }, 0],
		['an incomplete response', { effect: 'wrongLength' }, 1],
		['truncated JSON', { effect: 'cut' }, 1],
		['an empty body', { effect: 'empty', store: true }, 1],
		['a web page', { effect: 'html', store: true }, 1],
	] as const)('%s', async (_name, fault, records) => {
		service.fault(fault as never);
		const { status, error } = await run(create());
		expect(status).toBe('error');
		expect(error?.description).toMatch(/record may already exist\. Check HotProfile before you retry this item/);
		expect(error?.message).toContain('[item 0]');
		expect(service.journal).toHaveLength(1);
		expect(stored()).toBe(records);
	});

	test('a timeout', async () => {
		service.fault({ effect: 'hang' });
		const { error } = await run(create({ requestOptions: { timeout: 300 } }));
		expect(error?.message).toContain('did not respond in time');
		expect(error?.description).toContain('The record may already exist');
		expect(service.journal).toHaveLength(1);
	});
});

describe('a create that was not sent is not reported as possibly stored', () => {
	/** Runs some work with a mocked DNS lookup of one host. */
	async function withLookup<Result>(respond: (callback: (...all: unknown[]) => void) => void, work: () => Promise<Result>): Promise<Result> {
		const originalLookup = dns.lookup;
		const mockedLookup = (host: string, options: unknown, callback: never) =>
			host === 'crm.example' ? setImmediate(respond, callback) : (originalLookup as (...all: unknown[]) => void)(host, options, callback);
		Object.assign(dns, { lookup: mockedLookup });
		try {
			return await work();
		} finally {
			Object.assign(dns, { lookup: originalLookup });
		}
	}
	const runUnsent = async (job: Job) => {
		const { status, error } = await run(job);
		expect(status).toBe('error');
		expect(`${error?.message} ${error?.description}`).not.toContain('already exist');
		return error?.message;
	};

	test.each(['EAI_FAIL', 'ESERVFAIL', 'ENODATA', 'ENOMEM'])('a DNS lookup that fails with %s', async (code) => {
		const failure = Object.assign(new Error(`getaddrinfo ${code} crm.example`), { code, syscall: 'getaddrinfo' });
		const job = create({}, { credential: credential({ instance: 'crm.example' }) });
		expect(await withLookup((callback) => callback(failure), async () => await runUnsent(job))).toContain('Could not connect');
	});

	test('a host that closes the connection during the TLS handshake', async () => {
		const host = createServer((socket) => socket.once('data', () => socket.destroy()).on('error', () => {}));
		await new Promise<void>((ready) => host.listen(0, '127.0.0.1', ready));
		try {
			const { port } = host.address() as AddressInfo;
			expect(await runUnsent(create({}, { credential: credential({ instance: `https://127.0.0.1:${port}` }) }))).toContain('Could not connect');
		} finally {
			host.close();
		}
	});

	test.each(['hotProfile', 'hotProfileTool'])('an invalid timeout (%s)', async (node) => {
		for (const timeout of [-5, 1e12, '={{ "soon" }}']) {
			expect(await runUnsent(create({ requestOptions: { timeout } }, { node }))).toContain("'Timeout' under Request Options must be a number of milliseconds");
		}
		expect(service.journal).toEqual([]);
	});
});

test('a create in progress when the run is canceled is reported as possibly stored', async () => {
	service.fault({ effect: 'hang' });
	const execution = start(create());
	while (service.journal.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
	execution.cancel();
	const { status, error } = await execution.done;
	expect(status).toBe('canceled');
	expect(error?.description).toBe('The record may already exist. Check HotProfile before you retry this item');
});

test('a picked record is sent as its ID, even without the __rl marker of the editor', async () => {
	const { error } = await run(create({ clientId: { mode: 'list', value: String(clientId) } }));
	expect(error).toBeUndefined();
	expect(service.journal[0].body).toMatchObject({ client_id: String(clientId) });
});

describe('items whose expression throws in n8n', () => {
	const note = '={{ $json.day.toDateTime().toFormat("yyyy") }}';
	const two = (day: string) => [{ name: '一', day: '2026-01-01' }, { name: '二', day }];
	const job = (more: Partial<Job>): Job => create({ familyName: '={{ $json.name }}', additionalFields: { note } }, more);

	test('are named even if the expression has a syntax error', async () => {
		const { error } = await run(create({ familyName: '={{ $json. }}' }));
		expect(error?.message).toContain('invalid syntax');
		expect(error?.context?.itemIndex).toBe(0);
		expect(service.journal).toEqual([]);
	});

	test('prevent all calls, also after the run has failed', async () => {
		const { status } = await run(job({ items: two('no date') }));
		expect(status).toBe('error');
		await new Promise((resolve) => setTimeout(resolve, 300));
		expect(service.journal).toEqual([]);
	});

	test('do not affect the items of the next loop iteration', async () => {
		await run(job({ items: two('2026-01-02'), onError: 'continueRegularOutput' }));
		const { items } = await run(job({ items: [{ name: '三', day: 'no date' }, { name: '四', day: '2026-01-01' }], onError: 'continueRegularOutput' }));
		expect(items).toHaveLength(2);
		// n8n up to 2.8 fails the whole run for such an item and sends nothing.
		const created = items.flatMap(({ json }) => (json.id === undefined ? [] : [service.leads.get(json.id as number)?.family_name]));
		expect(['四']).toEqual(expect.arrayContaining(created));
		expect(stored()).toBe(2 + created.length);
	});
});

describe('"Retry On Fail" runs the node again without storing anything twice', () => {
	const items = ['一', '二', '三', '四', '五'].map((name) => ({ name }));
	const retriedJob = (): Job =>
		create({ familyName: '={{ $json.name }}' }, { items, settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 } });

	test('only the create that the service rejected is sent again', async () => {
		service.fault({ effect: 'errorsList', after: 2 });
		const outcome = await run(retriedJob());
		expect(outcome.status).toBe('success');
		expect(outcome.items.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		expect(stored()).toBe(5);
		expect(service.journal).toHaveLength(6);
	});

	test('a create that may have been stored is not sent again', async () => {
		service.fault({ effect: 'resetAfterStore', after: 2 });
		const { error } = await run(retriedJob());
		expect(error?.description).toContain('The record may already exist');
		expect(stored()).toBe(5);
		expect(service.journal).toHaveLength(5);
	});
});

describe('a read or an update is retried up to three times', () => {
	const faults = [
		['500', { effect: 'status', status: 500 }],
		['503', { effect: 'status', status: 503 }],
		['a connection dropped before processing', { effect: 'resetBeforeStore' }],
		['a connection dropped after processing', { effect: 'resetAfterStore' }],
		['an incomplete response', { effect: 'wrongLength' }],
	] as const;
	test.each(faults)('succeeds after %s occurred twice', async (_name, fault) => {
		for (const job of [read(), update()]) {
			service.reset();
			service.fault({ ...fault, times: 2 } as never);
			const { status, items } = await run(job);
			expect(status).toBe('success');
			expect(items.length).toBeGreaterThan(0);
			expect(service.journal).toHaveLength(3);
		}
	});

	test('fails after four attempts, with what happened and what to do', async () => {
		service.fault({ effect: 'status', status: 503, times: 9 });
		const { error } = await run(read());
		expect(error?.message).toBe('Get many leads: HotProfile is temporarily unavailable [item 0]');
		expect(error?.httpCode).toBe('503');
		expect(error?.description).not.toContain('already exist');
		expect(service.journal).toHaveLength(4);
	});
});

describe('what the user sees', () => {
	const sentence = '姓を入力してください。';

	test.each(['errorsList', 'errorsHash', 'errorsText'] as const)("the service's own message, from %s with status 200", async (effect) => {
		service.fault({ effect, sentences: [sentence] });
		const { error } = await run(create());
		expect(error?.message).toBe(`Create lead: ${sentence} [item 0]`);
		expect(service.journal).toHaveLength(1);
	});

	test.each([
		['a web page', { effect: 'html' }, /web page instead of data/],
		['an empty body', { effect: 'empty' }, /returned an empty response/],
		['truncated JSON', { effect: 'cut' }, /truncated or invalid JSON/],
		['a body without the expected key', { effect: 'noRoot' }, /without the expected data/],
		['a redirect', { effect: 'redirect', status: 307, location: 'http://127.0.0.1:9/' }, /another URL, but redirects are not followed/],
		['a missing page', { effect: 'status', status: 404, body: '<html></html>' }, /HotProfile found nothing at POST http.*\/rest_api\/v1\/leads\/get_entry_list/],
		['a forbidden record', { effect: 'keyRefused', status: 403 }, /denied permission for this request/],
	] as const)('the message for %s', async (_name, fault, message) => {
		service.fault(fault as never);
		const { error } = await run(read());
		expect(error?.message).toMatch(message);
		expect(error?.message).not.toMatch(/error|problem|failure|mistake/i);
		expect(service.journal).toHaveLength(1);
	});

	test('the message for an unreachable host', async () => {
		const { error } = await run({ ...create(), credential: credential({ instance: 'http://127.0.0.1:9' }) });
		expect(error?.message).toContain('Could not connect');
		expect(error?.description).not.toContain('already exist');
	});

	test('"pages" as a list is accepted', async () => {
		service.fault({ effect: 'pagesList', times: 9 });
		expect((await run(read({ returnAll: true }))).items).toHaveLength(2500);
	});

	test('a repeated page ends reading with an error', async () => {
		service.fault({ effect: 'repeatPage', times: 99 });
		const { error } = await run(read({ returnAll: true }));
		expect(error?.message).toContain('same page twice');
		expect(service.journal).toHaveLength(2);
	});

	test('a rejected duplicate, with the message of the service', async () => {
		const job = create({ additionalFields: { firstName: '太郎', email: 'taro@example.co.jp' } });
		expect((await run(job)).status).toBe('success');
		const { error } = await run(job);
		expect(error?.message).toMatch(/^Create lead: .*[ぁ-ん].* \[item 0\]$/);
		expect(stored()).toBe(1);
	});

	test('the key appears in no URL, message or run data', async () => {
		service.fault({ effect: 'errorsList', sentences: [`鍵 ${service.apiKey} は使えません`], after: 1 });
		const outcomes = [await run(read()), await run(create()), await run({ ...create(), credential: credential({ instance: 'http://127.0.0.1:9' }) })];
		expect(JSON.stringify(service.journal)).not.toContain(service.apiKey);
		for (const { run: whole, error } of outcomes) {
			expect(JSON.stringify(whole.data.resultData)).not.toContain(service.apiKey);
			expect(`${error?.stack} ${error?.description}`).not.toContain(service.apiKey);
		}
		expect(outcomes[1].error?.message).toContain('鍵 *** は使えません');
		service.fault({ effect: 'status', status: 200, body: { id: 1, request: { api_key: service.apiKey } } });
		expect((await run(create())).items[0].json).toEqual({ id: 1, request: { api_key: '***' } });
	});
});

describe('invalid input is rejected before any call', () => {
	const latitude = (value: unknown) => ({ additionalFields: { latitude: value as number } });
	test.each<[string, IDataObject, RegExp]>([
		['a lead without last name', { familyName: '={{ $json.missing }}' }, /^'Last Name' is required/],
		['a blank last name', { familyName: '={{ " " }}' }, /^'Last Name' is required/],
		['a text over its maximum length', { familyName: 'あ'.repeat(101) }, /^'Last Name' must have at most 100 characters, but it has 101/],
		['a letter in an id', { clientId: '12a' }, /^'Client' must be a whole number of 1 or more, but it is "12a"/],
		['a number in another notation', { clientId: '0x1F' }, /^'Client' must be a whole number/],
		['a letter in a picked id', { clientId: { __rl: true, mode: 'id', value: '={{ "x" }}' } }, /^'Client' must be a whole number/],
		['a latitude of 200', latitude(200), /^'Latitude' must be a number from -90 to 90/],
		['an expression that returns undefined', { additionalFields: { tel: '={{ $json.missing }}' } }, /^'Phone' is empty: the expression returned undefined/],
		['an expression that returns an object', { additionalFields: { tel: '={{ ({ a: 1 }) }}' } }, /^'Phone' must be text, but it is an object/],
	])('%s', async (_name, fields, message) => {
		const { status, error } = await run(create(fields));
		expect(status).toBe('error');
		expect(error?.message).toMatch(message);
		expect(error?.message).toContain('[item 0]');
		expect(service.journal).toEqual([]);
	});

	test('an impossible date', async () => {
		const { error } = await run(read({ filters: { fromCreatedOn: '2026/02/30' } }));
		expect(error?.message).toMatch(/^'Created From' must be a valid date.*\[item 0\]$/);
		expect(service.journal).toEqual([]);
	});

	test.each([0, -1, 1.5, '={{ "many" }}'])('a limit of %p', async (limit) => {
		const { error } = await run(read({ limit }));
		expect(error?.message).toBe("'Limit' must be a whole number of 1 or more [item 0]");
		expect(service.journal).toEqual([]);
	});

	test.each([
		[{ instance: 'no host' }, /'Instance'/],
		[{ apiKey: 'a\nb' }, /'API Key'/],
		[{ requestsPerMinute: 0 }, /'Requests per Minute'/],
	])('a credential with %j', async (wrong, message) => {
		const { error } = await run({ ...create(), credential: credential(wrong) });
		expect(error?.message).toMatch(message);
		expect(service.journal).toEqual([]);
	});

	test('one invalid item of many prevents all calls, and is named', async () => {
		const items = ['一', '二', '', '四'].map((name) => ({ name }));
		const { status, error } = await run(create({ familyName: '={{ $json.name }}' }, { items }));
		expect(status).toBe('error');
		expect(error?.message).toBe(`'Last Name' is required, but it is empty [item 2]`);
		expect(error?.context?.itemIndex).toBe(2);
		expect(service.journal).toEqual([]);
	});

	test('with "On Error: Continue", valid items are sent and the invalid one returns its message', async () => {
		const items = ['一', '二', '', '四'].map((name) => ({ name }));
		const outcome = await run(create({ familyName: '={{ $json.name }}' }, { items, onError: 'continueRegularOutput' }));
		expect(outcome.status).toBe('success');
		expect(stored()).toBe(3);
		expect(outcome.items).toHaveLength(4);
		expect(JSON.stringify(outcome.items[2])).toContain("'Last Name' is required");
	});
});
