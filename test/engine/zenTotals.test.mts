import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { type CrmZenService, startCrmZen } from '../../sandbox/crmZen/index.mts';
import { type Job, run, start, testCredential } from './engine.mts';
import { credentialOf, totalsJob } from './zenTotalsJob.mts';

/** The waiting times, measured at the service: one second stands for the minutes of CRM Zen. */

const WAIT_S = 1;
const WAIT_MS = WAIT_S * 1000;
let service: CrmZenService;
let accounts = 0;

beforeAll(async () => {
	service = await startCrmZen({ waits: { totals: WAIT_S, leadsByUser: WAIT_S, leadFile: WAIT_S, salesFunnel: WAIT_S } });
});
afterAll(async () => await service.close());
beforeEach(() => {
	service.reset();
	accounts++;
});

/** The URLs differ from test to test, so that no test waits for the calls of another one. */
const credential = (more: IDataObject = {}) => ({ ...credentialOf(service, accounts, WAIT_S), ...more });

const job = (parameters: IDataObject, more: Partial<Job> = {}) => totalsJob(credential(), parameters, more);

const oneDay = (date: string, more: IDataObject = {}): IDataObject => ({ period: 'oneDay', date, ...more });
const range = (startDate: string, endDate: string, more: IDataObject = {}): IDataObject => ({ period: 'range', startDate, endDate, ...more });
const itemOf = (paired: INodeExecutionData['pairedItem']) => (paired as { item: number }).item;
const requestedDays = () => service.journal.map(({ query }) => query.data);

/** The number of calls, none rejected, each a full waiting time after the previous one. */
function expectSpaced(calls: number) {
	expect(service.figures(WAIT_MS)).toMatchObject({ calls, refused: 0 });
	const starts = service.journal.map(({ at }) => at);
	for (let index = 1; index < starts.length; index++) {
		expect(starts[index] - starts[index - 1]).toBeGreaterThanOrEqual(WAIT_MS);
		expect(starts[index] - starts[index - 1]).toBeLessThan(WAIT_MS * 1.5);
	}
}

describe('When Too Soon: Wait', () => {
	test('a range of three days makes three calls in order, spaced by the waiting time, none rejected, all items linked', async () => {
		const { status, items } = await run(job(range('2026-03-02', '2026-03-04')));
		expect(status).toBe('success');
		expect(requestedDays()).toEqual(['2026-03-02', '2026-03-03', '2026-03-04']);
		expectSpaced(3);
		expect([...new Set(items.map(({ json }) => json.date))]).toEqual(['2026-03-02', '2026-03-03', '2026-03-04']);
		expect(items.every(({ pairedItem }) => itemOf(pairedItem) === 0)).toBe(true);
		expect(service.journal.every(({ keyIn, method, body }) => keyIn === 'header' && method === 'GET' && Object.keys(body).length === 0)).toBe(true);
	});

	test('two workflows with the same URL share one limit', async () => {
		const outcomes = await Promise.all([run(job(range('2026-03-02', '2026-03-03'))), run(job(oneDay('2026-03-04')))]);
		expect(outcomes.map(({ status }) => status)).toEqual(['success', 'success']);
		expectSpaced(3);
	});

	test('the reports do not wait for each other', async () => {
		const startedAt = performance.now();
		await Promise.all([
			run(job(oneDay('2026-03-02'))),
			run(job(oneDay('2026-03-02', { resource: 'leadFile' }))),
			run(job(oneDay('2026-03-02', { resource: 'leadsByUser' }))),
			run(job(oneDay('2026-03-02', { resource: 'salesFunnel' }))),
		]);
		expect(service.journal.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
		expect(performance.now() - startedAt).toBeLessThan(WAIT_MS);
	});

	test('a past day is requested once for several items, and each item receives it', async () => {
		const { items } = await run(job(oneDay('={{ $json.day }}'), { items: [{ day: '2026-03-02' }, { day: '02/03/2026' }, { day: '2026-03-03' }] }));
		expect(requestedDays()).toEqual(['2026-03-02', '2026-03-03']);
		expect([...new Set(items.map(({ pairedItem }) => itemOf(pairedItem)))]).toEqual([0, 1, 2]);
		const rowsOf = (item: number) => items.filter(({ pairedItem }) => itemOf(pairedItem) === item).map(({ json }) => json);
		expect(rowsOf(1)).toEqual(rowsOf(0));
	});

	test('today is requested again, because it is not over', async () => {
		await run(job({ period: 'today' }, { items: [{}, {}] }));
		expectSpaced(2);
	});

	test('a cancellation during the wait ends the run immediately, and nothing more is sent', async () => {
		const execution = start(job(range('2026-03-02', '2026-03-05')));
		while (service.journal.length < 1) await sleep(5);
		await sleep(100);
		const startedAt = performance.now();
		execution.cancel();
		const { status } = await execution.done;
		expect(performance.now() - startedAt).toBeLessThan(500);
		expect(status).toBe('canceled');
		await sleep(WAIT_MS * 1.5);
		expect(service.journal).toHaveLength(1);
	});

	test.each([
		['without Retry-After', {}, WAIT_MS],
		['with Retry-After in seconds', { retryAfter: 'seconds', seconds: 2 }, 2000],
		['with Retry-After as a date', { retryAfter: 'date', seconds: 2 }, 1000],
	])('a first call rejected with 429 %s is sent again', async (_name, fault, atLeast) => {
		service.fault({ effect: '429', ...(fault as object) });
		const { status, items } = await run(job(oneDay('2026-03-02')));
		expect(status).toBe('success');
		expect(items.length).toBeGreaterThan(0);
		const [first, second, ...more] = service.journal;
		expect(more).toEqual([]);
		expect(second.at - first.at).toBeGreaterThanOrEqual(atLeast);
		expect(second.at - first.at).toBeLessThan(3500);
	});

	test('a report requested by another client a moment ago is rejected once, then returned', async () => {
		await fetch(`${service.reportUrl('totals')}?data=2026-03-01`, { headers: { token: service.apiKey } });
		const { status } = await run(job(oneDay('2026-03-02')));
		expect(status).toBe('success');
		expect(service.journal.map((call) => call.status)).toEqual([200, 429, 200]);
	});

	test('a wait longer than the maximum fails immediately', async () => {
		await run(job(oneDay('2026-03-02'), { credential: credential({ totalsWait: 300 }) }));
		const startedAt = performance.now();
		const { error } = await run(job(oneDay('2026-03-03', { maxWaitMinutes: 1 }), { credential: credential({ totalsWait: 300 }) }));
		expect(error?.message).toMatch(/^Get many totals: CRM Zen accepts requests again in (5 min 1 s|5 min|4 min \d+ s), at \d\d:\d\d:\d\d \[item 0\]$/);
		expect(error?.description).toContain("'Maximum Wait (Minutes)'");
		expect(performance.now() - startedAt).toBeLessThan(500);
		expect(service.journal).toHaveLength(1);
	});

	test.each([
		['400 days', range('2025-01-01', '2026-02-04'), {}, /Totals: 400 requests take about 33 h 18 min, because CRM Zen allows one request every 5 min\. Set 'Maximum Wait \(Minutes\)' to 1998 or more/],
		['400 days of lead files', range('2025-01-01', '2026-02-04', { resource: 'leadFile' }), {}, /Lead File: 400 requests/],
		['31 items', oneDay('={{ "2026-03-" + $json.day }}'), { items: Array.from({ length: 31 }, (_, day) => ({ day: String(day + 1).padStart(2, '0') })) }, /31 requests take about 2 h 31 min/],
	])('%s that take too long are rejected before any call', async (_name, parameters, more, message) => {
		const { status, error } = await run(job(parameters, { credential: credential({ totalsWait: 300, leadFileWait: 300 }), ...more }));
		expect(status).toBe('error');
		expect(error?.message).toMatch(message);
		expect(service.journal).toEqual([]);
	});
});

describe('When Too Soon: Use Last Answer', () => {
	const lastAnswerJob = (more: IDataObject = {}) => job({ period: 'today', whenTooSoon: 'useLastAnswer', ...more });

	test('a repeated request makes no second call, and the output shows the age of the answer', async () => {
		const first = await run(lastAnswerJob());
		await sleep(600);
		const second = await run(lastAnswerJob());
		expect(service.journal).toHaveLength(1);
		expect(first.items.every(({ json }) => json.answerAgeSeconds === 0)).toBe(true);
		expect(second.items.map(({ json }) => ({ ...json, answerAgeSeconds: 0 }))).toEqual(first.items.map(({ json }) => json));
		expect(second.items.every(({ json }) => json.answerAgeSeconds === 1)).toBe(true);
	});

	test('works with Users and Raw, after a run that waited, and for two runs that start together', async () => {
		await run(job({ period: 'yesterday' }));
		const outcomes = await Promise.all(['users', 'raw'].map(async (output) => await run(lastAnswerJob({ period: 'yesterday', output }))));
		expect(outcomes.every(({ items }) => items.every(({ json }) => typeof json.answerAgeSeconds === 'number'))).toBe(true);
		expect(service.journal).toHaveLength(1);
		await Promise.all([run(lastAnswerJob()), run(lastAnswerJob())]);
		expect(service.journal).toHaveLength(2);
	});

	test('a different request waits, and the same one is sent again after the waiting time', async () => {
		await run(lastAnswerJob());
		await run(lastAnswerJob({ period: 'yesterday' }));
		await run(lastAnswerJob());
		expectSpaced(3);
	});

	test('a cancellation does not affect another run with the same request', async () => {
		service.delay(1500, 1500);
		const otherRun = run(lastAnswerJob());
		while (service.journal.length < 1) await sleep(5);
		const execution = start(lastAnswerJob());
		await sleep(100);
		const startedAt = performance.now();
		execution.cancel();
		expect((await execution.done).status).toBe('canceled');
		expect(performance.now() - startedAt).toBeLessThan(500);
		expect((await otherRun).status).toBe('success');
	});
});

describe('When Too Soon: Stop', () => {
	test('fails with the time of the next possible request, without a call', async () => {
		const credentials = { credential: credential({ totalsWait: 300 }) };
		expect((await run(job(oneDay('2026-03-02', { whenTooSoon: 'stop' }), credentials))).status).toBe('success');
		const { error } = await run(job(oneDay('2026-03-03', { whenTooSoon: 'stop' }), credentials));
		expect(error?.message).toMatch(/CRM Zen accepts requests again in (5 min 1 s|5 min|4 min \d+ s), at \d\d:\d\d:\d\d/);
		expect(service.journal).toHaveLength(1);
	});

	test('reports the time in the same way if the service rejects the call', async () => {
		service.fault({ effect: '429', seconds: 200 });
		const { error } = await run(job(oneDay('2026-03-02', { whenTooSoon: 'stop' }), { credential: credential({ totalsWait: 300 }) }));
		expect(error?.message).toMatch(/accepts requests again in 3 min \d+ s/);
		expect(service.journal).toHaveLength(1);
	});

	test('several days cannot succeed, and fail before the first call', async () => {
		const { error } = await run(job(range('2026-03-02', '2026-03-04', { whenTooSoon: 'stop' })));
		expect(error?.message).toMatch(/3 requests take about 2 s.*'When Too Soon' to Wait/);
		expect(service.journal).toEqual([]);
	});
});

describe('leads by user', () => {
	const leads = (more: IDataObject = {}) => job(range('2026-03-02', '2026-03-14', { resource: 'leadsByUser', ...more }));

	test('all pages are read, spaced by the waiting time, with every lead once', async () => {
		const { items } = await run(leads({ returnAll: true }));
		const total = items.length;
		expect(total).toBeGreaterThan(100);
		expectSpaced(Math.ceil(total / 50));
		expect(service.journal.map(({ query }) => query)).toEqual(
			service.journal.map((_, index) => expect.objectContaining({ data_inicial: '2026-03-02', data_final: '2026-03-14', pagina: String(index + 1) })),
		);
		expect(items.map(({ json }) => json.record)).toEqual(Array.from({ length: total }, (_, index) => index + 1));
	});

	test('a limit reads no more pages than needed', async () => {
		expect((await run(leads({ limit: 50 }))).items).toHaveLength(50);
		expect(service.journal).toHaveLength(1);
		// The first page is still cached.
		expect((await run(leads({ limit: 51 }))).items).toHaveLength(51);
		expect(service.journal.map(({ query }) => query.pagina)).toEqual(['1', '2']);
	});

	test('the waiting time for many pages is checked once their number is known', async () => {
		const { error } = await run({ ...leads({ returnAll: true, maxWaitMinutes: 2 }), credential: credential({ leadsByUserWait: 60 }) });
		expect(error?.message).toMatch(/Leads by User: \d requests take about \d min/);
		expect(service.journal).toHaveLength(1);
	});

	test('a repeated page ends reading with an error', async () => {
		service.fault({ effect: 'repeatPage', times: 9 });
		const { error } = await run(leads({ returnAll: true }));
		expect(error?.message).toContain('same page twice');
		expect(service.journal).toHaveLength(2);
	});
});

describe('the credential test', () => {
	test('makes one call, and none within the waiting time after that', async () => {
		await testCredential('crmZenApi', credential());
		await testCredential('crmZenApi', credential());
		expect(service.journal).toHaveLength(1);
		expect(service.journal[0]).toMatchObject({ status: 200, keyIn: 'header' });
	});

	test('counts as a request of the report, and a run can use its response', async () => {
		await testCredential('crmZenApi', credential());
		await run(job({ period: 'yesterday', whenTooSoon: 'useLastAnswer' }));
		expect(service.journal).toHaveLength(1);
		await run(job(oneDay('2026-03-02')));
		expectSpaced(2);
	});

	test('takes a 429 as proof of URL and token', async () => {
		service.fault({ effect: '429' });
		await testCredential('crmZenApi', credential());
		await testCredential('crmZenApi', credential());
		expect(service.journal).toHaveLength(1);
	});

	test.each<[string, () => IDataObject, RegExp]>([
		['a wrong token', () => ({ totalsToken: 'wrong-token' }), /rejected the credential.*Integração.*Token inválido/],
		['a token with a space', () => ({ totalsToken: 'a b' }), /'Totals Token' in the credential contains a space/],
		['a token with a line break', () => ({ totalsToken: 'ab\ncd' }), /'Totals Token' .*line break/],
		['no token', () => ({ totalsToken: '' }), /'Totals Token' in the credential is empty/],
		['no URL', () => ({ totalsUrl: '' }), /'Totals URL' in the credential is empty/],
		['an invalid URL', () => ({ totalsUrl: 'crm zen' }), /'Totals URL' in the credential is not a valid URL/],
		['plain http', () => ({ totalsUrl: 'http://crmzen.example/x' }), /'Totals URL' .*must start with https/],
		['the token in the URL', () => ({ totalsUrl: `${service.reportUrl('totals')}?token=${service.apiKey}` }), /must not contain the token/],
		['a URL without its token', () => ({ leadFileToken: '' }), /'Lead File Token' in the credential is empty/],
		['a negative waiting time', () => ({ totalsWait: -1 }), /'Totals Wait' in the credential must be a number of seconds/],
		['a wrong URL', () => ({ totalsUrl: `${service.url}/elsewhere` }), /^CRM Zen found nothing at GET http[^ ]*elsewhere: Relatório não encontrado\. Check 'Totals URL'/],
		['a web page', () => (service.fault({ effect: 'html' }), {}), /web page instead of data.*crmzen\.com\.br\/api/],
		['an unreachable host', () => ({ totalsUrl: 'http://127.0.0.1:9/x' }), /Could not connect/],
	])('explains what is wrong: %s', async (_name, wrong, message) => {
		const credentials = credential(wrong());
		await expect(testCredential('crmZenApi', credentials)).rejects.toMatchObject({ message: expect.stringMatching(message) });
		await expect(testCredential('crmZenApi', credentials)).rejects.toMatchObject({ message: expect.not.stringContaining('wrong-token') });
	});
});
