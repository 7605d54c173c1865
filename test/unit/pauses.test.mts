import { getEventListeners } from 'node:events';

import type { RateLimit, AcquireOptions } from '../../nodes/shared/throttle/fairQueue';
import { CanceledError, pauseCapMs, Throttle, throttleFor, AcquireTimeoutError } from '../../nodes/shared/throttle/throttle';
import { VirtualClock } from './virtualClock.mts';

/** What a refusal that asks for a long wait does to the calls that wait and to those that come. */

const limits: RateLimit = { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 };
const MINUTE = 60_000;

/** How calls end: with the name of their error and the wait that it tells, or with a start. */
const endOf = async (call: Promise<void>) =>
	await call.then(() => 'started' as const, (reason: Error) => (reason instanceof AcquireTimeoutError ? reason.waitMs : reason.constructor.name));

/** As far as calls come without time passing. */
const settle = async () => await new Promise((quiet) => setImmediate(quiet));

const isStarted = async (call: Promise<void>) => await Promise.race([endOf(call), settle().then(() => 'waits' as const)]);

/** A throttle with one call on its way, and so many more that wait: one line with a group for each of them. */
async function busy({ maxConcurrent = 1, waiting = 0, executionStartedAt }: { maxConcurrent?: number; waiting?: number; executionStartedAt?: number } = {}) {
	const clock = new VirtualClock();
	const throttle = new Throttle(clock);
	const own = { ...limits, maxConcurrent };
	const enter = async (turn: Partial<AcquireOptions> = {}) => await throttle.acquire({ queueKey: 'a', limits: own, executionStartedAt, ...turn });
	await enter();
	const calls = Array.from({ length: waiting }, async () => await endOf(enter()));
	await settle();
	const refuse = (retryAfterMs?: number) => {
		const pause = throttle.pause(own, retryAfterMs);
		throttle.release(own, true);
		return pause;
	};
	/** Lets time pass. */
	const wait = async (ms: number) => {
		void clock.sleep(ms);
		await clock.drain();
	};
	return { clock, throttle, enter, calls, refuse, wait, leave: () => throttle.release(own) };
}

test.each([
	[{ windowMs: 60_000 }, 15 * MINUTE],
	[{ windowMs: 300_000 }, 15 * MINUTE],
	[{ windowMs: 1_200_000 }, 60 * MINUTE],
])('the longest pause of %o', (one, expected) => {
	expect(pauseCapMs(one)).toBe(expected);
});

describe.each([7_200_000, 1e12, 5.5e12, Infinity])('a refusal that asks for %d ms', (asked) => {
	test('ends what waits, at once and with the time', async () => {
		const { clock, calls, refuse } = await busy({ waiting: 5 });
		refuse(asked);
		expect(await Promise.all(calls)).toEqual(Array(5).fill(asked));
		expect(clock.now()).toBe(0);
	});

	test('ends what its execution still asks for; the time shrinks as it passes', async () => {
		const { refuse, enter, wait } = await busy({ executionStartedAt: 0 });
		await wait(1000);
		refuse(asked);
		expect(await endOf(enter())).toBe(asked);
		await wait(3000);
		expect(await endOf(enter())).toBe(asked - 3000);
		expect(await endOf(enter({ queueKey: 'another node of it', priority: true }))).toBe(asked - 3000);
	});

	test('a later execution may try at once, one that is refused again ends anew', async () => {
		const { clock, refuse, enter, wait } = await busy({ executionStartedAt: 0 });
		await wait(1000);
		refuse(asked);
		const later = { queueKey: 'b', executionStartedAt: clock.now() };
		const [first, ...others] = [enter(later), enter(later), enter(later)].map(endOf);
		expect(await first).toBe('started');
		expect(clock.now()).toBe(1000);
		await wait(10);
		refuse(asked);
		expect(await Promise.all(others)).toEqual([asked, asked]);
		await wait(1000);
		// That one is an earlier one now, as the first.
		expect(await endOf(enter(later))).toBe(asked - 1000);
		expect(await endOf(enter())).toBe(asked - 1000);
		expect(await isStarted(enter({ queueKey: 'picker', executionStartedAt: undefined }))).toBe('started');
	});

	test('a call that is taken ends it', async () => {
		const { refuse, enter, wait, leave } = await busy({ executionStartedAt: 0 });
		await wait(1000);
		refuse(asked);
		await enter({ queueKey: 'b', executionStartedAt: undefined });
		expect(await endOf(enter())).toBe(asked);
		leave();
		expect(await isStarted(enter())).toBe('started');
	});

	test('a call that did not reach the service, or whose end is not seen, does not end it', async () => {
		const { throttle, refuse, enter, wait } = await busy({ executionStartedAt: 0 });
		await wait(1000);
		refuse(asked);
		await enter({ queueKey: 'b', executionStartedAt: undefined });
		throttle.release({ ...limits, windowMs: 0 });
		await enter({ queueKey: 'b', executionStartedAt: undefined });
		throttle.release(limits, false, 30_000);
		expect(await endOf(enter())).toBe(asked);
	});

	test('nothing of it keeps the account from being forgotten', async () => {
		const { throttle, refuse, wait } = await busy();
		refuse(asked);
		await wait(1.1 * MINUTE);
		expect(throttle.isIdle).toBe(true);
	});

	test('where one call fills the window, that one is waited for and no more', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const one: RateLimit = { maxCalls: 1, windowMs: 300_000, maxConcurrent: 1 };
		for (const told of [5000, asked]) {
			const call = throttle.acquire({ queueKey: 'a', limits: one });
			await clock.drain();
			await call;
			throttle.pause(one, told);
			throttle.release(one, true);
		}
		expect(throttle.estimateWaitMs(one)).toBeLessThanOrEqual(300_305);
	});
});

test('an execution that began before a long pause is served when that has passed', async () => {
	const { refuse, enter, wait } = await busy({ executionStartedAt: 0 });
	await wait(1000);
	refuse(20 * MINUTE);
	await wait(20 * MINUTE - 1);
	expect(await endOf(enter())).toBeCloseTo(1, 5);
	await wait(1);
	expect(await isStarted(enter())).toBe('started');
});

test.each([20_000, 14 * MINUTE, 15 * MINUTE])('no pause is longer than the cap: %d ms asked for', async (asked) => {
	const { throttle, refuse } = await busy();
	expect(refuse(asked)).toBeLessThanOrEqual(15 * MINUTE);
	expect(throttle.estimateWaitMs(limits)).toBeLessThanOrEqual(15 * MINUTE);
	expect(refuse(asked)).toBeLessThanOrEqual(15 * MINUTE);
});

test('a pause ends the calls that do not sit it out; the others keep their places', async () => {
	const { clock, throttle, enter, refuse } = await busy();
	const order: string[] = [];
	const call = async (name: string, turn: Partial<AcquireOptions>) => {
		const end = await endOf(enter(turn));
		order.push(`${name}: ${end === 'started' ? end : 'ended'} at ${Math.floor(clock.now() / MINUTE)} min`);
		if (end === 'started') throttle.release(limits);
	};
	const work = [
		call('first', {}),
		call('hurried', { maxPauseMs: 5000 }),
		call('second', { maxPauseMs: 5 * MINUTE }),
		call('picker', { queueKey: 'p', priority: true, maxPauseMs: 10_000 }),
		call('third', {}),
	];
	await settle();
	expect(refuse(2 * MINUTE)).toBeGreaterThanOrEqual(2 * MINUTE);
	work.push(call('late and hurried', { maxPauseMs: 119_000 }), call('late', { maxPauseMs: 3 * MINUTE }));
	await clock.drain();
	await Promise.all(work);
	expect(order).toEqual([
		// Pickers are ahead of all.
		'picker: ended at 0 min', 'hurried: ended at 0 min', 'late and hurried: ended at 0 min',
		'first: started at 2 min', 'second: started at 2 min', 'third: started at 2 min', 'late: started at 2 min',
	]);
});

test('a pause that is nearly over is sat out', async () => {
	const { clock, enter, refuse, wait } = await busy();
	refuse(2 * MINUTE);
	await wait(MINUTE);
	expect(await endOf(enter({ maxPauseMs: 30_000 }))).toBeCloseTo(MINUTE, -4);
	const call = enter({ maxPauseMs: 70_000 });
	await clock.drain();
	await call;
});

test('a full window is no pause', async () => {
	const clock = new VirtualClock();
	const throttle = new Throttle(clock);
	const one: RateLimit = { maxCalls: 1, windowMs: 60_000, maxConcurrent: 1 };
	await throttle.acquire({ queueKey: 'a', limits: one });
	throttle.release(one);
	const next = throttle.acquire({ queueKey: 'a', limits: one, maxPauseMs: 10 });
	await clock.drain();
	await next;
	expect(clock.now()).toBeGreaterThan(60_000);
});

test('a call with little patience is told of a pause at once, also while others run', async () => {
	const { clock, throttle, enter } = await busy({ maxConcurrent: 2 });
	await enter();
	const waiting = endOf(enter({ timeoutMs: 30_000 }));
	await settle();
	throttle.pause({ ...limits, maxConcurrent: 2 }, 10 * MINUTE);
	throttle.release({ ...limits, maxConcurrent: 2 }, true);
	expect(await waiting).toBeGreaterThanOrEqual(10 * MINUTE);
	expect(await endOf(enter({ timeoutMs: 30_000 }))).toBeGreaterThanOrEqual(10 * MINUTE);
	expect(clock.now()).toBe(0);
});

test('the end of one group leaves the others of its line in their order', async () => {
	const { throttle, enter } = await busy();
	const order: unknown[] = [];
	const reason = new Error('the key was refused');
	const tenants = ['A', 'B', 'C', 'A', 'B', undefined, 'C', 'A'];
	const work = tenants.map(async (group, index) => {
		const end = await endOf(enter({ group }));
		order.push(end === 'started' ? `${group} ${index}` : end);
	});
	await settle();
	throttle.rejectQueued('a', reason, (group) => group === 'A');
	await settle();
	expect(order.splice(0)).toEqual(['Error', 'Error', 'Error']);
	for (let left = 6; left > 0; left--) {
		throttle.release({ ...limits, maxConcurrent: 1 });
		await settle();
	}
	await Promise.all(work);
	expect(order).toEqual(['B 1', 'C 2', 'B 4', 'undefined 5', 'C 6']);
});

test('each call of a line is canceled by its own signal, and no signal is listened to longer than the line waits', async () => {
	const { throttle, enter } = await busy();
	const stops = [new AbortController(), new AbortController()];
	const ends = [0, 1, 0, 1].map(async (index) => await endOf(enter({ signal: stops[index].signal })));
	const without = enter();
	await settle();
	expect(stops.map(({ signal }) => getEventListeners(signal, 'abort').length)).toEqual([1, 1]);
	stops[1].abort();
	expect(await Promise.all([ends[1], ends[3]])).toEqual([CanceledError.name, CanceledError.name]);
	expect(await isStarted(without)).toBe('waits');
	stops[0].abort();
	expect(await Promise.all([ends[0], ends[2]])).toEqual([CanceledError.name, CanceledError.name]);
	throttle.release({ ...limits, maxConcurrent: 1 });
	await without;
	for (const { signal } of stops) expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('the limiters of many accounts', () => {
	let now = performance.now() + 1e6;
	beforeEach(() => jest.spyOn(performance, 'now').mockImplementation(() => now));
	afterEach(() => jest.restoreAllMocks());

	test('a call does not look at all of them; those that are idle are forgotten', async () => {
		const looks = jest.spyOn(Throttle.prototype, 'isIdle', 'get');
		const accounts = Array.from({ length: 1000 }, (_, index) => `tenant ${index}`);
		const known = accounts.map((account) => {
			const throttle = throttleFor(account);
			void throttle.acquire({ queueKey: 1, limits });
			return throttle;
		});
		looks.mockClear();
		for (let round = 0; round < 10; round++) {
			for (const [index, account] of accounts.entries()) {
				expect(throttleFor(account)).toBe(known[index]);
				now += 0.1;
			}
		}
		expect(looks.mock.calls.length).toBeLessThan(5000);

		for (const throttle of known) if (throttle !== known[7]) throttle.release({ ...limits, windowMs: 0 });
		now += 2000;
		throttleFor(accounts[0]);
		const kept = accounts.filter((account, index) => throttleFor(account) === known[index]);
		expect(kept).toEqual([accounts[0], accounts[7]]);
	});
});
