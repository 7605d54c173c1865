import { startErpDatacake } from '../../sandbox/erpDatacake/index.mts';
import { startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { type Job, run } from './engine.mts';

/** Two credentials of one account keep to one limit together, as the service sees it. */

const { WINDOW } = require('../../dist/nodes/shared/http/credentials.js') as { WINDOW: { ms: number } };
const WINDOW_MS = 600;
const usual = WINDOW.ms;
beforeAll(() => (WINDOW.ms = WINDOW_MS));
afterAll(() => (WINDOW.ms = usual));

const items = Array.from({ length: 12 }, () => ({}));
const limits = { requestsPerMinute: 5, concurrentRequests: 1 };
const both = async (jobs: Job[]) => {
	const outcomes = await Promise.all(jobs.map(async (job) => await run({ ...job, items })));
	expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined]);
	return outcomes;
};

test('HotProfile: two keys of one instance', async () => {
	const service = await startHotProfile({ limit: null });
	service.delay(5, 20);
	const job = (instance: string, apiKey: string): Job => ({
		parameters: { resource: 'lead', operation: 'getMany', limit: 1 }, credential: { instance, apiKey, ...limits }, onError: 'continueRegularOutput',
	});
	await both([job(service.url, service.apiKey), job(`${service.url.toUpperCase()}/leads`, service.apiKey)]);
	expect(service.figures(WINDOW_MS)).toMatchObject({ calls: 24, worstAtOnce: 1 });
	expect(service.figures(WINDOW_MS).worstWindow).toBeLessThanOrEqual(5);
	service.reset();
	// This machine by two of its names.
	await both([job(service.url, service.apiKey), job(service.url.replace('127.0.0.1', 'localhost'), service.apiKey)]);
	expect(service.figures(WINDOW_MS)).toMatchObject({ calls: 24, worstAtOnce: 1 });
	service.reset();
	// The second key is refused, which ends its own execution's calls: until then, both count.
	await both([job(service.url, service.apiKey), job(service.url, 'another-key-of-it')]);
	expect(service.figures(WINDOW_MS).worstAtOnce).toBe(1);
	expect(service.figures(WINDOW_MS).worstWindow).toBeLessThanOrEqual(5);
	expect(service.journal.filter(({ keyRight }) => keyRight)).toHaveLength(12);
	await service.close();
});

test('ERP Datacake: one token, its header in other letters and its base path in two places', async () => {
	const service = await startErpDatacake({ limit: null });
	service.delay(5, 20);
	service.set({ paths: { list_due_dates: '/api/vencimentos' } });
	const job = (more: object): Job => ({
		node: 'erpDatacake', parameters: { resource: 'catalogue', operation: 'getManyDueDates', returnAll: true }, credential: { token: service.apiKey, ...limits, ...more },
	});
	await both([
		job({ baseUrl: `${service.url}/api` }),
		job({ baseUrl: service.url, endpointPaths: 'list_due_dates: /api/vencimentos', headerName: 'authorization', token: ` ${service.apiKey}\n` }),
	]);
	expect(service.figures(WINDOW_MS)).toMatchObject({ calls: 24, worstAtOnce: 1 });
	expect(service.figures(WINDOW_MS).worstWindow).toBeLessThanOrEqual(5);
	expect(service.journal.filter(({ keyRight }) => !keyRight)).toEqual([]);
	await service.close();
});
