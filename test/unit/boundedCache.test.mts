import { BoundedCache } from '../../nodes/shared/http/boundedCache';

/** The cache evicts expired entries, and the oldest ones when it is full. */

let now = 0;
beforeAll(() => jest.spyOn(performance, 'now').mockImplementation(() => now));
afterAll(() => jest.restoreAllMocks());

const create = () => new BoundedCache<string, number>({ maxEntries: 3, maxAgeMs: 1000 });

test('an entry expires maxAgeMs after it was set', () => {
	const cache = create();
	cache.set('a', 1);
	now += 999;
	expect(cache.get('a')).toBe(1);
	now += 1;
	expect(cache.get('a')).toBeUndefined();
	expect(cache.size).toBe(0);
});

test('a full cache evicts its oldest entries', () => {
	const cache = create();
	for (const [index, key] of ['a', 'b', 'c', 'a', 'd'].entries()) cache.set(key, index);
	expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual([3, undefined, 2, 4]);
	for (let index = 0; index < 1000; index++) cache.set(`key ${index}`, index);
	expect(cache.size).toBe(3);
});

test('expired entries are evicted even if they are never read again', () => {
	const cache = create();
	cache.set('a', 1);
	cache.set('b', 2);
	now += 2000;
	cache.set('c', 3);
	expect(cache.size).toBe(1);
});

test('an entry can have its own lifetime, or never expire', () => {
	const cache = create();
	cache.set('a', 1, Infinity);
	cache.set('b', 2, 5000);
	now += 4000;
	expect([cache.get('a'), cache.get('b')]).toEqual([1, 2]);
	cache.set('a', 1);
	now += 1000;
	expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
});

test('delete removes a key, optionally only if it holds a given value', () => {
	const cache = create();
	cache.set('a', 1);
	cache.delete('a', 2);
	expect(cache.get('a')).toBe(1);
	cache.delete('a', 1);
	expect(cache.get('a')).toBeUndefined();
	cache.set('b', 2);
	cache.delete('b');
	expect(cache.size).toBe(0);
});
