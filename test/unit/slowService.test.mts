import { Throttle } from '../../nodes/shared/throttle/throttle';
import { Random } from '../../sandbox/random.mts';
import { simulateProcesses } from './sharedAccount.mts';
import { VirtualClock } from './virtualClock.mts';

/**
 * One process whose window is seldom full, since the service answers slowly: after a few refusals it is as fast as
 * before. 240 calls at the usual settings, simulated.
 */

const limits = { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 };
/** The slots that were taken when a refusal came are waited for, and one call after the other looks whether there is room again. */
const CAUTION_MS = 1.15 * limits.windowMs;

async function takes(answerMs: number, refuse?: { places: number[]; waitMs?: number }): Promise<number> {
	const random = new Random(1);
	jest.spyOn(Math, 'random').mockImplementation(() => random.next());
	const latency: [number, number] = [answerMs, answerMs];
	const { accepted, endedMs } = await simulateProcesses({ service: limits, limits, calls: [240], latency, retryAfter: true, refuse, seed: 1 });
	expect(accepted).toBe(240);
	return endedMs;
}

afterEach(() => jest.restoreAllMocks());

const refusals = [
	{ when: 'the first two calls', places: [0, 1] },
	{ when: 'two near the beginning', places: [4, 5] },
	{ when: 'two in the middle', places: [120, 121] },
	{ when: 'one near the beginning', places: [4] },
	{ when: 'one in the middle', places: [120] },
];
const scenes = [1000, 2000, 5000].flatMap((answerMs) =>
	refusals.flatMap((refused) => [undefined, 1000, 20_000].map((waitMs) => ({ ...refused, answerMs, waitMs }))));

test.each(scenes)('answers take $answerMs ms, $when refused, Retry-After $waitMs ms', async ({ answerMs, places, waitMs }) => {
	expect(await takes(answerMs, { places, waitMs })).toBeLessThan((await takes(answerMs)) + CAUTION_MS);
});

test('without a refusal the calls that are allowed at once are all that holds it up', async () => {
	expect(await takes(2000)).toBeLessThanOrEqual(240_000);
});

test('a call that hangs holds up the others no longer than that', async () => {
	const clock = new VirtualClock();
	const throttle = new Throttle(clock);
	const enter = async () => await throttle.acquire({ queueKey: 1, limits });
	await Promise.all([enter(), enter()]);
	throttle.pause(limits);
	throttle.release(limits, true);
	const hanging = clock.sleep(300_000).then(() => throttle.release(limits));
	const started = enter().then(() => clock.now());
	await clock.drain();
	await hanging;
	expect(await started).toBeLessThan(CAUTION_MS);
});
