import { Throttle } from '../../nodes/shared/throttle/throttle';
import { Random } from '../../sandbox/random.mts';
import { simulateProcesses } from './sharedAccount.mts';
import { VirtualClock } from './virtualClock.mts';

/**
 * A slow service rarely fills the window of a single process: after a few refusals it recovers its full speed.
 * A simulation of 240 calls with the default settings.
 */

const limits = { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 };
/** Delay allowed for a refusal: slots in use have to become free, and single calls probe for capacity. */
const RECOVERY_MS = 1.15 * limits.windowMs;

async function durationOf(responseMs: number, refuse?: { indexes: number[]; waitMs?: number }): Promise<number> {
	const random = new Random(1);
	jest.spyOn(Math, 'random').mockImplementation(() => random.next());
	const latency: [number, number] = [responseMs, responseMs];
	const { accepted, endedMs } = await simulateProcesses({ service: limits, limits, calls: [240], latency, retryAfter: true, refuse, seed: 1 });
	expect(accepted).toBe(240);
	return endedMs;
}

afterEach(() => jest.restoreAllMocks());

const refusals = [
	{ when: 'the first two calls', indexes: [0, 1] },
	{ when: 'two near the start', indexes: [4, 5] },
	{ when: 'two in the middle', indexes: [120, 121] },
	{ when: 'one near the start', indexes: [4] },
	{ when: 'one in the middle', indexes: [120] },
];
const scenarios = [1000, 2000, 5000].flatMap((responseMs) =>
	refusals.flatMap((refused) => [undefined, 1000, 20_000].map((waitMs) => ({ ...refused, responseMs, waitMs }))));

test.each(scenarios)('recovers: responses take $responseMs ms, $when refused, Retry-After $waitMs ms', async ({ responseMs, indexes, waitMs }) => {
	expect(await durationOf(responseMs, { indexes, waitMs })).toBeLessThan((await durationOf(responseMs)) + RECOVERY_MS);
});

test('without a refusal, only the concurrency limit slows it down', async () => {
	expect(await durationOf(2000)).toBeLessThanOrEqual(240_000);
});

test('a hanging call does not delay the others beyond the recovery time', async () => {
	const clock = new VirtualClock();
	const throttle = new Throttle(clock);
	const acquire = async () => await throttle.acquire({ queueKey: 1, limits });
	await Promise.all([acquire(), acquire()]);
	throttle.pause(limits);
	throttle.release(limits, true);
	const hanging = clock.sleep(300_000).then(() => throttle.release(limits));
	const started = acquire().then(() => clock.now());
	await clock.drain();
	await hanging;
	expect(await started).toBeLessThan(RECOVERY_MS);
});
