import fc from 'fast-check';

import type { Limits } from '../../nodes/shared/throttle.ts';
import { Canceled, Throttle, TooSoon } from '../../nodes/shared/throttle.ts';
import { VirtualClock } from './virtualClock.mts';

interface Seen { line: number; index: number; start: number; arrival: number; end: number }

function worstWindow(arrivals: number[], windowMs: number): number {
	const sorted = [...arrivals].sort((a, b) => a - b);
	let worst = 0;
	for (let from = 0, to = 0; to < sorted.length; to++) {
		while (sorted[to] - sorted[from] > windowMs) from++;
		worst = Math.max(worst, to - from + 1);
	}
	return worst;
}

function worstAtOnce(seen: Seen[]): number {
	return Math.max(0, ...seen.map(({ start }) => seen.filter((one) => one.start <= start && start < one.end).length));
}

const limits = (calls: number, atOnce: number): Limits => ({ calls, windowMs: 1000, atOnce });

describe('the throttle on virtual time', () => {
	test('holds every window and every number at once, for any crowd and any delay', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 12 }),
				fc.integer({ min: 1, max: 5 }),
				fc.array(fc.array(fc.tuple(fc.integer({ min: 0, max: 2500 }), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 20 }), { maxLength: 6 }),
				async (calls, atOnce, lines) => {
					const clock = new VirtualClock();
					const throttle = new Throttle(clock);
					const seen: Seen[] = [];
					const work = lines.flatMap((delays, line) =>
						delays.map(async ([delay, share], index) => {
							await throttle.enter({ line, limits: limits(calls, atOnce) });
							const start = clock.now();
							await clock.sleep(delay);
							seen.push({ line, index, start, arrival: start + share * (clock.now() - start), end: clock.now() });
							throttle.leave(limits(calls, atOnce));
						}),
					);
					await clock.drain();
					await Promise.all(work);
					expect(seen).toHaveLength(lines.flat().length);
					expect(worstWindow(seen.map(({ arrival }) => arrival), 1000)).toBeLessThanOrEqual(calls);
					expect(worstAtOnce(seen)).toBeLessThanOrEqual(atOnce);
					for (let line = 0; line < lines.length; line++) {
						const starts = seen.filter((one) => one.line === line).sort((a, b) => a.index - b.index).map(({ start }) => start);
						expect(starts).toEqual([...starts].sort((a, b) => a - b));
					}
				},
			),
			{ numRuns: 300 },
		);
	});

	test('a single call among 5,000 waiting ones starts in the next turn', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const order: string[] = [];
		const call = async (line: string, urgent = false) => {
			await throttle.enter({ line, urgent, limits: limits(10, 1) });
			order.push(line);
			await clock.sleep(1);
			throttle.leave(limits(10, 1));
		};
		const work = Array.from({ length: 5000 }, async () => await call('crowd'));
		work.push(call('single'), call('picker', true));
		await clock.drain();
		await Promise.all(work);
		expect(order.indexOf('picker')).toBe(1);
		expect(order.indexOf('single')).toBeLessThanOrEqual(3);
		expect(order).toHaveLength(5002);
	});

	test('a canceled execution empties its line at once and leaves nothing behind', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const stop = new AbortController();
		let started = 0;
		const results = Array.from({ length: 50 }, async () => {
			await throttle.enter({ line: 'a', limits: limits(5, 2), signal: stop.signal });
			started++;
			throttle.leave(limits(5, 2));
		});
		const ended = Promise.allSettled(results);
		for (let turn = 0; turn < 50; turn++) await Promise.resolve();
		expect(started).toBe(5);
		stop.abort();
		const canceled = (await ended).filter((one) => one.status === 'rejected' && one.reason instanceof Canceled);
		expect(canceled).toHaveLength(45);
		await expect(throttle.enter({ line: 'a', limits: limits(5, 2), signal: stop.signal })).rejects.toBeInstanceOf(Canceled);
		void clock.sleep(2000);
		await clock.drain();
		expect(started).toBe(5);
		expect(throttle.idle).toBe(true);
	});

	test('after a refusal the whole connection waits as long as the service asks', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const starts: number[] = [];
		const call = async (refused: boolean) => {
			await throttle.enter({ line: {}, limits: limits(10, 1) });
			starts.push(clock.now());
			if (refused) throttle.pause(limits(10, 1), 3000);
			throttle.leave(limits(10, 1), refused);
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
		await throttle.enter({ line: 1, limits: one });
		throttle.leave(one);
		await throttle.enter({ line: 1, limits: one });
		expect(throttle.pause(one)).toBeLessThanOrEqual(100);
		throttle.leave(one, true);
		const again = throttle.enter({ line: 1, limits: one, again: true });
		await clock.drain();
		await again;
		expect(clock.now() + throttle.pause(one)).toBeGreaterThanOrEqual(1000);
		throttle.leave(one, true);
	});

	test('after a full window it keeps to its share, and looks for more room once its slots have come round', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const ten = limits(10, 1);
		const starts: number[] = [];
		const call = async (refused = false) => {
			await throttle.enter({ line: 1, limits: ten });
			starts.push(clock.now());
			if (refused) throttle.pause(ten, 500);
			throttle.leave(ten, refused);
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
		const atOnce: number[] = [];
		const call = async (refused: boolean) => {
			await throttle.enter({ line: 1, limits: many });
			atOnce.push(++running);
			await clock.sleep(1);
			running--;
			if (refused) throttle.pause(many);
			throttle.leave(many, refused);
		};
		const work = Array.from({ length: 400 }, async (_, index) => await call(index === 0));
		await clock.drain();
		await Promise.all(work);
		expect(Math.max(...atOnce.slice(2, 100))).toBe(1);
		expect(Math.max(...atOnce.slice(300))).toBe(2);
	});

	test('the stricter of two settings holds while both have calls waiting', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const arrivals: number[] = [];
		const call = async (line: string, calls: number) => {
			await throttle.enter({ line, limits: limits(calls, 5) });
			arrivals.push(clock.now());
			throttle.leave(limits(calls, 5));
		};
		const work = [...Array(12)].flatMap(() => [call('wide', 10), call('narrow', 3)]);
		await clock.drain();
		await Promise.all(work);
		expect(worstWindow(arrivals.slice(10), 1000)).toBeLessThanOrEqual(3);
	});

	test('ends the waiting calls of one line only, with the given reason', async () => {
		const throttle = new Throttle(new VirtualClock());
		const one = limits(1, 1);
		await throttle.enter({ line: 'a', limits: one });
		const waiting = throttle.enter({ line: 'a', limits: one });
		const other = throttle.enter({ line: 'b', limits: one });
		const reason = new Error('the key was refused');
		throttle.dismiss('a', reason);
		await expect(waiting).rejects.toBe(reason);
		await expect(Promise.race([other, Promise.resolve('waits')])).resolves.toBe('waits');
	});

	test('a call whose patience is shorter than the wait is told at once how long it is', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const one = limits(1, 1);
		await throttle.enter({ line: 'a', limits: one });
		throttle.leave(one);
		expect(throttle.waitMs(one, 3)).toBeCloseTo(3 * 1006, 5);
		await expect(throttle.enter({ line: 'b', limits: one, patienceMs: 500 })).rejects.toMatchObject({ waitMs: expect.closeTo(1006, 5) });
		const patient = throttle.enter({ line: 'b', limits: one, patienceMs: 1500 });
		await expect(throttle.enter({ line: 'c', limits: one, patienceMs: 1500 })).rejects.toBeInstanceOf(TooSoon);
		await clock.drain();
		await patient;
		expect(clock.now()).toBeGreaterThanOrEqual(1005);
	});

	test('a call whose patience ends while it waits is told so as soon as that is certain', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		const one = limits(1, 1);
		await throttle.enter({ line: 'a', limits: one });
		const waiting = throttle.enter({ line: 'b', limits: one, patienceMs: 2000 });
		throttle.pause(one, 5000);
		throttle.leave(one, true);
		await expect(waiting).rejects.toBeInstanceOf(TooSoon);
		expect(clock.now()).toBe(0);
	});

	test('where one call fills the window, a refusal is waited out by the time the service tells, else by a window', async () => {
		for (const [told, least, most] of [[200, 200, 220], [undefined, 1000, 1030], [3000, 3000, 3020]] as const) {
			const clock = new VirtualClock();
			const throttle = new Throttle(clock);
			const one = limits(1, 1);
			await throttle.enter({ line: 'a', limits: one });
			throttle.pause(one, told);
			throttle.leave(one, true);
			const again = throttle.enter({ line: 'a', limits: one, again: true });
			await clock.drain();
			await again;
			expect(clock.now()).toBeGreaterThanOrEqual(least);
			expect(clock.now()).toBeLessThanOrEqual(most);
		}
	});

	test('is idle once its last slot is free', async () => {
		const clock = new VirtualClock();
		const throttle = new Throttle(clock);
		await throttle.enter({ line: 1, limits: limits(2, 1) });
		expect(throttle.idle).toBe(false);
		throttle.leave(limits(2, 1));
		expect(throttle.idle).toBe(false);
		void clock.sleep(1100);
		await clock.drain();
		expect(throttle.idle).toBe(true);
	});
});

test('the throttle on real time holds its window', async () => {
	const throttle = new Throttle();
	const short: Limits = { calls: 20, windowMs: 300, atOnce: 3 };
	const arrivals: number[] = [];
	await Promise.all(
		Array.from({ length: 70 }, async () => {
			await throttle.enter({ line: 1, limits: short });
			arrivals.push(performance.now());
			await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
			throttle.leave(short);
		}),
	);
	expect(arrivals).toHaveLength(70);
	expect(worstWindow(arrivals, 300)).toBeLessThanOrEqual(20);
});
