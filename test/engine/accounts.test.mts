import { startErpDatacake } from '../../sandbox/erpDatacake/index.mts';
import { startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { type Job, run } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** Two credentials for one account share one limit, as measured at the service. */

const WINDOW_MS = 600;
beforeAll(() => setTiming('WINDOW_MS', WINDOW_MS));
afterAll(restoreTiming);

const items = Array.from({ length: 12 }, () => ({}));
const limits = { requestsPerMinute: 5, concurrentRequests: 1 };
const runAll = async (jobs: Job[]) => {
	const outcomes = await Promise.all(jobs.map(async (job) => await run({ ...job, items })));
	expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined]);
	return outcomes;
};

test('HotProfile: two keys of the same instance share one limit', async () => {
	const service = await startHotProfile({ limit: null });
	service.delay(5, 20);
	const job = (instance: string, apiKey: string): Job => ({
		parameters: { resource: 'lead', operation: 'getMany', limit: 1 }, credential: { instance, apiKey, ...limits }, onError: 'continueRegularOutput',
	});
	await runAll([job(service.url, service.apiKey), job(`${service.url.toUpperCase()}/leads`, service.apiKey)]);
	expect(service.figures(WINDOW_MS)).toMatchObject({ calls: 24, worstAtOnce: 1 });
	expect(service.figures(WINDOW_MS).worstWindow).toBeLessThanOrEqual(5);
	service.reset();
	// Two names of the loopback address.
	await runAll([job(service.url, service.apiKey), job(service.url.replace('127.0.0.1', 'localhost'), service.apiKey)]);
	expect(service.figures(WINDOW_MS)).toMatchObject({ calls: 24, worstAtOnce: 1 });
	service.reset();
	// The second key is rejected, which ends its own execution's calls; until then, both count.
	await runAll([job(service.url, service.apiKey), job(service.url, 'another-key')]);
	expect(service.figures(WINDOW_MS).worstAtOnce).toBe(1);
	expect(service.figures(WINDOW_MS).worstWindow).toBeLessThanOrEqual(5);
	expect(service.journal.filter(({ keyRight }) => keyRight)).toHaveLength(12);
	await service.close();
});

test('ERP Datacake: one token shares one limit, with its header in a different case and its base path in either setting', async () => {
	const service = await startErpDatacake({ limit: null });
	service.delay(5, 20);
	service.set({ paths: { list_due_dates: '/api/vencimentos' } });
	const job = (more: object): Job => ({
		node: 'erpDatacake', parameters: { resource: 'catalogue', operation: 'getManyDueDates', returnAll: true }, credential: { token: service.apiKey, ...limits, ...more },
	});
	await runAll([
		job({ baseUrl: `${service.url}/api` }),
		job({ baseUrl: service.url, endpointPaths: 'list_due_dates: /api/vencimentos', headerName: 'authorization', token: ` ${service.apiKey}\n` }),
	]);
	expect(service.figures(WINDOW_MS)).toMatchObject({ calls: 24, worstAtOnce: 1 });
	expect(service.figures(WINDOW_MS).worstWindow).toBeLessThanOrEqual(5);
	expect(service.journal.filter(({ keyRight }) => !keyRight)).toEqual([]);
	await service.close();
});
