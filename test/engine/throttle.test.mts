import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { type Job, run, start } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** The guarantees of the throttle, measured at the service. A window of one second stands for the minute. */

const WINDOW_MS = 1000;

let service: HotProfileService;
let clientId: number;

beforeAll(async () => {
	setTiming('WINDOW_MS', WINDOW_MS);
	service = await startHotProfile({ limit: { maxCalls: 20, windowMs: WINDOW_MS, maxConcurrent: 2 } });
	[clientId] = service.clients.keys();
});
afterAll(async () => {
	restoreTiming();
	await service.close();
});
beforeEach(() => service.reset());

const credential = (more = {}) => ({
	instance: service.url, apiKey: service.apiKey, requestsPerMinute: 20, concurrentRequests: 2, ...more,
});

const rows = (count: number, from = 0) => Array.from({ length: count }, (_, index) => ({ name: `試験${from + index}` }));

const createLeads = (count: number, more: Partial<Job> = {}): Job => ({
	parameters: { resource: 'lead', operation: 'create', clientId, familyName: '={{ $json.name }}' },
	items: rows(count),
	credential: credential(),
	...more,
});

/** No call was rejected, and neither the rate nor the concurrency limit was exceeded. */
function expectWithinLimit(calls: number) {
	expect(service.figures(WINDOW_MS)).toMatchObject({ calls, refused: 0 });
	expect(service.figures(WINDOW_MS).worstWindow).toBeLessThanOrEqual(20);
	expect(service.figures(WINDOW_MS).worstAtOnce).toBeLessThanOrEqual(2);
	expect(service.journal.filter(({ keyIn }) => keyIn !== 'body')).toEqual([]);
}

test('50 creates at 20 per window: none rejected, all returned in order and linked to their input', async () => {
	const { status, items } = await run(createLeads(50));
	expect(status).toBe('success');
	expectWithinLimit(50);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(rows(50).map((_, item) => ({ item })));
	const names = items.map(({ json }) => service.leads.get(json.id as number)?.family_name);
	expect(names).toEqual(rows(50).map(({ name }) => name));
});

test('two workflows and two credentials with the same key share one limit', async () => {
	const other = { instance: `${service.url}/leads`, requestsPerMinute: 20 };
	const outcomes = await Promise.all([
		run(createLeads(25)),
		run(createLeads(25, { items: rows(25, 100), credential: credential(other) })),
	]);
	expect(outcomes.map(({ items }) => items.length)).toEqual([25, 25]);
	expectWithinLimit(50);
});

test('the limit holds with random delays of up to half a window', async () => {
	service.delay(0, WINDOW_MS / 2);
	await run(createLeads(24));
	expectWithinLimit(24);
	service.delay(0, 0);
});

test('pages count as calls: 700 leads in pages of 100, one empty page, and 20 creates', async () => {
	const read: Job = {
		parameters: { resource: 'lead', operation: 'getMany', returnAll: true, filters: { toId: Math.min(...service.leads.keys()) + 699 } },
		credential: credential(),
	};
	const [many] = await Promise.all([run(read), run(createLeads(20))]);
	expect(new Set(many.items.map(({ json }) => json.id)).size).toBe(700);
	expectWithinLimit(28);
	const pages = service.journal.filter(({ path }) => path.endsWith('get_entry_list'));
	for (const { pairs } of pages) expect(pairs).toContainEqual(['search[to_id]', expect.any(String)]);
});

test('an execution with one item does not wait for the end of one with 60', async () => {
	const crowd = run(createLeads(60));
	const single = run(createLeads(1, { items: rows(1, 900) }));
	const first = await Promise.race([crowd.then(() => 'crowd'), single.then(() => 'single')]);
	expect(first).toBe('single');
	await crowd;
	expectWithinLimit(61);
});

test('a cancellation sends nothing more and ends the run as canceled', async () => {
	const execution = start(createLeads(80));
	while (service.journal.length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
	execution.cancel();
	const outcome = await execution.done;
	const sent = service.journal.length;
	expect(outcome.status).toBe('canceled');
	await new Promise((resolve) => setTimeout(resolve, WINDOW_MS * 1.5));
	expect(service.journal).toHaveLength(sent);
	expect(sent).toBeLessThan(30);
});

test.each([
	['with Retry-After in seconds', { retryAfter: 'seconds', seconds: 1 }],
	['with Retry-After as a date', { retryAfter: 'date', seconds: 1 }],
	['without Retry-After', { retryAfter: 'none' }],
])('calls rejected %s are sent again: none lost, none sent twice', async (_name, refusal) => {
	service.fault({ effect: '429', after: 5, times: 2, ...(refusal as object) });
	const { status, items } = await run(createLeads(15));
	expect(status).toBe('success');
	expect(items).toHaveLength(15);
	expect(service.journal.filter(({ stored }) => stored)).toHaveLength(15);
	expect(service.journal).toHaveLength(17);
});

test('a call rejected with a text message only is sent again, too', async () => {
	service.fault({ effect: 'tooMany', after: 2, times: 1 });
	expect((await run(createLeads(5))).items).toHaveLength(5);
	expect(service.journal.filter(({ stored }) => stored)).toHaveLength(5);
});

test('a limit set too high is corrected by the rejected calls', async () => {
	const { status, items } = await run(createLeads(45, { credential: credential({ requestsPerMinute: 40, concurrentRequests: 5 }) }));
	expect(status).toBe('success');
	expect(items).toHaveLength(45);
	expect(service.journal.filter(({ stored }) => stored)).toHaveLength(45);
});

test('a rejected key ends the queued calls of the execution', async () => {
	const { status, error } = await run(createLeads(50, { credential: credential({ apiKey: 'wrong-key' }) }));
	expect(status).toBe('error');
	expect(error?.message).toContain('rejected the credential');
	expect(service.journal.length).toBeLessThanOrEqual(2);
});

test('40 items read the credential only twice: once resolved, once as entered', async () => {
	expect((await run(createLeads(40))).credentialReads).toBe(2);
});
