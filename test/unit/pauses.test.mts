import { getEventListeners } from 'node:events';

import type { RateLimit, AcquireOptions } from '../../nodes/shared/throttle/options';
import { CanceledError, AcquireTimeoutError } from '../../nodes/shared/throttle/errors';
import { pauseCapMs } from '../../nodes/shared/throttle/options';
import { Throttle } from '../../nodes/shared/throttle/throttle';
import { throttleFor } from '../../nodes/shared/throttle/registry';
import { VirtualClock } from './virtualClock.mts';

/** How a refusal with a long Retry-After affects queued and later calls. */

const limits: RateLimit = { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 };
const MINUTE = 60_000;

/** How a call left the queue: started, or rejected with a wait time or an error class. */
const outcomeOf = async (call: Promise<void>) =>
	await call.then(() => 'started' as const, (error: Error) => (error instanceof AcquireTimeoutError ? error.waitMs : error.constructor.name));

/** Lets everything run that needs no time to pass. */
const settle = async () => await new Promise((resolve) => setImmediate(resolve));

const outcomeNow = async (call: Promise<void>) => await Promise.race([outcomeOf(call), settle().then(() => 'queued' as const)]);

/** A throttle with one call in flight and `waiting` calls queued behind it under the same key. */
async function busyThrottle({ maxConcurrent = 1, waiting = 0, executionStartedAt }: { maxConcurrent?: number; waiting?: number; executionStartedAt?: number } = {}) {
	const clock = new VirtualClock();
	const throttle = new Throttle(clock);
	const busyLimits = { ...limits, maxConcurrent };
	const acquire = async (options: Partial<AcquireOptions> = {}) => await throttle.acquire({ queueKey: 'a', limits: busyLimits, executionStartedAt, ...options });
	await acquire();
	const calls = Array.from({ length: waiting }, async () => await outcomeOf(acquire()));
	await settle();
	const refuse = (retryAfterMs?: number) => {
		const pause = throttle.pause(busyLimits, retryAfterMs);
		throttle.release(busyLimits, true);
		return pause;
	};
	/** Lets time pass. */
	const wait = async (ms: number) => {
		void clock.sleep(ms);
		await clock.drain();
	};
	return { clock, throttle, acquire, calls, refuse, wait, release: () => throttle.release(busyLimits) };
}

test.each([
	[{ windowMs: 60_000 }, 15 * MINUTE],
	[{ windowMs: 300_000 }, 15 * MINUTE],
	[{ windowMs: 1_200_000 }, 60 * MINUTE],
])('the longest pause for %o is %d ms', (limit, expected) => {
	expect(pauseCapMs(limit)).toBe(expected);
});

describe.each([7_200_000, 1e12, 5.5e12, Infinity])('a refusal with a Retry-After of %d ms', (retryAfterMs) => {
	test('rejects queued calls at once, with the wait time', async () => {
		const { clock, calls, refuse } = await busyThrottle({ waiting: 5 });
		refuse(retryAfterMs);
		expect(await Promise.all(calls)).toEqual(Array(5).fill(retryAfterMs));
		expect(clock.now()).toBe(0);
	});

	test('rejects later calls of the same execution, with the remaining wait time', async () => {
		const { refuse, acquire, wait } = await busyThrottle({ executionStartedAt: 0 });
		await wait(1000);
		refuse(retryAfterMs);
		expect(await outcomeOf(acquire())).toBe(retryAfterMs);
		await wait(3000);
		expect(await outcomeOf(acquire())).toBe(retryAfterMs - 3000);
		expect(await outcomeOf(acquire({ queueKey: 'another node of the execution', priority: true }))).toBe(retryAfterMs - 3000);
	});

	test('lets a later execution try at once, and rejects its calls if it is refused as well', async () => {
		const { clock, refuse, acquire, wait } = await busyThrottle({ executionStartedAt: 0 });
		await wait(1000);
		refuse(retryAfterMs);
		const later = { queueKey: 'b', executionStartedAt: clock.now() };
		const [first, ...others] = [acquire(later), acquire(later), acquire(later)].map(outcomeOf);
		expect(await first).toBe('started');
		expect(clock.now()).toBe(1000);
		await wait(10);
		refuse(retryAfterMs);
		expect(await Promise.all(others)).toEqual([retryAfterMs, retryAfterMs]);
		await wait(1000);
		// By now that execution, too, began before the last refusal.
		expect(await outcomeOf(acquire(later))).toBe(retryAfterMs - 1000);
		expect(await outcomeOf(acquire())).toBe(retryAfterMs - 1000);
		expect(await outcomeNow(acquire({ queueKey: 'picker', executionStartedAt: undefined }))).toBe('started');
	});

	test('ends when the service accepts a call', async () => {
		const { refuse, acquire, wait, release } = await busyThrottle({ executionStartedAt: 0 });
		await wait(1000);
		refuse(retryAfterMs);
		await acquire({ queueKey: 'b', executionStartedAt: undefined });
		expect(await outcomeOf(acquire())).toBe(retryAfterMs);
		release();
		expect(await outcomeNow(acquire())).toBe('started');
	});

	test('does not end with a call that did not reach the service or whose end is unknown', async () => {
		const { throttle, refuse, acquire, wait } = await busyThrottle({ executionStartedAt: 0 });
		await wait(1000);
		refuse(retryAfterMs);
		await acquire({ queueKey: 'b', executionStartedAt: undefined });
		throttle.release({ ...limits, windowMs: 0 });
		await acquire({ queueKey: 'b', executionStartedAt: undefined });
		throttle.release(limits, false, 30_000);
		expect(await outcomeOf(acquire())).toBe(retryAfterMs);
	});

	test('does not keep the throttle from becoming idle', async () => {
		const { throttle, refuse, wait } = await busyThrottle();
		refuse(retryAfterMs);
		await wait(1.1 * MINUTE);
		expect(throttle.isIdle).toBe(true);
	});

	test('with one call per window, pauses for no more than that window', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const singleCall: RateLimit = { maxCalls: 1, windowMs: 300_000, maxConcurrent: 1 };
		for (const pauseMs of [5000, retryAfterMs]) {
			const call = throttle.acquire({ queueKey: 'a', limits: singleCall });
			await clock.drain();
			await call;
			throttle.pause(singleCall, pauseMs);
			throttle.release(singleCall, true);
		}
		expect(throttle.estimateWaitMs(singleCall)).toBeLessThanOrEqual(300_305);
	});
});

test('an execution that began before a long pause can continue after it', async () => {
	const { refuse, acquire, wait } = await busyThrottle({ executionStartedAt: 0 });
	await wait(1000);
	refuse(20 * MINUTE);
	await wait(20 * MINUTE - 1);
	expect(await outcomeOf(acquire())).toBeCloseTo(1, 5);
	await wait(1);
	expect(await outcomeNow(acquire())).toBe('started');
});

test.each([20_000, 14 * MINUTE, 15 * MINUTE])('a pause never exceeds the cap: Retry-After of %d ms', async (retryAfterMs) => {
	const { throttle, refuse } = await busyThrottle();
	expect(refuse(retryAfterMs)).toBeLessThanOrEqual(15 * MINUTE);
	expect(throttle.estimateWaitMs(limits)).toBeLessThanOrEqual(15 * MINUTE);
	expect(refuse(retryAfterMs)).toBeLessThanOrEqual(15 * MINUTE);
});

test('a pause rejects calls whose maxPauseMs is shorter, and the others keep their order', async () => {
	const { clock, throttle, acquire, refuse } = await busyThrottle();
	const order: string[] = [];
	const call = async (name: string, options: Partial<AcquireOptions>) => {
		const outcome = await outcomeOf(acquire(options));
		order.push(`${name}: ${outcome === 'started' ? outcome : 'rejected'} at ${Math.floor(clock.now() / MINUTE)} min`);
		if (outcome === 'started') throttle.release(limits);
	};
	const work = [
		call('first', {}),
		call('short', { maxPauseMs: 5000 }),
		call('second', { maxPauseMs: 5 * MINUTE }),
		call('picker', { queueKey: 'p', priority: true, maxPauseMs: 10_000 }),
		call('third', {}),
	];
	await settle();
	expect(refuse(2 * MINUTE)).toBeGreaterThanOrEqual(2 * MINUTE);
	work.push(call('late and short', { maxPauseMs: 119_000 }), call('late', { maxPauseMs: 3 * MINUTE }));
	await clock.drain();
	await Promise.all(work);
	expect(order).toEqual([
		// Pickers are at the front of the queue.
		'picker: rejected at 0 min', 'short: rejected at 0 min', 'late and short: rejected at 0 min',
		'first: started at 2 min', 'second: started at 2 min', 'third: started at 2 min', 'late: started at 2 min',
	]);
});

test('only the rest of a pause counts against maxPauseMs', async () => {
	const { clock, acquire, refuse, wait } = await busyThrottle();
	refuse(2 * MINUTE);
	await wait(MINUTE);
	expect(await outcomeOf(acquire({ maxPauseMs: 30_000 }))).toBeCloseTo(MINUTE, -4);
	const call = acquire({ maxPauseMs: 70_000 });
	await clock.drain();
	await call;
});

test('a full window does not count as a pause', async () => {
	const clock = new VirtualClock();
	const throttle = new Throttle(clock);
	const singleCall: RateLimit = { maxCalls: 1, windowMs: 60_000, maxConcurrent: 1 };
	await throttle.acquire({ queueKey: 'a', limits: singleCall });
	throttle.release(singleCall);
	const next = throttle.acquire({ queueKey: 'a', limits: singleCall, maxPauseMs: 10 });
	await clock.drain();
	await next;
	expect(clock.now()).toBeGreaterThan(60_000);
});

test('a call with a short timeout is rejected at the start of a pause, even while other calls run', async () => {
	const { clock, throttle, acquire } = await busyThrottle({ maxConcurrent: 2 });
	await acquire();
	const waiting = outcomeOf(acquire({ timeoutMs: 30_000 }));
	await settle();
	throttle.pause({ ...limits, maxConcurrent: 2 }, 10 * MINUTE);
	throttle.release({ ...limits, maxConcurrent: 2 }, true);
	expect(await waiting).toBeGreaterThanOrEqual(10 * MINUTE);
	expect(await outcomeOf(acquire({ timeoutMs: 30_000 }))).toBeGreaterThanOrEqual(10 * MINUTE);
	expect(clock.now()).toBe(0);
});

test('rejectQueued for one group keeps the order of the others in the queue', async () => {
	const { throttle, acquire } = await busyThrottle();
	const order: unknown[] = [];
	const error = new Error('the key was rejected');
	const tenants = ['A', 'B', 'C', 'A', 'B', undefined, 'C', 'A'];
	const work = tenants.map(async (group, index) => {
		const outcome = await outcomeOf(acquire({ group }));
		order.push(outcome === 'started' ? `${group} ${index}` : outcome);
	});
	await settle();
	throttle.rejectQueued('a', error, (group) => group === 'A');
	await settle();
	expect(order.splice(0)).toEqual(['Error', 'Error', 'Error']);
	for (let remaining = 6; remaining > 0; remaining--) {
		throttle.release({ ...limits, maxConcurrent: 1 });
		await settle();
	}
	await Promise.all(work);
	expect(order).toEqual(['B 1', 'C 2', 'B 4', 'undefined 5', 'C 6']);
});

test('a queued call is canceled by its own signal, and abort listeners are removed when the queue is empty', async () => {
	const { throttle, acquire } = await busyThrottle();
	const stops = [new AbortController(), new AbortController()];
	const outcomes = [0, 1, 0, 1].map(async (index) => await outcomeOf(acquire({ signal: stops[index].signal })));
	const withoutSignal = acquire();
	await settle();
	expect(stops.map(({ signal }) => getEventListeners(signal, 'abort').length)).toEqual([1, 1]);
	stops[1].abort();
	expect(await Promise.all([outcomes[1], outcomes[3]])).toEqual([CanceledError.name, CanceledError.name]);
	expect(await outcomeNow(withoutSignal)).toBe('queued');
	stops[0].abort();
	expect(await Promise.all([outcomes[0], outcomes[2]])).toEqual([CanceledError.name, CanceledError.name]);
	throttle.release({ ...limits, maxConcurrent: 1 });
	await withoutSignal;
	for (const { signal } of stops) expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('the throttles of many accounts', () => {
	let now = performance.now() + 1e6;
	beforeEach(() => jest.spyOn(performance, 'now').mockImplementation(() => now));
	afterEach(() => jest.restoreAllMocks());

	test('a call does not check every throttle, and idle ones are removed', async () => {
		const isIdleReads = jest.spyOn(Throttle.prototype, 'isIdle', 'get');
		const accounts = Array.from({ length: 1000 }, (_, index) => `tenant ${index}`);
		const throttles = accounts.map((account) => {
			const throttle = throttleFor(account);
			void throttle.acquire({ queueKey: 1, limits });
			return throttle;
		});
		isIdleReads.mockClear();
		for (let round = 0; round < 10; round++) {
			for (const [index, account] of accounts.entries()) {
				expect(throttleFor(account)).toBe(throttles[index]);
				now += 0.1;
			}
		}
		expect(isIdleReads.mock.calls.length).toBeLessThan(5000);

		for (const throttle of throttles) if (throttle !== throttles[7]) throttle.release({ ...limits, windowMs: 0 });
		now += 2000;
		throttleFor(accounts[0]);
		const kept = accounts.filter((account, index) => throttleFor(account) === throttles[index]);
		expect(kept).toEqual([accounts[0], accounts[7]]);
	});
});
