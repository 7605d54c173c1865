import type { IDataObject } from 'n8n-workflow';

import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { type Job, listSearch, run, start, testCredential } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** How long calls wait, and that every call ends, measured at the service. */

const { pauseCapMs } = require('../../dist/nodes/shared/throttle/options.js') as typeof import('../../nodes/shared/throttle/options');
let service: HotProfileService;
/** A separate account for each test, so that no pause carries over to the next one. */
beforeEach(async () => {
	setTiming('WINDOW_MS', 600);
	service = await startHotProfile({ limit: null });
});
afterEach(async () => {
	restoreTiming();
	await service.close();
});

const credential = (more = {}) => ({ instance: service.url, apiKey: service.apiKey, requestsPerMinute: 1000, concurrentRequests: 2, ...more });
const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `試験${index}.` }));
const create = (items: IDataObject[], more: Partial<Job> = {}): Job => ({
	parameters: { resource: 'lead', operation: 'create', clientId: [...service.clients.keys()][0], familyName: '={{ $json.name }}' },
	items,
	credential: credential(),
	...more,
});
const stored = () => service.journal.flatMap(({ stored: id }) => (id === undefined ? [] : [id]));
const refuse = (times: number, header: string, more: object = {}) =>
	service.fault({ effect: 'status', status: 429, body: { errors: ['混雑'] }, headers: { 'retry-after': header }, times, ...more } as never);

describe.each([
	['7200', /accepts requests again in 2 h, at \d\d:\d\d:\d\d/],
	['1e9', /accepts requests again on 20\d\d-/],
	['Infinity', /asked for a pause but did not say how long/],
	[new Date('2200-01-01T00:00:00Z').toUTCString(), /accepts requests again on (2200-01-01|2199-12-31)/],
])('Retry-After: %s', (header, message) => {
	test('ends queued calls immediately, and the next execution may try again', async () => {
		refuse(1, header);
		const { items } = await run(create(rows(40), { onError: 'continueRegularOutput', credential: credential({ concurrentRequests: 1 }) }));
		expect(service.journal).toHaveLength(1);
		for (const { json } of items) expect(json.error).toMatch(message);
		const next = await run(create(rows(3)));
		expect(next.status).toBe('success');
		expect(stored()).toHaveLength(3);
	});

	test('does not delay pickers and credential tests', async () => {
		refuse(1, header);
		await run(create(rows(5), { onError: 'continueRegularOutput' }));
		expect((await listSearch(create([]), 'searchClients', '')).results.length).toBeGreaterThan(0);
		await testCredential('hotProfileApi', credential());
	});

	test('is reported immediately by a rejected picker', async () => {
		refuse(1, header);
		await expect(listSearch(create([]), 'searchClients', '')).rejects.toThrow(message);
	});

	test.each([429, 503])('is reported immediately by a credential test rejected with %i', async (status) => {
		refuse(1, header, { status });
		await expect(testCredential('hotProfileApi', credential())).rejects.toThrow(message);
	});
});

test('a picker that is rejected repeatedly gives up after 10 s', async () => {
	refuse(99, '4');
	await expect(listSearch(create([]), 'searchClients', '')).rejects.toThrow('is still rate-limiting requests');
	expect(service.journal).toHaveLength(3);
});

test('a credential test waits for a short pause, like a run', async () => {
	restoreTiming();
	refuse(1, '4');
	const waiting = start(create(rows(1)));
	while (service.journal.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
	await new Promise((resolve) => setTimeout(resolve, 50));
	await testCredential('hotProfileApi', credential());
	waiting.cancel();
	await waiting.done;
});

describe('an account rejected for longer than the maximum pause', () => {
	afterEach(() => jest.restoreAllMocks());

	test('ends the run after a few calls, and the next execution may try again', async () => {
		service.fault({ effect: '429', times: 9999, retryAfter: 'none' } as never);
		const running = start(create(rows(40), { onError: 'continueRegularOutput' }));
		while (service.journal.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
		// The maximum pause passes.
		const now = performance.now.bind(performance);
		jest.spyOn(performance, 'now').mockImplementation(() => now() + pauseCapMs({ windowMs: 600 }));
		const { items } = await running.done;
		expect(items).toHaveLength(40);
		for (const { json } of items) expect(json.error).toMatch(/is still rate-limiting requests/);
		expect(service.journal.length).toBeLessThan(20);
		const { length } = service.journal;
		const next = start(create(rows(1)));
		while (service.journal.length === length) await new Promise((resolve) => setTimeout(resolve, 5));
		next.cancel();
		await next.done;
	});
});

test('executions wait for a pause of minutes, but a picker fails immediately', async () => {
	refuse(1, '120');
	const waiting = start(create(rows(1)));
	while (service.journal.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
	await new Promise((resolve) => setTimeout(resolve, 50));
	await expect(listSearch(create([]), 'searchClients', '')).rejects.toThrow(/accepts requests again in 2 min/);
	expect(service.journal).toHaveLength(1);
	waiting.cancel();
	expect((await waiting.done).status).toBe('canceled');
});

test.each(['read', 'store'])('503 with Retry-After is retried after that time (%s)', async (kind) => {
	service.fault({ effect: 'status', status: 503, headers: { 'retry-after': '1' }, times: 1 } as never);
	const job = kind === 'store' ? create(rows(1)) : create([{}], { parameters: { resource: 'lead', operation: 'getMany', limit: 2 } });
	const { status } = await run(job);
	expect(status).toBe('success');
	const [first, second] = service.journal.map(({ at }) => at);
	expect(second - first).toBeGreaterThanOrEqual(1000);
	expect(service.journal).toHaveLength(2);
});

test.each([500, 502, 504, 408])('%i with Retry-After is retried after that time if the call is idempotent', async (status) => {
	service.fault({ effect: 'status', status, headers: { 'retry-after': '1' }, times: 1 } as never);
	const read = { parameters: { resource: 'lead', operation: 'getMany', limit: 2 } };
	expect((await run(create([{}], read))).status).toBe('success');
	const [first, second] = service.journal.map(({ at }) => at);
	expect(second - first).toBeGreaterThanOrEqual(1000);
	service.fault({ effect: 'status', status, headers: { 'retry-after': '7200' }, times: 9 } as never);
	expect((await run(create([{}], read))).error?.message).toMatch(/accepts requests again in 2 h/);
	expect(service.journal).toHaveLength(3);
	expect((await run(create(rows(1)))).error?.message).toMatch(/The record may already exist/);
	expect(service.journal).toHaveLength(4);
});

describe.each(['endless', 'switching', 'hang'])('an endless response (%s)', (effect) => {
	test('ends with the timeout and releases its slot', async () => {
		service.fault({ effect, times: 1 } as never);
		const job = create(rows(3), { onError: 'continueRegularOutput', credential: credential({ concurrentRequests: 1 }) });
		const { items } = await run({ ...job, parameters: { ...job.parameters, requestOptions: { timeout: 400 } } });
		expect(items.map(({ json }) => typeof json.error)).toEqual(['string', 'undefined', 'undefined']);
		expect(items[0].json.error).toMatch(/did not respond in time \[item 0\]\. The record may already exist/);
		expect(service.journal).toHaveLength(3);
		// The connection is closed as well, or the service would still be processing the call.
		while (service.journal[0].endedAt === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
	});
});

test.each([
	[1, 0], [1, 12], [2, 1],
])('a call that is rejected repeatedly while others succeed gives up (concurrency %i, item %i)', async (concurrentRequests, item) => {
	service.fault({ effect: '429', values: `試験${item}\\.`, times: 9999, retryAfter: 'none' } as never);
	const { items } = await run(create(rows(25), { onError: 'continueRegularOutput', credential: credential({ requestsPerMinute: 60, concurrentRequests }) }));
	expect(items[item].json.error).toMatch(/is still rate-limiting requests/);
	expect(stored()).toHaveLength(24);
	expect(service.journal.filter(({ fault }) => fault).length).toBeLessThanOrEqual(20);
});

test('a rate limit reported only as text is accepted three times', async () => {
	service.fault({ effect: 'tooMany', times: 99 } as never);
	const { error } = await run(create(rows(1)));
	expect(service.journal).toHaveLength(3);
	expect(error?.message).toMatch(/is still rate-limiting requests/);
});

test.each([
	['the limit has room', 3, 3, undefined],
	['the limit is reached', 2, 2, 'HotProfile reported 200 rows in total. The rate limit left no time to check for more'],
])('after the last of two full pages, the next one is checked only if there is room: %s', async (_name, requestsPerMinute, calls, hint) => {
	setTiming('WINDOW_MS', 4000);
	const job = create([{}], { parameters: { resource: 'lead', operation: 'getMany', returnAll: true, filters: { toId: '={{ $json.to }}' } } });
	const to = [...service.leads.keys()].sort((one, other) => one - other)[199];
	const { items, hints } = await run({ ...job, items: [{ to }], credential: credential({ requestsPerMinute }) });
	expect(items).toHaveLength(200);
	expect(service.journal).toHaveLength(calls);
	expect(hints.map(({ message }) => message)).toEqual(hint === undefined ? expect.not.arrayContaining([expect.stringContaining('no more than')]) : expect.arrayContaining([hint]));
});

describe('the order of updates', () => {
	const notes = ['first', 'second', 'third', 'last'];
	const update = (ids: number[], items: IDataObject[]): Job => ({
		parameters: { resource: 'lead', operation: 'update', id: '={{ $json.id }}', clientId: '={{ $json.client }}', updateFields: { note: '={{ $json.note }}' } },
		items: items.map((item, index) => ({ ...item, id: ids[index], client: service.leads.get(ids[index])?.client_id as number })),
		credential: credential(),
	});
	const sentFor = (id: number) => service.journal.filter(({ body }) => body.id === String(id)).map(({ body }) => body.note);

	test.each([
		['a 503', { effect: 'status', status: 503 }],
		['a connection reset', { effect: 'resetBeforeStore' }],
		['a 429', { effect: '429', retryAfter: 'none' }],
		['a timeout', { effect: 'hang' }],
	])('of one record is kept after %s', async (_name, fault) => {
		const [id] = service.leads.keys();
		service.fault({ ...fault, values: 'note=first', times: 1 } as never);
		const job = update([id, id, id, id], notes.map((note) => ({ note })));
		const { status } = await run({ ...job, parameters: { ...job.parameters, requestOptions: { timeout: 300 } } });
		expect(status).toBe('success');
		expect(sentFor(id)).toEqual(['first', 'first', 'second', 'third', 'last']);
		expect(service.leads.get(id)?.note).toBe('last');
	});

	test('of different records does not matter, so none waits for another', async () => {
		const ids = [...service.leads.keys()].slice(0, 4);
		service.fault({ effect: 'hang', values: 'note=first', times: 1 } as never);
		const job = update(ids, notes.map((note) => ({ note })));
		const { status } = await run({ ...job, parameters: { ...job.parameters, requestOptions: { timeout: 500 } } });
		expect(status).toBe('success');
		expect(service.journal.map(({ body }) => body.note)).toEqual(['first', 'second', 'third', 'last', 'first']);
	});

	test('of one record continues after a failed update', async () => {
		const [id] = service.leads.keys();
		service.fault({ effect: 'status', status: 422, body: { errors: ['駄目'] }, values: 'note=first', times: 1 } as never);
		const { items } = await run({ ...update([id, id], [{ note: 'first' }, { note: 'second' }]), onError: 'continueRegularOutput' });
		expect(items.map(({ json }) => typeof json.error)).toEqual(['string', 'undefined']);
		expect(service.leads.get(id)?.note).toBe('second');
	});
});
