import fc from 'fast-check';

import { ServiceError } from '../../nodes/shared/http/errors';
import type { Page, PageRead } from '../../nodes/shared/http/pages';
import { readPages } from '../../nodes/shared/http/pages';

/** A service with rows 1 to `count`, sorted by ID, that records its calls. */
function service(count: number, more: { hasTotal?: boolean; addedRows?: number } = {}) {
	const calls: Page[] = [];
	let rows = count;
	const read = async (page: Page): Promise<PageRead> => {
		calls.push(page);
		const from = (page.number - 1) * page.size;
		const size = Math.max(0, Math.min(page.size, rows - from));
		const response = {
			rows: Array.from({ length: size }, (_, index) => ({ id: from + index + 1 })),
			total: more.hasTotal === false ? undefined : rows,
		};
		if (calls.length === 1) rows += more.addedRows ?? 0;
		return response;
	};
	return { calls, read };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

test('reads 2,500 rows in pages of 100 with 25 calls, plus one that returns nothing', async () => {
	const { calls, read } = service(2500);
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(2500));
	expect(calls.map(({ number }) => number)).toEqual(Array.from({ length: 26 }, (_, index) => index + 1));
});

test('reads a limit of 130 with 2 calls of 65 rows, without fetching more than needed', async () => {
	const { calls, read } = service(2500);
	expect(await readPages(read, 100, 130, 2)).toEqual(ids(130));
	expect(calls).toEqual([{ number: 1, size: 65 }, { number: 2, size: 65 }]);
});

test('reads a small limit with one small page', async () => {
	const { calls, read } = service(2500);
	await readPages(read, 100, 1, 2);
	expect(calls).toEqual([{ number: 1, size: 1 }]);
});

test('returns exactly the first rows in as few calls as possible, for any number of rows and any limit', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 0, max: 350 }),
			fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 400 })),
			fc.integer({ min: 1, max: 100 }),
			fc.integer({ min: 1, max: 5 }),
			async (count, limit, size, maxConcurrent) => {
				const { calls, read } = service(count);
				const rows = await readPages(read, size, limit, maxConcurrent);
				expect(rows).toEqual(ids(Math.min(count, limit)));
				// One more page if the last one was full and the limit was not reached.
				expect(calls.length).toBeLessThanOrEqual(Math.ceil(Math.min(count, limit) / size) + 1);
				if (limit <= count) expect(calls).toHaveLength(Math.ceil(limit / size));
			},
		),
	);
});

test('reads until a page is not full if there is no total', async () => {
	const { calls, read } = service(250, { hasTotal: false });
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(250));
	expect(calls).toHaveLength(3);
});

test('reads rows that are added while it runs', async () => {
	const { read } = service(200, { addedRows: 150 });
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(350));
});

test('returns a row once if it moves to the next page', async () => {
	const pages: Record<number, number[]> = { 1: [1, 2, 3], 2: [3, 4, 5], 3: [6] };
	const read = async ({ number }: Page) => ({ rows: pages[number].map((id) => ({ id })), total: 7 });
	expect((await readPages(read, 3, Infinity, 1)).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('fails after two calls if the service repeats a page', async () => {
	let calls = 0;
	const read = async () => {
		calls++;
		return { rows: ids(100), total: 2500 };
	};
	await expect(readPages(read, 100, Infinity, 2)).rejects.toMatchObject({ reason: 'repeatedPage' });
	expect(calls).toBe(2);
});

test('requests no further page after one has failed', async () => {
	let calls = 0;
	const read = async ({ number }: Page) => {
		calls++;
		if (number === 3) throw new ServiceError('unavailable');
		return { rows: [{ id: number }], total: 1000 };
	};
	await expect(readPages(read, 1, Infinity, 2)).rejects.toBeInstanceOf(ServiceError);
	expect(calls).toBeLessThanOrEqual(4);
});

test('reads all rows if the service returns smaller pages than requested', async () => {
	const read = async ({ number }: Page) => ({ rows: ids(90).slice((number - 1) * 20, number * 20), total: 90 });
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(90));
});

test('keeps all rows without an ID', async () => {
	const read = async ({ number }: Page) => ({ rows: number <= 2 ? [{ id: '' }, { name: 'a' }] : [], total: 4 });
	expect(await readPages(read, 2, Infinity, 1)).toHaveLength(4);
});

describe('paging options of a service', () => {
	/** Returns the given pages in order; an error among them is thrown. */
	const respondWith = (...pages: Array<Partial<PageRead> | ServiceError>) => {
		const calls: Page[] = [];
		const read = async (page: Page): Promise<PageRead> => {
			calls.push(page);
			const response = pages[page.number - 1] ?? {};
			if (response instanceof ServiceError) throw response;
			return { rows: [], ...response };
		};
		return { calls, read };
	};
	const rowsNamed = (...names: string[]) => names.map((name) => ({ name }));
	const notFound = () => new ServiceError('notFound');

	test('a page count continues reading after a short page, and never ends it early', async () => {
		const short = respondWith({ rows: rowsNamed('a'), totalPages: 3 }, { rows: rowsNamed('b'), totalPages: 3 }, { rows: rowsNamed('c'), totalPages: 3 });
		expect(await readPages(short.read, 2, Infinity, 1)).toEqual(rowsNamed('a', 'b', 'c'));
		expect(short.calls).toHaveLength(3);
		const full = respondWith({ rows: rowsNamed('a', 'b'), totalPages: 1 }, { rows: rowsNamed('c'), totalPages: 1 });
		expect(await readPages(full.read, 2, Infinity, 1)).toEqual(rowsNamed('a', 'b', 'c'));
	});

	test('isPastEnd treats an error after the last or a short page as the end', async () => {
		const isPastEnd = ({ reason }: ServiceError) => reason === 'notFound';
		await expect(readPages(respondWith({ rows: rowsNamed('a', 'b'), totalPages: 1 }, notFound()).read, 2, Infinity, 1)).rejects.toMatchObject({ reason: 'notFound' });
		for (const first of [{ rows: rowsNamed('a', 'b'), totalPages: 1 }, { rows: rowsNamed('a'), totalPages: 9 }]) {
			expect(await readPages(respondWith(first, notFound()).read, 2, Infinity, 1, { isPastEnd })).toEqual(first.rows);
		}
		const missing = respondWith({ rows: rowsNamed('a', 'b'), totalPages: 2 }, notFound());
		await expect(readPages(missing.read, 2, Infinity, 1, { isPastEnd })).rejects.toMatchObject({ reason: 'notFound' });
		await expect(readPages(respondWith(notFound()).read, 2, Infinity, 1, { isPastEnd })).rejects.toMatchObject({ reason: 'notFound' });
	});

	test('isRepeat recognizes a repeated page without IDs', async () => {
		const isRepeat = (page: PageRead, previous: PageRead) => JSON.stringify(page.rows) === JSON.stringify(previous.rows);
		const twice = (totalPages: number) => respondWith({ rows: rowsNamed('a', 'b'), totalPages }, { rows: rowsNamed('a', 'b'), totalPages }).read;
		expect(await readPages(twice(1), 2, Infinity, 1, { isRepeat })).toEqual(rowsNamed('a', 'b'));
		await expect(readPages(twice(2), 2, Infinity, 1, { isRepeat })).rejects.toMatchObject({ reason: 'repeatedPage' });
	});

	test('hasFixedSize requests full pages only', async () => {
		const { calls, read } = respondWith({ rows: rowsNamed('a', 'b') }, { rows: rowsNamed('c', 'd') });
		expect(await readPages(read, 2, 3, 1, { hasFixedSize: true })).toEqual(rowsNamed('a', 'b', 'c'));
		expect(calls.map(({ size }) => size)).toEqual([2, 2]);
	});

	test('beforeSecondPage is called only if a second page is needed, and can prevent it', async () => {
		const beforeSecondPage = jest.fn(() => { throw new ServiceError('waitTooLong'); });
		const { calls, read } = respondWith({ rows: rowsNamed('a', 'b') }, { rows: rowsNamed('c') });
		await expect(readPages(read, 2, Infinity, 1, { beforeSecondPage })).rejects.toMatchObject({ reason: 'waitTooLong' });
		expect(calls).toHaveLength(1);
		expect(await readPages(respondWith({ rows: rowsNamed('a') }).read, 2, Infinity, 1, { beforeSecondPage })).toEqual(rowsNamed('a'));
		expect(beforeSecondPage).toHaveBeenCalledTimes(1);
	});

	test('onPage receives the first page and every further page with rows, in order', async () => {
		const pages: number[] = [];
		await readPages(respondWith({ rows: rowsNamed('a', 'b') }, { rows: rowsNamed('c', 'd') }, {}).read, 2, Infinity, 1, { onPage: ({ rows }) => pages.push(rows.length) });
		await readPages(respondWith({}).read, 2, Infinity, 1, { onPage: ({ rows }) => pages.push(rows.length) });
		expect(pages).toEqual([2, 2, 0]);
	});
});

describe('a service with cursors', () => {
	/** Returns its pages under their cursors; the first one has none. */
	const following = (pages: Record<string, PageRead>) => {
		const calls: Array<Page['cursor']> = [];
		const read = async ({ cursor }: Page): Promise<PageRead> => {
			calls.push(cursor);
			return pages[cursor ?? 'first'];
		};
		return { calls, read };
	};
	const named = (...names: string[]) => names.map((name) => ({ name }));

	test('each page is read under the cursor of the one before it, until there is none', async () => {
		const { calls, read } = following({ first: { rows: ids(2), next: 'b' }, b: { rows: [{ id: 3 }], next: 'c' }, c: { rows: [{ id: 4 }, { id: 5 }], next: null } });
		expect(await readPages(read, 2, Infinity, 1)).toEqual(ids(5));
		expect(calls).toEqual([undefined, 'b', 'c']);
	});

	test('a full page without a cursor is the last one, an empty one with a cursor is not', async () => {
		const full = following({ first: { rows: ids(2), next: null } });
		expect(await readPages(full.read, 2, Infinity, 1)).toEqual(ids(2));
		expect(full.calls).toHaveLength(1);
		const empty = following({ first: { rows: [], next: 'b' }, b: { rows: ids(1), next: null } });
		expect(await readPages(empty.read, 2, Infinity, 1)).toEqual(ids(1));
	});

	test('pages are read one after the other, whatever the total and the limit of calls at once', async () => {
		let running = 0;
		const read = async ({ number }: Page): Promise<PageRead> => {
			expect(++running).toBe(1);
			await new Promise(setImmediate);
			running--;
			return { rows: [{ id: number }], total: 9, next: number < 9 ? `c${number}` : null };
		};
		expect(await readPages(read, 1, Infinity, 5)).toEqual(ids(9));
	});

	test('no more pages than the limit needs', async () => {
		const { calls, read } = following({ first: { rows: ids(2), next: 'b' }, b: { rows: [{ id: 3 }, { id: 4 }], next: 'c' } });
		expect(await readPages(read, 2, 3, 1)).toEqual(ids(3));
		expect(calls).toHaveLength(2);
	});

	test('a page with a cursor is no mere check, even if the total says that all rows have come', async () => {
		const checks: boolean[] = [];
		const { read } = following({ first: { rows: ids(2), total: 2, next: 'b' }, b: { rows: [{ id: 3 }], total: 2, next: null } });
		expect(await readPages(async (page, isCheck) => (checks.push(isCheck), await read(page)), 2, Infinity, 1)).toEqual(ids(3));
		expect(checks).toEqual([false, false]);
	});

	test.each([
		['the same cursor', { first: { rows: named('a'), next: 'b' }, b: { rows: named('b'), next: 'b' } }],
		['cursors in a circle', { first: { rows: [], next: 'b' }, b: { rows: [], next: 'c' }, c: { rows: [], next: 'b' } }],
		['the same rows under another cursor', { first: { rows: ids(2), next: 'b' }, b: { rows: ids(1), next: 'c' } }],
	])('%s: the reading ends with an error', async (_name, pages) => {
		await expect(readPages(following(pages).read, 2, Infinity, 1)).rejects.toMatchObject({ reason: 'repeatedPage' });
	});
});

test('rows are told apart by the key that the operation names', async () => {
	const pages = [['a', 'b'], ['b', 'c'], []].map((keys) => ({ rows: keys.map((uuid) => ({ uuid, id: 1 })) }));
	const rows = await readPages(async ({ number }) => pages[number - 1], 2, Infinity, 1, { idKey: 'uuid' });
	expect(rows.map(({ uuid }) => uuid)).toEqual(['a', 'b', 'c']);
});
