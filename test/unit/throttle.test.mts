import type { RateLimit } from '../../nodes/shared/throttle/fairQueue';
import { CanceledError, Throttle, AcquireTimeoutError } from '../../nodes/shared/throttle/throttle';
import { VirtualClock } from './virtualClock.mts';

function worstWindow(arrivals: number[], windowMs: number): number {
	const sorted = [...arrivals].sort((a, b) => a - b);
	let worst = 0;
	for (let from = 0, to = 0; to < sorted.length; to++) {
		while (sorted[to] - sorted[from] > windowMs) from++;
		worst = Math.max(worst, to - from + 1);
	}
	return worst;
}

const limits = (maxCalls: number, maxConcurrent: number): RateLimit => ({ maxCalls, windowMs: 1000, maxConcurrent });

describe('the throttle on virtual time', () => {
	/** Lets every line have its calls, all at the same moment; a call takes 1 ms. */
	async function startsOf(lines: Record<string, number>, picker = (_start: number) => false, ten = limits(10, 1)) {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const order: string[] = [];
		const work: Array<Promise<void>> = [];
		const call = async (queueKey: unknown, name: string, priority = false) => {
			await throttle.acquire({ queueKey, priority, limits: ten });
			if (!priority && picker(order.length)) work.push(call({}, 'picker', true));
			order.push(name);
			await clock.sleep(1);
			throttle.release(ten);
		};
		for (const [line, calls] of Object.entries(lines)) work.push(...Array.from({ length: calls }, async () => await call(line, line)));
		await clock.drain();
		await Promise.all(work);
		return order;
	}
	const hundredEach = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`execution ${index}`, 100]));

	test('a single call among 5,000 waiting ones of one execution starts in the next turn', async () => {
		const order = await startsOf({ crowd: 5000, single: 1 });
		expect(order).toHaveLength(5001);
		// The one that was on its way already, and one more.
		expect(order.indexOf('single')).toBeLessThanOrEqual(2);
	});

	test('a single call among 5,000 waiting ones of 50 executions starts once each of them had its turn', async () => {
		const order = await startsOf({ ...hundredEach, single: 1 });
		expect(order).toHaveLength(5001);
		expect(order.indexOf('single')).toBeLessThanOrEqual(51);
		for (let turn = 1; turn < 99; turn++) expect(new Set(order.slice(turn * 50 + 2, turn * 50 + 52)).size).toBe(50);
	});

	test('pickers go ahead of all, and no execution loses its turn by them', async () => {
		const order = await startsOf({ ...hundredEach, single: 1 }, (start) => start % 3 === 0);
		const pickers = order.flatMap((name, start) => (name === 'picker' ? [start] : []));
		expect(pickers.length).toBeGreaterThan(1000);
		// Each came with the start before its own.
		expect(pickers.every((start) => (start - 1) % 3 === 0)).toBe(true);
		expect(order.filter((name) => name !== 'picker').indexOf('single')).toBeLessThanOrEqual(51);
	});

	const ofOneCall = (executions: number) => Object.fromEntries(Array.from({ length: executions }, (_, index) => [`${index}`, 1]));

	test.each([
		['one execution of 20,000 calls', { a: 20_000 }],
		['20,000 executions of one call', ofOneCall(20_000)],
	])('%s comes to its end', async (_name, lines) => {
		expect(await startsOf(lines)).toHaveLength(20_000);
	});

	test('the work for a start does not grow with the number of executions that wait', async () => {
		const looksFor = async (executions: number) => {
			let looks = 0;
			const counted = { windowMs: 1000, maxConcurrent: 1, get maxCalls() { return ++looks && 10; } };
			await startsOf(ofOneCall(executions), undefined, counted);
			return looks / executions;
		};
		expect(await looksFor(4000)).toBeCloseTo(await looksFor(1000), 0);
	});

	test('a canceled execution empties its line at once and leaves nothing behind', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const stop = new AbortController();
		let started = 0;
		const results = Array.from({ length: 50 }, async () => {
			await throttle.acquire({ queueKey: 'a', limits: limits(5, 2), signal: stop.signal });
			started++;
			throttle.release(limits(5, 2));
		});
		const ended = Promise.allSettled(results);
		for (let turn = 0; turn < 50; turn++) await Promise.resolve();
		expect(started).toBe(5);
		stop.abort();
		const canceled = (await ended).filter((one) => one.status === 'rejected' && one.reason instanceof CanceledError);
		expect(canceled).toHaveLength(45);
		await expect(throttle.acquire({ queueKey: 'a', limits: limits(5, 2), signal: stop.signal })).rejects.toBeInstanceOf(CanceledError);
		void clock.sleep(2000);
		await clock.drain();
		expect(started).toBe(5);
		expect(throttle.isIdle).toBe(true);
	});

	test('after a refusal the whole connection waits as long as the service asks', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const starts: number[] = [];
		const call = async (refused: boolean) => {
			await throttle.acquire({ queueKey: {}, limits: limits(10, 1) });
			starts.push(clock.now());
			if (refused) throttle.pause(limits(10, 1), 3000);
			throttle.release(limits(10, 1), refused);
		};
		const work = [call(true), call(false), call(false)];
		await clock.drain();
		await Promise.all(work);
		expect(starts[0]).toBe(0);
		expect(starts[1]).toBeGreaterThanOrEqual(3000);
		expect(starts[1]).toBeLessThanOrEqual(3000 + 1000 / 10 + 1);
	});

	test('without a time from the service, the second refusal in a row waits until its own oldest accepted call is a window old', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const one = limits(10, 1);
		await throttle.acquire({ queueKey: 1, limits: one });
		throttle.release(one);
		await throttle.acquire({ queueKey: 1, limits: one });
		expect(throttle.pause(one)).toBeLessThanOrEqual(100);
		throttle.release(one, true);
		const again = throttle.acquire({ queueKey: 1, limits: one, isRetry: true });
		await clock.drain();
		await again;
		expect(clock.now() + throttle.pause(one)).toBeGreaterThanOrEqual(1000);
		throttle.release(one, true);
	});

	test('after a full window it keeps to its share, and looks for more room once its slots have come round', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const ten = limits(10, 1);
		const starts: number[] = [];
		const call = async (refused = false) => {
			await throttle.acquire({ queueKey: 1, limits: ten });
			starts.push(clock.now());
			if (refused) throttle.pause(ten, 500);
			throttle.release(ten, refused);
		};
		const work = [call(), call(), call(), call(true), ...Array.from({ length: 20 }, async () => await call())];
		await clock.drain();
		await Promise.all(work);
		const within = (from: number, to: number) => starts.filter((at) => at >= from && at < to).length;
		expect(within(0, 1000)).toBe(4);
		expect(within(1000, 2000)).toBeGreaterThan(3);
		expect(worstWindow(starts, 1000)).toBeLessThanOrEqual(10);
		expect(starts).toHaveLength(24);
	});

	test('a single refusal spaces the calls for a while, one at a time, and the space shrinks again', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const many = limits(1000, 2);
		let running = 0;
		const maxConcurrent: number[] = [];
		const call = async (refused: boolean) => {
			await throttle.acquire({ queueKey: 1, limits: many });
			maxConcurrent.push(++running);
			await clock.sleep(1);
			running--;
			if (refused) throttle.pause(many);
			throttle.release(many, refused);
		};
		const work = Array.from({ length: 400 }, async (_, index) => await call(index === 0));
		await clock.drain();
		await Promise.all(work);
		expect(Math.max(...maxConcurrent.slice(2, 100))).toBe(1);
		expect(Math.max(...maxConcurrent.slice(300))).toBe(2);
	});

	test('the stricter of two settings holds while both have calls waiting', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const arrivals: number[] = [];
		const call = async (queueKey: string, maxCalls: number) => {
			await throttle.acquire({ queueKey, limits: limits(maxCalls, 5) });
			arrivals.push(clock.now());
			throttle.release(limits(maxCalls, 5));
		};
		const work = [...Array(12)].flatMap(() => [call('wide', 10), call('narrow', 3)]);
		await clock.drain();
		await Promise.all(work);
		expect(worstWindow(arrivals.slice(10), 1000)).toBeLessThanOrEqual(3);
		arrivals.length = 0;
		const later = [...Array(30)].map(async () => await call('wide', 10));
		await clock.drain();
		await Promise.all(later);
		expect(worstWindow(arrivals, 1000)).toBe(10);
	});

	test('the longer of two windows holds while both have calls waiting', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const starts: Array<[queueKey: string, at: number]> = [];
		const call = async (queueKey: string, windowMs: number) => {
			const one: RateLimit = { maxCalls: 1, windowMs, maxConcurrent: 1 };
			await throttle.acquire({ queueKey, limits: one });
			starts.push([queueKey, clock.now()]);
			await clock.sleep(1);
			throttle.release(one);
		};
		const work = [call('short', 1000), call('long', 3000), call('short', 1000), call('short', 1000)];
		await clock.drain();
		await Promise.all(work);
		expect(starts.map(([line, at]) => [line, Math.floor(at / 1000)])).toEqual([['short', 0], ['long', 3], ['short', 6], ['short', 7]]);
	});

	test('a stricter execution that is canceled frees the others at once', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const stop = new AbortController();
		await throttle.acquire({ queueKey: 'narrow', limits: limits(1, 1), signal: stop.signal });
		throttle.release(limits(1, 1));
		const narrow = throttle.acquire({ queueKey: 'narrow', limits: limits(1, 1), signal: stop.signal });
		const wide = throttle.acquire({ queueKey: 'wide', limits: limits(10, 1) });
		stop.abort();
		await expect(narrow).rejects.toBeInstanceOf(CanceledError);
		await wide;
		expect(clock.now()).toBe(0);
	});

	test('calls that were refused at the same time go again in their order, ahead of their line', async () => {
		const throttle = new Throttle(new VirtualClock());
		const two = limits(9, 2);
		const order: string[] = [];
		const enter = async (name: string, isRetry = false) => {
			await throttle.acquire({ queueKey: 1, limits: two, isRetry });
			order.push(name);
		};
		const other = throttle.acquire({ queueKey: 2, limits: two });
		await Promise.all([other, enter('first')]);
		const waiting = [enter('third'), enter('first', true), enter('second', true)];
		for (const _ of waiting) {
			throttle.release(two);
			for (let turn = 0; turn < 5; turn++) await Promise.resolve();
		}
		expect(order).toEqual(['first', 'first', 'second', 'third']);
	});

	test('ends the waiting calls of one line only, with the given reason', async () => {
		const throttle = new Throttle(new VirtualClock());
		const one = limits(1, 1);
		await throttle.acquire({ queueKey: 'a', limits: one });
		const waiting = throttle.acquire({ queueKey: 'a', limits: one });
		const other = throttle.acquire({ queueKey: 'b', limits: one });
		const reason = new Error('the key was refused');
		throttle.rejectQueued('a', reason);
		await expect(waiting).rejects.toBe(reason);
		await expect(Promise.race([other, Promise.resolve('waits')])).resolves.toBe('waits');
	});

	test('a call whose patience is shorter than the wait is told at once how long it is', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const one = limits(1, 1);
		await throttle.acquire({ queueKey: 'a', limits: one });
		throttle.release(one);
		expect(throttle.estimateWaitMs(one, 3)).toBeCloseTo(3 * 1006, 5);
		await expect(throttle.acquire({ queueKey: 'b', limits: one, timeoutMs: 500 })).rejects.toMatchObject({ waitMs: expect.closeTo(1006, 5) });
		const patient = throttle.acquire({ queueKey: 'b', limits: one, timeoutMs: 1500 });
		await expect(throttle.acquire({ queueKey: 'c', limits: one, timeoutMs: 1500 })).rejects.toBeInstanceOf(AcquireTimeoutError);
		await clock.drain();
		await patient;
		expect(clock.now()).toBeGreaterThanOrEqual(1005);
	});

	test('a call whose patience ends while it waits is told so as soon as that is certain', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const one = limits(1, 1);
		await throttle.acquire({ queueKey: 'a', limits: one });
		const waiting = throttle.acquire({ queueKey: 'b', limits: one, timeoutMs: 2000 });
		throttle.pause(one, 5000);
		throttle.release(one, true);
		await expect(waiting).rejects.toBeInstanceOf(AcquireTimeoutError);
		expect(clock.now()).toBe(0);
	});

	test('a call is not started after its patience because a long call was running', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		await throttle.acquire({ queueKey: 'a', limits: limits(5, 1) });
		const ended = clock.sleep(10_000).then(() => throttle.release(limits(5, 1)));
		const waiting = throttle.acquire({ queueKey: 'b', limits: limits(5, 1), timeoutMs: 2000 });
		const reason = waiting.catch((error) => [error, clock.now()]);
		await clock.drain();
		await ended;
		expect(await reason).toEqual([expect.any(AcquireTimeoutError), expect.closeTo(2000, 0)]);
	});

	test('where one call fills the window, a refusal is waited out by the time the service tells, else by a window', async () => {
		for (const [told, least, most] of [[200, 200, 220], [undefined, 1000, 1030], [3000, 3000, 3020]] as const) {
			const clock = new VirtualClock();
			const throttle = new Throttle(clock);
			const one = limits(1, 1);
			await throttle.acquire({ queueKey: 'a', limits: one });
			throttle.pause(one, told);
			throttle.release(one, true);
			const again = throttle.acquire({ queueKey: 'a', limits: one, isRetry: true });
			await clock.drain();
			await again;
			expect(clock.now()).toBeGreaterThanOrEqual(least);
			expect(clock.now()).toBeLessThanOrEqual(most);
		}
	});

	test('tells how long the calls wait, every 10 s at most', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const ten = limits(10, 1);
		const told: Array<{ at: number; waiting: number; nextInMs: number; lastInMs: number }> = [];
		const work = Array.from({ length: 350 }, async () => {
			await throttle.acquire({ queueKey: 1, limits: ten, onWait: (wait) => told.push({ at: clock.now(), ...wait }) });
			throttle.release(ten);
		});
		await clock.drain();
		await Promise.all(work);
		const tookMs = clock.now();
		expect(told.map(({ at }) => Math.floor(at / 10_000))).toEqual([0, 1, 2, 3]);
		for (const [index, { at, waiting, nextInMs, lastInMs }] of told.entries()) {
			if (index > 0) expect(at - told[index - 1].at).toBeGreaterThanOrEqual(10_000);
			expect(nextInMs).toBeLessThanOrEqual(1010);
			expect(waiting % 10).toBe(0);
			// What is said of the end comes true, give or take one window.
			expect(Math.abs(at + lastInMs - tookMs)).toBeLessThan(2 * 1010);
		}
	});

	test('is idle once its last slot is free', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		await throttle.acquire({ queueKey: 1, limits: limits(2, 1) });
		expect(throttle.isIdle).toBe(false);
		throttle.release(limits(2, 1));
		expect(throttle.isIdle).toBe(false);
		void clock.sleep(1100);
		await clock.drain();
		expect(throttle.isIdle).toBe(true);
	});
});
