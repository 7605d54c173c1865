import type { RateLimit } from '../../nodes/shared/throttle/options';
import { CanceledError, AcquireTimeoutError } from '../../nodes/shared/throttle/errors';
import { Throttle } from '../../nodes/shared/throttle/throttle';
import { VirtualClock } from './virtualClock.mts';

/** The most arrivals in any window. */
function maxInAnyWindow(arrivals: number[], windowMs: number): number {
	const sorted = [...arrivals].sort((a, b) => a - b);
	let most = 0;
	for (let from = 0, to = 0; to < sorted.length; to++) {
		while (sorted[to] - sorted[from] > windowMs) from++;
		most = Math.max(most, to - from + 1);
	}
	return most;
}

const limits = (maxCalls: number, maxConcurrent: number): RateLimit => ({ maxCalls, windowMs: 1000, maxConcurrent });

describe('the throttle on virtual time', () => {
	/** Queues the calls of every queue key at the same moment, and returns the order of their starts. A call takes 1 ms. */
	async function startOrder(callsByKey: Record<string, number>, addsPicker = (_start: number) => false, limit = limits(10, 1)) {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const order: string[] = [];
		const work: Array<Promise<void>> = [];
		const call = async (queueKey: unknown, name: string, priority = false) => {
			await throttle.acquire({ queueKey, priority, limits: limit });
			if (!priority && addsPicker(order.length)) work.push(call({}, 'picker', true));
			order.push(name);
			await clock.sleep(1);
			throttle.release(limit);
		};
		for (const [queueKey, calls] of Object.entries(callsByKey)) work.push(...Array.from({ length: calls }, async () => await call(queueKey, queueKey)));
		await clock.drain();
		await Promise.all(work);
		return order;
	}
	const hundredCallsEach = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`execution ${index}`, 100]));

	test('a single call starts in the next turn although another execution has 5,000 calls queued', async () => {
		const order = await startOrder({ crowd: 5000, single: 1 });
		expect(order).toHaveLength(5001);
		// Behind the call already in flight and one more.
		expect(order.indexOf('single')).toBeLessThanOrEqual(2);
	});

	test('a single call starts after one turn of each of 50 executions with 100 queued calls', async () => {
		const order = await startOrder({ ...hundredCallsEach, single: 1 });
		expect(order).toHaveLength(5001);
		expect(order.indexOf('single')).toBeLessThanOrEqual(51);
		for (let turn = 1; turn < 99; turn++) expect(new Set(order.slice(turn * 50 + 2, turn * 50 + 52)).size).toBe(50);
	});

	test('pickers go ahead of all other calls without changing the turns of executions', async () => {
		const order = await startOrder({ ...hundredCallsEach, single: 1 }, (start) => start % 3 === 0);
		const pickerStarts = order.flatMap((name, start) => (name === 'picker' ? [start] : []));
		expect(pickerStarts.length).toBeGreaterThan(1000);
		// Each was queued at the start just before its own.
		expect(pickerStarts.every((start) => (start - 1) % 3 === 0)).toBe(true);
		expect(order.filter((name) => name !== 'picker').indexOf('single')).toBeLessThanOrEqual(51);
	});

	const oneCallEach = (executions: number) => Object.fromEntries(Array.from({ length: executions }, (_, index) => [`${index}`, 1]));

	test.each([
		['one execution of 20,000 calls', { a: 20_000 }],
		['20,000 executions of one call', oneCallEach(20_000)],
	])('%s is completed', async (_name, callsByKey) => {
		expect(await startOrder(callsByKey)).toHaveLength(20_000);
	});

	test('the cost of a start does not grow with the number of queued executions', async () => {
		const readsPerCall = async (executions: number) => {
			let reads = 0;
			const countedLimit = { windowMs: 1000, maxConcurrent: 1, get maxCalls() { return ++reads && 10; } };
			await startOrder(oneCallEach(executions), undefined, countedLimit);
			return reads / executions;
		};
		expect(await readsPerCall(4000)).toBeCloseTo(await readsPerCall(1000), 0);
	});

	test('canceling an execution empties its queue at once and leaves the throttle idle', async () => {
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
		for (let tick = 0; tick < 50; tick++) await Promise.resolve();
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

	test('after a refusal the whole account waits as long as Retry-After says', async () => {
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

	test('without Retry-After, the second refusal in a row waits until the oldest accepted call leaves the window', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const one = limits(10, 1);
		await throttle.acquire({ queueKey: 1, limits: one });
		throttle.release(one);
		await throttle.acquire({ queueKey: 1, limits: one });
		expect(throttle.pause(one)).toBeLessThanOrEqual(100);
		throttle.release(one, true);
		const retry = throttle.acquire({ queueKey: 1, limits: one, isRetry: true });
		await clock.drain();
		await retry;
		expect(clock.now() + throttle.pause(one)).toBeGreaterThanOrEqual(1000);
		throttle.release(one, true);
	});

	test('after a refusal in a full window, keeps to its share and then probes for more capacity', async () => {
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
		expect(maxInAnyWindow(starts, 1000)).toBeLessThanOrEqual(10);
		expect(starts).toHaveLength(24);
	});

	test('a single refusal spaces calls out one at a time, and the spacing shrinks again', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const many = limits(1000, 2);
		let running = 0;
		const runningAtStart: number[] = [];
		const call = async (refused: boolean) => {
			await throttle.acquire({ queueKey: 1, limits: many });
			runningAtStart.push(++running);
			await clock.sleep(1);
			running--;
			if (refused) throttle.pause(many);
			throttle.release(many, refused);
		};
		const work = Array.from({ length: 400 }, async (_, index) => await call(index === 0));
		await clock.drain();
		await Promise.all(work);
		expect(Math.max(...runningAtStart.slice(2, 100))).toBe(1);
		expect(Math.max(...runningAtStart.slice(300))).toBe(2);
	});

	test('applies the stricter of two limits while calls of both are queued', async () => {
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
		expect(maxInAnyWindow(arrivals.slice(10), 1000)).toBeLessThanOrEqual(3);
		arrivals.length = 0;
		const later = [...Array(30)].map(async () => await call('wide', 10));
		await clock.drain();
		await Promise.all(later);
		expect(maxInAnyWindow(arrivals, 1000)).toBe(10);
	});

	test('applies the longer of two windows while calls of both are queued', async () => {
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
		expect(starts.map(([queueKey, at]) => [queueKey, Math.floor(at / 1000)])).toEqual([['short', 0], ['long', 3], ['short', 6], ['short', 7]]);
	});

	test('canceling the execution with the stricter limit frees the others at once', async () => {
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

	test('calls that were refused together are retried in order, ahead of their queue', async () => {
		const throttle = new Throttle(new VirtualClock());
		const two = limits(9, 2);
		const order: string[] = [];
		const acquire = async (name: string, isRetry = false) => {
			await throttle.acquire({ queueKey: 1, limits: two, isRetry });
			order.push(name);
		};
		const other = throttle.acquire({ queueKey: 2, limits: two });
		await Promise.all([other, acquire('first')]);
		const waiting = [acquire('third'), acquire('first', true), acquire('second', true)];
		for (const _ of waiting) {
			throttle.release(two);
			for (let tick = 0; tick < 5; tick++) await Promise.resolve();
		}
		expect(order).toEqual(['first', 'first', 'second', 'third']);
	});

	test('rejectQueued rejects the queued calls of one queue key with the given error', async () => {
		const throttle = new Throttle(new VirtualClock());
		const one = limits(1, 1);
		await throttle.acquire({ queueKey: 'a', limits: one });
		const waiting = throttle.acquire({ queueKey: 'a', limits: one });
		const other = throttle.acquire({ queueKey: 'b', limits: one });
		const error = new Error('the key was rejected');
		throttle.rejectQueued('a', error);
		await expect(waiting).rejects.toBe(error);
		await expect(Promise.race([other, Promise.resolve('queued')])).resolves.toBe('queued');
	});

	test('a call whose timeout is shorter than the wait is rejected at once with the wait time', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const one = limits(1, 1);
		await throttle.acquire({ queueKey: 'a', limits: one });
		throttle.release(one);
		expect(throttle.estimateWaitMs(one, 3)).toBeCloseTo(3 * 1006, 5);
		await expect(throttle.acquire({ queueKey: 'b', limits: one, timeoutMs: 500 })).rejects.toMatchObject({ waitMs: expect.closeTo(1006, 5) });
		const inTime = throttle.acquire({ queueKey: 'b', limits: one, timeoutMs: 1500 });
		await expect(throttle.acquire({ queueKey: 'c', limits: one, timeoutMs: 1500 })).rejects.toBeInstanceOf(AcquireTimeoutError);
		await clock.drain();
		await inTime;
		expect(clock.now()).toBeGreaterThanOrEqual(1005);
	});

	test('a queued call is rejected as soon as it is certain to miss its timeout', async () => {
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

	test('a call is not started after its timeout even if a long call was blocking it', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		await throttle.acquire({ queueKey: 'a', limits: limits(5, 1) });
		const ended = clock.sleep(10_000).then(() => throttle.release(limits(5, 1)));
		const waiting = throttle.acquire({ queueKey: 'b', limits: limits(5, 1), timeoutMs: 2000 });
		const rejection = waiting.catch((error) => [error, clock.now()]);
		await clock.drain();
		await ended;
		expect(await rejection).toEqual([expect.any(AcquireTimeoutError), expect.closeTo(2000, 0)]);
	});

	test('with one call per window, a refusal pauses for Retry-After, or for a window without it', async () => {
		for (const [retryAfterMs, minMs, maxMs] of [[200, 200, 220], [undefined, 1000, 1030], [3000, 3000, 3020]] as const) {
			const clock = new VirtualClock();
			const throttle = new Throttle(clock);
			const one = limits(1, 1);
			await throttle.acquire({ queueKey: 'a', limits: one });
			throttle.pause(one, retryAfterMs);
			throttle.release(one, true);
			const retry = throttle.acquire({ queueKey: 'a', limits: one, isRetry: true });
			await clock.drain();
			await retry;
			expect(clock.now()).toBeGreaterThanOrEqual(minMs);
			expect(clock.now()).toBeLessThanOrEqual(maxMs);
		}
	});

	test('reports the wait time at most every 10 s', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const ten = limits(10, 1);
		const reports: Array<{ at: number; waiting: number; nextInMs: number; lastInMs: number }> = [];
		const work = Array.from({ length: 350 }, async () => {
			await throttle.acquire({ queueKey: 1, limits: ten, onWait: (wait) => reports.push({ at: clock.now(), ...wait }) });
			throttle.release(ten);
		});
		await clock.drain();
		await Promise.all(work);
		const tookMs = clock.now();
		expect(reports.map(({ at }) => Math.floor(at / 10_000))).toEqual([0, 1, 2, 3]);
		for (const [index, { at, waiting, nextInMs, lastInMs }] of reports.entries()) {
			if (index > 0) expect(at - reports[index - 1].at).toBeGreaterThanOrEqual(10_000);
			expect(nextInMs).toBeLessThanOrEqual(1010);
			expect(waiting % 10).toBe(0);
			// The estimate of the end is right to within two windows.
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
