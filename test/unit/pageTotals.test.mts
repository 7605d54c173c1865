import fc from 'fast-check';

import { ServiceError } from '../../nodes/shared/http/errors';
import type { Page, PageRead } from '../../nodes/shared/http/pages';
import { readPages } from '../../nodes/shared/http/pages';

/** The total of a service is only a hint: it never ends the reading, and a wrong one is reported. */

const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

/** A service with rows 1 to `count` that reports any total, and may return fewer rows per page than requested. */
function service(count: number, total: number | ((call: number) => number) | undefined, maxPageSize = Infinity) {
	const calls: number[] = [];
	let running = 0;
	const figures = { calls, peakConcurrent: 0 };
	const read = async ({ number, size }: Page): Promise<PageRead> => {
		calls.push(number);
		const call = calls.length;
		figures.peakConcurrent = Math.max(figures.peakConcurrent, ++running);
		await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
		running--;
		const rows = Math.min(size, maxPageSize);
		return {
			rows: ids(count).slice((number - 1) * rows, number * rows),
			total: typeof total === 'function' ? total(call) : total,
		};
	};
	return { figures, read };
}

async function mismatches(count: number, total: number | ((call: number) => number) | undefined, limit = Infinity, maxPageSize?: number) {
	const reported: Array<{ rows: number; total: number }> = [];
	const { read } = service(count, total, maxPageSize);
	await readPages(read, 100, limit, 2, { onMismatch: (one) => reported.push(one) });
	return reported;
}

test.each([
	[250, 100, 3],
	[250, 0, 3],
	[250, 250, 3],
	[200, 200, 3],
	[200, 150, 3],
	[100, 1, 2],
	[0, 0, 1],
	[0, 500, 1],
	[40, 500, 2],
])('reads all %i rows with a total of %i in %i calls', async (count, total, calls) => {
	const { figures, read } = service(count, total);
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(count));
	expect(figures.calls).toHaveLength(calls);
});

test.each([1e7, 1e13, Number.MAX_VALUE])('a wrong total of %d costs only a few extra calls', async (total) => {
	const { figures, read } = service(250, total);
	expect(await readPages(read, 100, Infinity, 4)).toEqual(ids(250));
	expect(figures.calls.length).toBeLessThanOrEqual(8);
});

test('returns exactly the first rows, and requests no page beyond the limit, for any rows, totals, limits and page sizes', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 0, max: 300 }),
			fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 400 }), fc.constantFrom(1e7, 1e13)),
			fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 400 })),
			fc.integer({ min: 10, max: 100 }),
			fc.integer({ min: 1, max: 5 }),
			async (count, total, limit, size, maxConcurrent) => {
				const { figures, read } = service(count, total);
				expect(await readPages(read, size, limit, maxConcurrent)).toEqual(ids(Math.min(count, limit)));
				expect(figures.peakConcurrent).toBeLessThanOrEqual(maxConcurrent);
				if (limit < Infinity && !(Number(total) > count)) expect(Math.max(...figures.calls)).toBeLessThanOrEqual(Math.ceil(limit / size));
				expect(new Set(figures.calls).size).toBe(figures.calls.length);
			},
		),
		{ numRuns: 60 },
	);
});

test('reads on after smaller pages than requested while the total is not reached', async () => {
	const { figures, read } = service(90, 90, 20);
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(90));
	// Four full pages, and a short one that completes the total.
	expect(figures.calls).toHaveLength(5);
});

test('a short page does not end the reading while the total is not reached', async () => {
	const pages = [ids(100), ids(190).slice(100), ids(290).slice(190), []];
	const read = async ({ number }: Page) => ({ rows: pages[number - 1], total: 290 });
	expect(await readPages(read, 100, Infinity, 1)).toEqual(ids(290));
});

test('reads pages concurrently in a sliding window, so that a slow page only holds up the window', async () => {
	const requestedPages: number[] = [];
	const release: Array<() => void> = [];
	const read = async ({ number, size }: Page) => {
		requestedPages.push(number);
		if (number === 3) await new Promise<void>((resolve) => release.push(resolve));
		return { rows: ids(1000).slice((number - 1) * size, number * size), total: 1000 };
	};
	const reading = readPages(read, 100, Infinity, 3);
	await new Promise((resolve) => setTimeout(resolve, 20));
	expect(requestedPages).toEqual([1, 2, 3, 4, 5]);
	release[0]();
	expect(await reading).toEqual(ids(1000));
	expect(requestedPages).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test('throws the first failure, requests no further page and leaves no unhandled rejection', async () => {
	const unhandled = jest.fn();
	process.on('unhandledRejection', unhandled);
	try {
		const ended: number[] = [];
		const requestedPages: number[] = [];
		const read = async ({ number, size }: Page) => {
			requestedPages.push(number);
			// Page 4 fails while page 3 is still in flight; the rest of the window fails later.
			await new Promise((resolve) => setTimeout(resolve, number === 3 ? 20 : number === 4 ? 5 : number > 4 ? 40 : 0));
			ended.push(number);
			if (number >= 4) throw new ServiceError('unavailable', { status: 500 + number });
			return { rows: ids(1000).slice((number - 1) * size, number * size), total: 1000 };
		};
		await expect(readPages(read, 100, Infinity, 4)).rejects.toMatchObject({ details: { status: 504 } });
		expect(requestedPages).toEqual([1, 2, 3, 4, 5, 6]);
		expect(ended.sort()).toEqual(requestedPages);
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(unhandled).not.toHaveBeenCalled();
	} finally {
		process.off('unhandledRejection', unhandled);
	}
});

describe('IDs', () => {
	test('are the same as a number and as text', async () => {
		const pages: Record<number, unknown[]> = { 1: [1, '2', 3], 2: ['3', 4, '5'], 3: [5] };
		const read = async ({ number }: Page) => ({ rows: (pages[number] ?? []).map((id) => ({ id })) as PageRead['rows'], total: 7 });
		const rows = await readPages(read, 3, Infinity, 1);
		expect(rows.map(({ id }) => Number(id))).toEqual([1, 2, 3, 4, 5]);
	});

	test('that are objects do not remove rows', async () => {
		const read = async ({ number }: Page) => ({ rows: number === 1 ? [{ id: { a: 1 } }, { id: { a: 2 } }] : [], total: 2 });
		expect(await readPages(read, 2, Infinity, 1)).toHaveLength(2);
	});
});

describe('a page without new rows', () => {
	test('is an error while the total is not reached', async () => {
		const read = async ({ number }: Page) => ({ rows: ids(100).slice(number === 2 ? 50 : 0, number === 2 ? 100 : 50), total: 2500 });
		await expect(readPages(read, 50, Infinity, 1)).rejects.toMatchObject({ reason: 'repeatedPage' });
	});

	test('is the end once the total is reached, since a service may repeat its last page', async () => {
		const read = async ({ number }: Page) => ({ rows: ids(200).slice(number === 1 ? 0 : 100, number === 1 ? 100 : 200), total: 200 });
		expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(200));
	});

	test('is also the end for rows without IDs once the total is reached', async () => {
		const read = async () => ({ rows: [{ name: 'a' }, { name: 'b' }], total: 2 });
		expect(await readPages(read, 2, Infinity, 2)).toHaveLength(2);
	});
});

describe('onMismatch', () => {
	test.each<[string, number, number | ((call: number) => number) | undefined, object[]]>([
		['too small', 250, 100, [{ rows: 250, total: 100 }]],
		['too large', 250, 1e7, [{ rows: 250, total: 1e7 }]],
		['0 although there are rows', 40, 0, [{ rows: 40, total: 0 }]],
		['above 0 although there are no rows', 0, 500, [{ rows: 0, total: 500 }]],
		['correct', 250, 250, []],
		['not reported', 250, undefined, []],
		['growing during the run', 250, (call) => 240 + call * 10, []],
		['shrinking during the run', 250, (call) => 270 - call * 10, []],
	])('with a total that is %s', async (_name, count, total, reported) => expect(await mismatches(count, total)).toEqual(reported));

	test('is also called with a limit, unless there may be more rows beyond it', async () => {
		expect(await mismatches(250, 100, 130)).toEqual([{ rows: 130, total: 100 }]);
		expect(await mismatches(250, 1e7, 400)).toEqual([{ rows: 250, total: 1e7 }]);
		expect(await mismatches(250, 1e7, 130)).toEqual([]);
		expect(await mismatches(250, undefined, 400)).toEqual([]);
	});

	test('ignores the total of an empty page after the last one', async () => {
		const read = async ({ number }: Page) => ({ rows: number === 1 ? ids(100) : [], total: number === 1 ? 100 : 0 });
		const onMismatch = jest.fn();
		await readPages(read, 100, Infinity, 2, { onMismatch });
		expect(onMismatch).not.toHaveBeenCalled();
	});
});
