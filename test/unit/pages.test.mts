import fc from 'fast-check';

import { ServiceError } from '../../nodes/shared/http/errors';
import type { Page, PageRead } from '../../nodes/shared/http/pages';
import { readPages } from '../../nodes/shared/http/pages';

/** A service that holds rows 1 to `count`, sorted by id, and counts its calls. */
function service(count: number, more: { tellsTotal?: boolean; grows?: number } = {}) {
	const calls: Page[] = [];
	let rows = count;
	const read = async (page: Page): Promise<PageRead> => {
		calls.push(page);
		const from = (page.number - 1) * page.size;
		const size = Math.max(0, Math.min(page.size, rows - from));
		const answer = {
			rows: Array.from({ length: size }, (_, index) => ({ id: from + index + 1 })),
			total: more.tellsTotal === false ? undefined : rows,
		};
		if (calls.length === 1) rows += more.grows ?? 0;
		return answer;
	};
	return { calls, read };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

test('2,500 rows in pages of 100 are 25 calls, and one that finds no more', async () => {
	const { calls, read } = service(2500);
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(2500));
	expect(calls.map(({ number }) => number)).toEqual(Array.from({ length: 26 }, (_, index) => index + 1));
});

test('a limit of 130 in pages of at most 100 is 130 rows in 2 calls, none fetched in vain', async () => {
	const { calls, read } = service(2500);
	expect(await readPages(read, 100, 130, 2)).toEqual(ids(130));
	expect(calls).toEqual([{ number: 1, size: 65 }, { number: 2, size: 65 }]);
});

test('a small limit is one small page', async () => {
	const { calls, read } = service(2500);
	await readPages(read, 100, 1, 2);
	expect(calls).toEqual([{ number: 1, size: 1 }]);
});

test('any number of rows and any limit: exactly the first rows, in as few calls as can be', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 0, max: 350 }),
			fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 400 })),
			fc.integer({ min: 1, max: 100 }),
			fc.integer({ min: 1, max: 5 }),
			async (count, wanted, size, atOnce) => {
				const { calls, read } = service(count);
				const rows = await readPages(read, size, wanted, atOnce);
				expect(rows).toEqual(ids(Math.min(count, wanted)));
				// A page more, where the last one was full and more rows were wanted.
				expect(calls.length).toBeLessThanOrEqual(Math.ceil(Math.min(count, wanted) / size) + 1);
				if (wanted <= count) expect(calls).toHaveLength(Math.ceil(wanted / size));
			},
		),
	);
});

test('without a total it reads until a page is not full', async () => {
	const { calls, read } = service(250, { tellsTotal: false });
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(250));
	expect(calls).toHaveLength(3);
});

test('rows that are added meanwhile are read too', async () => {
	const { read } = service(200, { grows: 150 });
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(350));
});

test('rows that slide to the next page come out once', async () => {
	const pages: Record<number, number[]> = { 1: [1, 2, 3], 2: [3, 4, 5], 3: [6] };
	const read = async ({ number }: Page) => ({ rows: pages[number].map((id) => ({ id })), total: 7 });
	expect((await readPages(read, 3, Infinity, 1)).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a page that comes twice ends the reading after two calls', async () => {
	let calls = 0;
	const read = async () => {
		calls++;
		return { rows: ids(100), total: 2500 };
	};
	await expect(readPages(read, 100, Infinity, 2)).rejects.toMatchObject({ reason: 'repeatedPage' });
	expect(calls).toBe(2);
});

test('after a page that fails no further page is begun', async () => {
	let calls = 0;
	const read = async ({ number }: Page) => {
		calls++;
		if (number === 3) throw new ServiceError('unavailable');
		return { rows: [{ id: number }], total: 1000 };
	};
	await expect(readPages(read, 1, Infinity, 2)).rejects.toBeInstanceOf(ServiceError);
	expect(calls).toBeLessThanOrEqual(4);
});

test('a service whose pages are smaller than asked is read to its end', async () => {
	const read = async ({ number }: Page) => ({ rows: ids(90).slice((number - 1) * 20, number * 20), total: 90 });
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(90));
});

test('rows without an id are all kept', async () => {
	const read = async ({ number }: Page) => ({ rows: number <= 2 ? [{ id: '' }, { name: 'a' }] : [], total: 4 });
	expect(await readPages(read, 2, Infinity, 1)).toHaveLength(4);
});

describe('a service with rules of its own', () => {
	/** Answers its pages in order; an error in the place of a page is thrown. */
	const answering = (...pages: Array<Partial<PageRead> | ServiceError>) => {
		const calls: Page[] = [];
		const read = async (page: Page): Promise<PageRead> => {
			calls.push(page);
			const answer = pages[page.number - 1] ?? {};
			if (answer instanceof ServiceError) throw answer;
			return { rows: [], ...answer };
		};
		return { calls, read };
	};
	const named = (...names: string[]) => names.map((name) => ({ name }));
	const notFound = () => new ServiceError('notFound');

	test('a count of pages says that there are more after a short one, and never ends the reading', async () => {
		const short = answering({ rows: named('a'), totalPages: 3 }, { rows: named('b'), totalPages: 3 }, { rows: named('c'), totalPages: 3 });
		expect(await readPages(short.read, 2, Infinity, 1)).toEqual(named('a', 'b', 'c'));
		expect(short.calls).toHaveLength(3);
		const full = answering({ rows: named('a', 'b'), totalPages: 1 }, { rows: named('c'), totalPages: 1 });
		expect(await readPages(full.read, 2, Infinity, 1)).toEqual(named('a', 'b', 'c'));
	});

	test('an error after the last page of the count, or after a short one, can be the end', async () => {
		const isPastEnd = ({ reason }: ServiceError) => reason === 'notFound';
		await expect(readPages(answering({ rows: named('a', 'b'), totalPages: 1 }, notFound()).read, 2, Infinity, 1)).rejects.toMatchObject({ reason: 'notFound' });
		for (const first of [{ rows: named('a', 'b'), totalPages: 1 }, { rows: named('a'), totalPages: 9 }]) {
			expect(await readPages(answering(first, notFound()).read, 2, Infinity, 1, { isPastEnd })).toEqual(first.rows);
		}
		const missing = answering({ rows: named('a', 'b'), totalPages: 2 }, notFound());
		await expect(readPages(missing.read, 2, Infinity, 1, { isPastEnd })).rejects.toMatchObject({ reason: 'notFound' });
		await expect(readPages(answering(notFound()).read, 2, Infinity, 1, { isPastEnd })).rejects.toMatchObject({ reason: 'notFound' });
	});

	test('a repeated page may be recognized by other means than ids', async () => {
		const isRepeat = (page: PageRead, previous: PageRead) => JSON.stringify(page.rows) === JSON.stringify(previous.rows);
		const twice = (totalPages: number) => answering({ rows: named('a', 'b'), totalPages }, { rows: named('a', 'b'), totalPages }).read;
		expect(await readPages(twice(1), 2, Infinity, 1, { isRepeat })).toEqual(named('a', 'b'));
		await expect(readPages(twice(2), 2, Infinity, 1, { isRepeat })).rejects.toMatchObject({ reason: 'repeatedPage' });
	});

	test('pages may have a fixed size', async () => {
		const { calls, read } = answering({ rows: named('a', 'b') }, { rows: named('c', 'd') });
		expect(await readPages(read, 2, 3, 1, { hasFixedSize: true })).toEqual(named('a', 'b', 'c'));
		expect(calls.map(({ size }) => size)).toEqual([2, 2]);
	});

	test('the first page is shown before a second one is requested, and only then', async () => {
		const beforeSecondPage = jest.fn(() => { throw new ServiceError('waitTooLong'); });
		const { calls, read } = answering({ rows: named('a', 'b') }, { rows: named('c') });
		await expect(readPages(read, 2, Infinity, 1, { beforeSecondPage })).rejects.toMatchObject({ reason: 'waitTooLong' });
		expect(calls).toHaveLength(1);
		expect(await readPages(answering({ rows: named('a') }).read, 2, Infinity, 1, { beforeSecondPage })).toEqual(named('a'));
		expect(beforeSecondPage).toHaveBeenCalledTimes(1);
	});

	test('its pages are handed over in order: the first, and those after it that hold rows', async () => {
		const pages: number[] = [];
		await readPages(answering({ rows: named('a', 'b') }, { rows: named('c', 'd') }, {}).read, 2, Infinity, 1, { onPage: ({ rows }) => pages.push(rows.length) });
		await readPages(answering({}).read, 2, Infinity, 1, { onPage: ({ rows }) => pages.push(rows.length) });
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
