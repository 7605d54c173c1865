import { leastMs, placeOf, type Scene } from '../bench/figures.mts';

const limit = { maxCalls: 100, windowMs: 1000, maxConcurrent: 2 };

test.each([
	{ what: 'a full window needs no waiting', calls: 100, callMs: 0, least: 0 },
	{ what: 'one call more waits for the next window', calls: 101, callMs: 5, least: 1005 },
	{ what: '1,000 calls wait for nine windows', calls: 1000, callMs: 0, least: 9000 },
	{ what: 'slow calls are held up by the places', calls: 1000, callMs: 50, least: 25_000 },
])('the least time: $what', ({ calls, callMs, least }) => {
	expect(leastMs(calls, limit, callMs)).toBe(least);
});

test('places: without faults first, then by value, and close ones level', () => {
	const row = (contestant: string, value: number, faults: string[] = [], own = false) => ({ contestant, own, value, faults, more: {} });
	const rows = [row('own', 10, [], true), row('level', 10.1), row('behind', 11), row('fast, but refused', 5, ['1 refused'])];
	const scene = { rows } as Scene;
	expect(rows.map((one) => placeOf(one, scene))).toEqual([1, 1, 3, 4]);
});
