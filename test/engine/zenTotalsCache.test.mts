import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { type CrmZenService, startCrmZen } from '../../sandbox/crmZen/index.mts';
import { type Job, nodeType, run, start, testCredential } from './engine.mts';
import { credentialOf, totalsJob } from './zenTotalsJob.mts';

/** Past days are cached for the waiting time, and every wait is logged. Measured at the service. */

const WAIT_S = 1;
let service: CrmZenService;
let accounts = 9000;

beforeAll(async () => {
	service = await startCrmZen({ waits: { totals: WAIT_S, leadsByUser: WAIT_S, leadFile: WAIT_S, salesFunnel: WAIT_S } });
});
afterAll(async () => await service.close());
beforeEach(() => {
	service.reset();
	accounts++;
});
afterEach(() => jest.useRealTimers());

const credential = (more: IDataObject = {}) => ({ ...credentialOf(service, accounts, WAIT_S), ...more });
/** Long waiting times: an unexpected second call would make the test time out. */
const slowCredential = () => credential({ totalsWait: 300, leadsByUserWait: 300, leadFileWait: 300, salesFunnelWait: 300 });
const job = (parameters: IDataObject, more: Partial<Job> = {}) => totalsJob(credential(), parameters, more);
const oneDay = (date: string, more: IDataObject = {}): IDataObject => ({ period: 'oneDay', date, ...more });
const requestedDays = () => service.journal.map(({ query }) => query.data);

const MODES = ['wait', 'useLastAnswer', 'stop'];

describe.each(MODES)('with When Too Soon: %s', (whenTooSoon) => {
	test('the first run after a credential test does not wait', async () => {
		await testCredential('crmZenApi', slowCredential());
		const { status, items } = await run(job({ period: 'yesterday', whenTooSoon }, { credential: slowCredential() }));
		expect(status).toBe('success');
		expect(items.length).toBeGreaterThan(0);
		expect(service.journal).toHaveLength(1);
		expect(items.every(({ json }) => 'answerAgeSeconds' in json === (whenTooSoon === 'useLastAnswer'))).toBe(true);
	});

	test.each(['totals', 'leadFile', 'leadsByUser', 'salesFunnel'])('%s: a past day is requested once', async (resource) => {
		const parameters = { resource, whenTooSoon, ...oneDay('2026-03-02') };
		const first = await run(job(parameters, { credential: slowCredential() }));
		const second = await run(job(parameters, { credential: slowCredential() }));
		expect([first.status, second.status]).toEqual(['success', 'success']);
		expect(second.items.map(({ json }) => ({ ...json, answerAgeSeconds: 0 }))).toEqual(first.items.map(({ json }) => ({ ...json, answerAgeSeconds: 0 })));
		expect(service.journal).toHaveLength(1);
	});

	test('two executions at the same time send one request', async () => {
		service.delay(100, 100);
		const outcomes = await Promise.all([1, 2].map(async () => await run(job(oneDay('2026-03-02', { whenTooSoon }), { credential: slowCredential() }))));
		expect(outcomes.map(({ status }) => status)).toEqual(['success', 'success']);
		expect(service.journal).toHaveLength(1);
	});
});

test('a day is requested again after the waiting time', async () => {
	await run(job(oneDay('2026-03-02')));
	await sleep(WAIT_S * 1000 + 100);
	await run(job(oneDay('2026-03-02')));
	expect(service.journal).toHaveLength(2);
});

test('cached days do not count toward the waiting time', async () => {
	await run(job(oneDay('2026-03-03'), { credential: slowCredential() }));
	// One of two days is cached, so a single request is needed, which fits the maximum.
	const range = { period: 'range', startDate: '2026-03-03', endDate: '2026-03-04', maxWaitMinutes: 6 };
	const execution = start(job(range, { credential: slowCredential() }));
	await sleep(300);
	expect(service.journal).toHaveLength(1);
	execution.cancel();
	expect((await execution.done).status).toBe('canceled');
	const stop = await run(job({ ...range, endDate: '2026-03-03', whenTooSoon: 'stop' }, { credential: slowCredential() }));
	expect(stop.status).toBe('success');
	expect(service.journal).toHaveLength(1);
});

test('a cached day stays available for a run, however long its other days take', async () => {
	await run(job(oneDay('2026-03-05')));
	const { status } = await run(job({ period: 'range', startDate: '2026-03-03', endDate: '2026-03-05' }));
	expect(status).toBe('success');
	expect(requestedDays()).toEqual(['2026-03-05', '2026-03-03', '2026-03-04']);
});

test('if a shared request fails, the execution that waited for it sends its own', async () => {
	service.delay(100, 100);
	service.fault({ effect: 'error', status: 400, sentences: ['Data fora do período'] });
	const outcomes = await Promise.all([1, 2].map(async () => await run(job(oneDay('2026-03-02')))));
	expect(outcomes.map(({ status }) => status).sort()).toEqual(['error', 'success']);
	expect(service.journal).toHaveLength(2);
});

test.each(MODES)('a day requested before it was over is requested again afterwards: %s', async (whenTooSoon) => {
	const REAL = ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const;
	jest.useFakeTimers({ now: new Date('2026-11-24T02:59:00Z'), doNotFake: [...REAL] });
	await run(job({ period: 'today' }));
	jest.setSystemTime(new Date('2026-11-24T03:01:00Z'));
	if (whenTooSoon === 'stop') {
		const { error } = await run(job({ period: 'yesterday', whenTooSoon }));
		expect(error?.message).toContain('accepts requests again in');
		return;
	}
	const { status } = await run(job({ period: 'yesterday', whenTooSoon }));
	expect(status).toBe('success');
	expect(requestedDays()).toEqual(['2026-11-23', '2026-11-23']);
});

test('today is requested again by each run that waits', async () => {
	await run(job({ period: 'today' }));
	await run(job({ period: 'today' }));
	expect(service.journal).toHaveLength(2);
});

test('a range of more than ten years is rejected', async () => {
	const { error } = await run(job({ period: 'range', startDate: '0001-01-01', endDate: '2026-03-02' }));
	expect(error?.message).toMatch(/^'Start Date' and 'End Date' must be at most 3,660 days apart/);
});

describe('the log', () => {
	/** Runs a job and collects what it logs. */
	async function runLogged(parameters: IDataObject, more: Partial<Job> = {}) {
		const lines: string[] = [];
		const logger = { info: (line: string) => lines.push(line), debug: () => {}, warn: () => {}, error: () => {} };
		const { customOperations = {} } = nodeType('zenTotals');
		const own = customOperations[parameters.resource as string];
		const { getMany } = own;
		own.getMany = async function () {
			return await getMany.call(Object.create(this, { logger: { value: logger } }));
		};
		try {
			return { lines, outcome: await run(job(parameters, more)) };
		} finally {
			own.getMany = getMany;
		}
	}

	test.each([['totals', 'Totals'], ['leadsByUser', 'Leads by User'], ['leadFile', 'Lead File'], ['salesFunnel', 'Sales Funnel']])('%s: a wait is logged when it starts, with the name of the report', async (resource, label) => {
		await run(job({ resource, ...oneDay('2026-03-02') }));
		const { lines, outcome } = await runLogged({ resource, ...oneDay('2026-03-03') });
		expect(outcome.status).toBe('success');
		expect(lines[0]).toBe(`${label}: 1 request takes about 1 s, because CRM Zen allows one request every second`);
		expect(lines.filter((line) => /^CRM Zen: 1 request is queued\. It starts in 1 s/.test(line))).toHaveLength(1);
	});

	test('the total time of several days is logged', async () => {
		const { lines } = await runLogged({ resource: 'totals', period: 'range', startDate: '2026-03-02', endDate: '2026-03-04' });
		expect(lines[0]).toBe('Totals: 3 requests take about 2 s, because CRM Zen allows one request every second');
	});

	test('nothing is logged without a wait', async () => {
		expect((await runLogged({ resource: 'totals', ...oneDay('2026-03-02') })).lines).toEqual([]);
		expect((await runLogged({ resource: 'totals', ...oneDay('2026-03-02') })).lines).toEqual([]);
	});

	test('waiting for the same request of another execution is logged, too', async () => {
		service.delay(200, 200);
		const other = run(job(oneDay('2026-03-02')));
		while (service.journal.length < 1) await sleep(5);
		const { lines } = await runLogged({ resource: 'totals', ...oneDay('2026-03-02') });
		await other;
		expect(lines).toContain('Totals: waiting for the response to the same request from another execution');
		expect(service.journal).toHaveLength(1);
	});
});

test('the credential test requests yesterday in São Paulo', async () => {
	await testCredential('crmZenApi', credential());
	expect(requestedDays()).toEqual([DateTime.now().setZone('America/Sao_Paulo').minus({ days: 1 }).toFormat('yyyy-MM-dd')]);
});
