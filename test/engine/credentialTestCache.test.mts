import { setTimeout as sleep } from 'node:timers/promises';

import { type CrmZenService, startCrmZen } from '../../sandbox/crmZen/index.mts';
import { foreignCaller, run, testCredential } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** How long CRM Zen's credential test reuses the result of an earlier call. One second stands for the five minutes. */

const WAIT_S = 1;
let zen: CrmZenService;

beforeAll(() => setTiming('UNSEEN_CALL_MS', 300));
afterAll(restoreTiming);
beforeEach(async () => {
	zen = await startCrmZen({ limit: null });
});
afterEach(async () => await zen.close());

const credential = () => ({ totalsUrl: zen.reportUrl('totals'), totalsToken: zen.apiKey, totalsWait: WAIT_S });
const check = async () => await testCredential('crmZenApi', credential());
const revoke = () => zen.fault({ effect: 'error', status: 401, sentences: ['Token inválido'], times: 99 });
const waitingTime = async () => await sleep(WAIT_S * 1000 + 100);
const job = () => ({
	node: 'zenTotals', credential: credential(),
	parameters: { resource: 'totals', operation: 'getMany', period: 'oneDay', date: '2026-03-02', whenTooSoon: 'wait', maxWaitMinutes: 1 },
});

test('a successful test is reused no longer than the waiting time', async () => {
	await check();
	revoke();
	await check();
	expect(zen.journal).toHaveLength(1);
	await waitingTime();
	await expect(check()).rejects.toThrow('rejected the credential');
	expect(zen.journal).toHaveLength(2);
});

test('a rejected key in a run invalidates it', async () => {
	await check();
	await waitingTime();
	revoke();
	expect((await run(job())).error?.message).toContain('rejected the credential');
	await expect(check()).rejects.toThrow('rejected the credential');
	expect(zen.journal).toHaveLength(2);
});

test('a rate-limited test counts as a success for the waiting time', async () => {
	zen.fault({ effect: '429', retryAfter: 'none', times: 1 } as never);
	await check();
	await check();
	expect(zen.journal).toHaveLength(1);
});

test('a call of an HTTP Request node neither counts as a test nor extends an earlier one', async () => {
	await check();
	await waitingTime();
	await foreignCaller('crmZenApi', { ...credential(), probed: '' }, 'request').call({ uri: `${zen.reportUrl('totals')}?data=2026-03-02`, json: true });
	revoke();
	await expect(check()).rejects.toThrow('rejected the credential');
	expect(zen.journal).toHaveLength(3);
});

test('an HTTP Request node reads a report with one call and the token in the header', async () => {
	const { call } = foreignCaller('crmZenApi', { ...credential(), probed: '' }, 'request');
	const response = await call({ uri: zen.reportUrl('totals'), qs: { data: '2026-03-02' }, json: true, headers: { accept: '*/*' } });
	expect(Object.keys(response as object)).toEqual(expect.arrayContaining(['data', 'usuarios']));
	expect(zen.journal.map(({ status, keyIn, query }) => ({ status, keyIn, query }))).toEqual([{ status: 200, keyIn: 'header', query: { data: '2026-03-02' } }]);
});
