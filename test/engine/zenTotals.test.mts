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

/** The address differs from test to test, so that none waits for another one's calls. */
const credential = (more: IDataObject = {}) => ({ ...credentialOf(service, accounts, WAIT_S), ...more });

const job = (parameters: IDataObject, more: Partial<Job> = {}) => totalsJob(credential(), parameters, more);

const oneDay = (date: string, more: IDataObject = {}): IDataObject => ({ period: 'oneDay', date, ...more });
const range = (startDate: string, endDate: string, more: IDataObject = {}): IDataObject => ({ period: 'range', startDate, endDate, ...more });
const itemOf = (paired: INodeExecutionData['pairedItem']) => (paired as { item: number }).item;
const asked = () => service.journal.map(({ query }) => query.data);

/** As many calls, none refused, and each a whole waiting time after the one before. */
function expectSpaced(calls: number) {
	expect(service.figures(WAIT_MS)).toMatchObject({ calls, refused: 0 });
	const starts = service.journal.map(({ at }) => at);
	for (let index = 1; index < starts.length; index++) {
		expect(starts[index] - starts[index - 1]).toBeGreaterThanOrEqual(WAIT_MS);
		expect(starts[index] - starts[index - 1]).toBeLessThan(WAIT_MS * 1.5);
	}
}

describe('wait', () => {
	test('three days in a row: three calls in order, spaced right, nothing refused, all linked', async () => {
		const { status, items } = await run(job(range('2026-03-02', '2026-03-04')));
		expect(status).toBe('success');
		expect(asked()).toEqual(['2026-03-02', '2026-03-03', '2026-03-04']);
		expectSpaced(3);
		expect([...new Set(items.map(({ json }) => json.date))]).toEqual(['2026-03-02', '2026-03-03', '2026-03-04']);
		expect(items.every(({ pairedItem }) => itemOf(pairedItem) === 0)).toBe(true);
		expect(service.journal.every(({ keyIn, method, body }) => keyIn === 'header' && method === 'GET' && Object.keys(body).length === 0)).toBe(true);
	});

	test('two workflows that share the URL keep one limit', async () => {
		const outcomes = await Promise.all([run(job(range('2026-03-02', '2026-03-03'))), run(job(oneDay('2026-03-04')))]);
		expect(outcomes.map(({ status }) => status)).toEqual(['success', 'success']);
		expectSpaced(3);
	});

	test('the reports do not wait for each other', async () => {
		const began = performance.now();
		await Promise.all([
			run(job(oneDay('2026-03-02'))),
			run(job(oneDay('2026-03-02', { resource: 'leadFile' }))),
			run(job(oneDay('2026-03-02', { resource: 'leadsByUser' }))),
			run(job(oneDay('2026-03-02', { resource: 'salesFunnel' }))),
		]);
		expect(service.journal.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
		expect(performance.now() - began).toBeLessThan(WAIT_MS);
	});

	test('a day that is over is asked once for several items, and every item gets it', async () => {
		const { items } = await run(job(oneDay('={{ $json.day }}'), { items: [{ day: '2026-03-02' }, { day: '02/03/2026' }, { day: '2026-03-03' }] }));
		expect(asked()).toEqual(['2026-03-02', '2026-03-03']);
		expect([...new Set(items.map(({ pairedItem }) => itemOf(pairedItem)))]).toEqual([0, 1, 2]);
		const rowsOf = (item: number) => items.filter(({ pairedItem }) => itemOf(pairedItem) === item).map(({ json }) => json);
		expect(rowsOf(1)).toEqual(rowsOf(0));
	});

	test('today is asked again, since it is not over', async () => {
		await run(job({ period: 'today' }, { items: [{}, {}] }));
		expectSpaced(2);
	});

	test('a cancel during the wait ends at once, as canceled, and nothing more is sent', async () => {
		const execution = start(job(range('2026-03-02', '2026-03-05')));
		while (service.journal.length < 1) await sleep(5);
		await sleep(100);
		const began = performance.now();
		execution.cancel();
		const { status } = await execution.done;
		expect(performance.now() - began).toBeLessThan(500);
		expect(status).toBe('canceled');
		await sleep(WAIT_MS * 1.5);
		expect(service.journal).toHaveLength(1);
	});

	test.each([
		['without a time', {}, WAIT_MS],
		['in seconds', { retryAfter: 'seconds', seconds: 2 }, 2000],
		['as a date', { retryAfter: 'date', seconds: 2 }, 1000],
	])('a 429 at the first call, %s, is waited out', async (_name, fault, atLeast) => {
		service.fault({ effect: '429', ...(fault as object) });
		const { status, items } = await run(job(oneDay('2026-03-02')));
		expect(status).toBe('success');
		expect(items.length).toBeGreaterThan(0);
		const [first, second, ...more] = service.journal;
		expect(more).toEqual([]);
		expect(second.at - first.at).toBeGreaterThanOrEqual(atLeast);
		expect(second.at - first.at).toBeLessThan(3500);
	});

	test('a service that was asked by others a moment ago: refused once, then answered', async () => {
		await fetch(`${service.reportUrl('totals')}?data=2026-03-01`, { headers: { token: service.apiKey } });
		const { status } = await run(job(oneDay('2026-03-02')));
		expect(status).toBe('success');
		expect(service.journal.map((call) => call.status)).toEqual([200, 429, 200]);
	});

	test('a wait longer than the maximum is reported, not waited', async () => {
		await run(job(oneDay('2026-03-02'), { credential: credential({ totalsWait: 300 }) }));
		const began = performance.now();
		const { error } = await run(job(oneDay('2026-03-03', { maxWaitMinutes: 1 }), { credential: credential({ totalsWait: 300 }) }));
		expect(error?.message).toMatch(/^Get many totals: CRM Zen accepts requests again in (5 min 1 s|5 min|4 min \d+ s), at \d\d:\d\d:\d\d \[item 0\]$/);
		expect(error?.description).toContain("'Maximum Wait (Minutes)'");
		expect(performance.now() - began).toBeLessThan(500);
		expect(service.journal).toHaveLength(1);
	});

	test.each([
		['400 days', range('2025-01-01', '2026-02-04'), {}, /Totals: 400 requests take about 33 h 18 min, because CRM Zen allows one request every 5 min\. Set 'Maximum Wait \(Minutes\)' to 1998 or more/],
		['400 days of lead files', range('2025-01-01', '2026-02-04', { resource: 'leadFile' }), {}, /Lead File: 400 requests/],
		['31 items', oneDay('={{ "2026-03-" + $json.day }}'), { items: Array.from({ length: 31 }, (_, day) => ({ day: String(day + 1).padStart(2, '0') })) }, /31 requests take about 2 h 31 min/],
	])('%s are a question of time, before any call', async (_name, parameters, more, message) => {
		const { status, error } = await run(job(parameters, { credential: credential({ totalsWait: 300, leadFileWait: 300 }), ...more }));
		expect(status).toBe('error');
		expect(error?.message).toMatch(message);
		expect(service.journal).toEqual([]);
	});
});

describe('use the last answer', () => {
	const last = (more: IDataObject = {}) => job({ period: 'today', whenTooSoon: 'useLastAnswer', ...more });

	test('the same question asked again makes no second call and says how old its answer is', async () => {
		const first = await run(last());
		await sleep(600);
		const second = await run(last());
		expect(service.journal).toHaveLength(1);
		expect(first.items.every(({ json }) => json.answerAgeSeconds === 0)).toBe(true);
		expect(second.items.map(({ json }) => ({ ...json, answerAgeSeconds: 0 }))).toEqual(first.items.map(({ json }) => json));
		expect(second.items.every(({ json }) => json.answerAgeSeconds === 1)).toBe(true);
	});

	test('also in Users and Raw, after a run that waited, and for two that start together', async () => {
		await run(job({ period: 'yesterday' }));
		const outcomes = await Promise.all(['users', 'raw'].map(async (output) => await run(last({ period: 'yesterday', output }))));
		expect(outcomes.every(({ items }) => items.every(({ json }) => typeof json.answerAgeSeconds === 'number'))).toBe(true);
		expect(service.journal).toHaveLength(1);
		await Promise.all([run(last()), run(last())]);
		expect(service.journal).toHaveLength(2);
	});

	test('another question waits; after the waiting time the same one is asked again', async () => {
		await run(last());
		await run(last({ period: 'yesterday' }));
		await run(last());
		expectSpaced(3);
	});

	test('a cancel while somebody else is asking the same', async () => {
		service.delay(1500, 1500);
		const asking = run(last());
		while (service.journal.length < 1) await sleep(5);
		const execution = start(last());
		await sleep(100);
		const began = performance.now();
		execution.cancel();
		expect((await execution.done).status).toBe('canceled');
		expect(performance.now() - began).toBeLessThan(500);
		expect((await asking).status).toBe('success');
	});
});

describe('stop with a message', () => {
	test('says when to come back, and makes no call', async () => {
		const credentials = { credential: credential({ totalsWait: 300 }) };
		expect((await run(job(oneDay('2026-03-02', { whenTooSoon: 'stop' }), credentials))).status).toBe('success');
		const { error } = await run(job(oneDay('2026-03-03', { whenTooSoon: 'stop' }), credentials));
		expect(error?.message).toMatch(/CRM Zen accepts requests again in (5 min 1 s|5 min|4 min \d+ s), at \d\d:\d\d:\d\d/);
		expect(service.journal).toHaveLength(1);
	});

	test('a refusal by the service says so too', async () => {
		service.fault({ effect: '429', seconds: 200 });
		const { error } = await run(job(oneDay('2026-03-02', { whenTooSoon: 'stop' }), { credential: credential({ totalsWait: 300 }) }));
		expect(error?.message).toMatch(/accepts requests again in 3 min \d+ s/);
		expect(service.journal).toHaveLength(1);
	});

	test('several days cannot go well, which is said before the first', async () => {
		const { error } = await run(job(range('2026-03-02', '2026-03-04', { whenTooSoon: 'stop' })));
		expect(error?.message).toMatch(/3 requests take about 2 s.*'When Rate-Limited' to Wait/);
		expect(service.journal).toEqual([]);
	});
});

describe('leads by user', () => {
	const leads = (more: IDataObject = {}) => job(range('2026-03-02', '2026-03-14', { resource: 'leadsByUser', ...more }));

	test('all pages, spaced right, every lead once', async () => {
		const { items } = await run(leads({ returnAll: true }));
		const total = items.length;
		expect(total).toBeGreaterThan(100);
		expectSpaced(Math.ceil(total / 50));
		expect(service.journal.map(({ query }) => query)).toEqual(
			service.journal.map((_, index) => expect.objectContaining({ data_inicial: '2026-03-02', data_final: '2026-03-14', pagina: String(index + 1) })),
		);
		expect(items.map(({ json }) => json.record)).toEqual(Array.from({ length: total }, (_, index) => index + 1));
	});

	test('a limit takes no page more than it needs', async () => {
		expect((await run(leads({ limit: 50 }))).items).toHaveLength(50);
		expect(service.journal).toHaveLength(1);
		// The first page is still cached.
		expect((await run(leads({ limit: 51 }))).items).toHaveLength(51);
		expect(service.journal.map(({ query }) => query.pagina)).toEqual(['1', '2']);
	});

	test('the time for many pages is checked once their number is known', async () => {
		const { error } = await run({ ...leads({ returnAll: true, maxWaitMinutes: 2 }), credential: credential({ leadsByUserWait: 60 }) });
		expect(error?.message).toMatch(/Leads by User: \d requests take about \d min/);
		expect(service.journal).toHaveLength(1);
	});

	test('a page that repeats ends the reading', async () => {
		service.fault({ effect: 'repeatPage', times: 9 });
		const { error } = await run(leads({ returnAll: true }));
		expect(error?.message).toContain('same page twice');
		expect(service.journal).toHaveLength(2);
	});
});

describe('the test of a credential', () => {
	test('makes one call, for yesterday, and another test within the waiting time none', async () => {
		await testCredential('crmZenApi', credential());
		await testCredential('crmZenApi', credential());
		expect(service.journal).toHaveLength(1);
		expect(service.journal[0]).toMatchObject({ status: 200, keyIn: 'header' });
	});

	test('its call counts, and its answer can be used', async () => {
		await testCredential('crmZenApi', credential());
		await run(job({ period: 'yesterday', whenTooSoon: 'useLastAnswer' }));
		expect(service.journal).toHaveLength(1);
		await run(job(oneDay('2026-03-02')));
		expectSpaced(2);
	});

	test('a 429 proves URL and token', async () => {
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
		['a URL that is none', () => ({ totalsUrl: 'crm zen' }), /'Totals URL' in the credential is not a valid URL/],
		['plain http', () => ({ totalsUrl: 'http://crmzen.example/x' }), /'Totals URL' .*must start with https/],
		['the token in the URL', () => ({ totalsUrl: `${service.reportUrl('totals')}?token=${service.apiKey}` }), /must not contain the token/],
		['half a pair', () => ({ leadFileToken: '' }), /'Lead File Token' in the credential is empty/],
		['a wait below zero', () => ({ totalsWait: -1 }), /'Totals Wait' in the credential must be a number of seconds/],
		['another address', () => ({ totalsUrl: `${service.url}/elsewhere` }), /^CRM Zen found nothing at GET http[^ ]*elsewhere: Relatório não encontrado\. Check 'Totals URL'/],
		['a web page', () => (service.fault({ effect: 'html' }), {}), /web page instead of data.*crmzen\.com\.br\/api/],
		['no host', () => ({ totalsUrl: 'http://127.0.0.1:9/x' }), /Could not connect/],
	])('says what is wrong: %s', async (_name, wrong, message) => {
		const credentials = credential(wrong());
		await expect(testCredential('crmZenApi', credentials)).rejects.toMatchObject({ message: expect.stringMatching(message) });
		await expect(testCredential('crmZenApi', credentials)).rejects.toMatchObject({ message: expect.not.stringContaining('wrong-token') });
	});
});
