import { leastMs, placeOf, type Scene } from '../bench/figures.mts';

const limit = { maxCalls: 100, windowMs: 1000, maxConcurrent: 2 };

test.each([
	{ what: 'a full window needs no wait', calls: 100, callMs: 0, expected: 0 },
	{ what: 'one call more has to wait for the next window', calls: 101, callMs: 5, expected: 1005 },
	{ what: '1,000 calls have to wait for nine windows', calls: 1000, callMs: 0, expected: 9000 },
	{ what: 'slow calls are bound by the concurrency limit', calls: 1000, callMs: 50, expected: 25_000 },
])('minimum time: $what', ({ calls, callMs, expected }) => {
	expect(leastMs(calls, limit, callMs)).toBe(expected);
});

test('ranking: contestants without faults first, then by value, with near-equal values tied', () => {
	const row = (contestant: string, value: number, faults: string[] = [], own = false) => ({ contestant, own, value, faults, more: {} });
	const rows = [row('own', 10, [], true), row('tied', 10.1), row('behind', 11), row('fast, but refused', 5, ['1 refused'])];
	const scene = { rows } as Scene;
	expect(rows.map((one) => placeOf(one, scene))).toEqual([1, 1, 3, 4]);
});
