import fc from 'fast-check';

import { byTheTable, plays, playCalls, replies } from './retries.mts';
import { VirtualClock } from './virtualClock.mts';

/** The retry table: how often a call is sent, whatever the service answers. */

jest.mock('n8n-workflow', () => ({ ...jest.requireActual('n8n-workflow'), sleep: async (ms: number) => await mockClock.sleep(ms) }));
const mockClock = new VirtualClock();
beforeAll(() => jest.spyOn(performance, 'now').mockImplementation(mockClock.now));
afterAll(() => jest.restoreAllMocks());

/** FAST_CHECK_RUNS=30000 makes it a long soak. */
const numRuns = Number(process.env.FAST_CHECK_RUNS ?? 3000);

test('every call is sent as often as the table says, inside the limits, whatever the service answers', async () => {
	await fc.assert(
		fc.asyncProperty(plays, async (one) => {
			expect(await playCalls(one, mockClock)).toEqual([]);
		}),
		{ numRuns },
	);
}, 3_600_000);

const alone = async (once: boolean, script: string[]) =>
	await playCalls({ accounts: [{ maxCalls: 100, maxConcurrent: 2 }], runs: [{ account: 0, startMs: 0, calls: [{ once, script, takesMs: 1, arrives: 0 }] }] }, mockClock);

test.each([
	['the first refusals never end it', Array<string>(9).fill('429'), 10, 10],
	['three retries, then no more', Array<string>(9).fill('connection refused'), 4, 4],
	['what may be stored is not sent again', Array<string>(9).fill('500'), 4, 1],
	['refusals are no retries', ['429', '503', '429', '503', '429', '503', '429', '503', '503'], 8, 2],
	['nor do they make a call safe to send again', ['connection refused', '429', 'timeout'], 4, 3],
	['what the service says about the values is final', ['422'], 1, 1],
])('%s', async (_name, script, sends, sendsOnce) => {
	expect(byTheTable(script, false).sends).toBe(sends);
	expect(byTheTable(script, true).sends).toBe(sendsOnce);
	expect(await alone(false, script)).toEqual([]);
	expect(await alone(true, script)).toEqual([]);
});

test('a call that waits for its next try and one that comes meanwhile share one limiter, though that was idle', async () => {
	const call = { once: false, script: [], takesMs: 500, arrives: 0.5 };
	const runs = [
		{ account: 0, startMs: 0, calls: [{ ...call, script: ['no such host'] }] },
		{ account: 1, startMs: 507, calls: [call] },
		{ account: 0, startMs: 508, calls: [call] },
	];
	expect(await playCalls({ accounts: [{ maxCalls: 2, maxConcurrent: 1 }, { maxCalls: 2, maxConcurrent: 1 }], runs }, mockClock)).toEqual([]);
});

test.each(Object.keys(replies))('%s alone ends as the table says', async (reply) => {
	const script = Array<string>(6).fill(reply);
	expect(await alone(false, script)).toEqual([]);
	expect(await alone(true, script)).toEqual([]);
});
