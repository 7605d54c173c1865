import fc from 'fast-check';

import { expectedByRules, replies, retryScenarios, simulateCalls } from './retries.mts';
import { VirtualClock } from './virtualClock.mts';

/** The retry rules: how often a call is sent, whatever the service replies. */

jest.mock('n8n-workflow', () => ({ ...jest.requireActual('n8n-workflow'), sleep: async (ms: number) => await mockClock.sleep(ms) }));
const mockClock = new VirtualClock();
beforeAll(() => jest.spyOn(performance, 'now').mockImplementation(mockClock.now));
afterAll(() => jest.restoreAllMocks());

/** Set FAST_CHECK_RUNS=30000 for a soak test. */
const numRuns = Number(process.env.FAST_CHECK_RUNS ?? 3000);

test('every call is sent as often as the retry rules say, within the limits, whatever the service replies', async () => {
	await fc.assert(
		fc.asyncProperty(retryScenarios, async (scenario) => {
			expect(await simulateCalls(scenario, mockClock)).toEqual([]);
		}),
		{ numRuns },
	);
}, 3_600_000);

const violationsOf = async (script: string[], idempotent: boolean) =>
	await simulateCalls({ accounts: [{ maxCalls: 100, maxConcurrent: 2 }], executions: [{ account: 0, startMs: 0, calls: [{ idempotent, script, durationMs: 1, arrivesAt: 0 }] }] }, mockClock);

test.each([
	['keeps retrying after 429', Array<string>(9).fill('429'), 10, 10],
	['gives up after three retries', Array<string>(9).fill('connection refused'), 4, 4],
	['does not send a create twice if it may have been stored', Array<string>(9).fill('500'), 4, 1],
	['does not count 429 as a retry', ['429', '503', '429', '503', '429', '503', '429', '503', '503'], 8, 2],
	['does not send a create twice after a timeout, whatever came before', ['connection refused', '429', 'timeout'], 4, 3],
	['does not retry rejected input', ['422'], 1, 1],
])('%s', async (_name, script, sendsOfRead, sendsOfCreate) => {
	expect(expectedByRules(script, true).sends).toBe(sendsOfRead);
	expect(expectedByRules(script, false).sends).toBe(sendsOfCreate);
	expect(await violationsOf(script, true)).toEqual([]);
	expect(await violationsOf(script, false)).toEqual([]);
});

test('a call between two tries and a new call share one throttle, even if it was idle in between', async () => {
	const call = { idempotent: true, script: [], durationMs: 500, arrivesAt: 0.5 };
	const executions = [
		{ account: 0, startMs: 0, calls: [{ ...call, script: ['unknown host'] }] },
		{ account: 1, startMs: 507, calls: [call] },
		{ account: 0, startMs: 508, calls: [call] },
	];
	expect(await simulateCalls({ accounts: [{ maxCalls: 2, maxConcurrent: 1 }, { maxCalls: 2, maxConcurrent: 1 }], executions }, mockClock)).toEqual([]);
});

test.each(Object.keys(replies))('repeated "%s" ends as the retry rules say', async (reply) => {
	const script = Array<string>(6).fill(reply);
	expect(await violationsOf(script, true)).toEqual([]);
	expect(await violationsOf(script, false)).toEqual([]);
});
