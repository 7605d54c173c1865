import fc from 'fast-check';

import { ServiceError } from '../../nodes/shared/http/errors';
import type { Page, PageRead } from '../../nodes/shared/http/pages';
import { readPages } from '../../nodes/shared/http/pages';

/** A total is a hint: it never ends the reading, and one that is wrong is told. */

const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

/** A service with rows 1 to `count` that tells any total, and may give fewer rows per page than asked. */
function service(count: number, total: number | ((call: number) => number) | undefined, most = Infinity) {
	const calls: number[] = [];
	let open = 0;
	const figures = { calls, worstAtOnce: 0 };
	const read = async ({ number, size }: Page): Promise<PageRead> => {
		calls.push(number);
		const call = calls.length;
		figures.worstAtOnce = Math.max(figures.worstAtOnce, ++open);
		await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
		open--;
		const rows = Math.min(size, most);
		return {
			rows: ids(count).slice((number - 1) * rows, number * rows),
			total: typeof total === 'function' ? total(call) : total,
		};
	};
	return { figures, read };
}

async function mismatches(count: number, total: number | ((call: number) => number) | undefined, wanted = Infinity, most?: number) {
	const told: Array<{ rows: number; total: number }> = [];
	const { read } = service(count, total, most);
	await readPages(read, 100, wanted, 2, { onMismatch: (one) => told.push(one) });
	return told;
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
])('%i rows and a total of %i: all rows, in %i calls', async (count, total, calls) => {
	const { figures, read } = service(count, total);
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(count));
	expect(figures.calls).toHaveLength(calls);
});

test.each([1e7, 1e13, Number.MAX_VALUE])('a total of %d costs a few calls more, and no memory', async (total) => {
	const { figures, read } = service(250, total);
	expect(await readPages(read, 100, Infinity, 4)).toEqual(ids(250));
	expect(figures.calls.length).toBeLessThanOrEqual(8);
});

test('any rows, totals, limits and page sizes: exactly the first rows, and never a page that the limit does not need', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 0, max: 300 }),
			fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 400 }), fc.constantFrom(1e7, 1e13)),
			fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 400 })),
			fc.integer({ min: 10, max: 100 }),
			fc.integer({ min: 1, max: 5 }),
			async (count, total, wanted, size, atOnce) => {
				const { figures, read } = service(count, total);
				expect(await readPages(read, size, wanted, atOnce)).toEqual(ids(Math.min(count, wanted)));
				expect(figures.worstAtOnce).toBeLessThanOrEqual(atOnce);
				if (wanted < Infinity && !(Number(total) > count)) expect(Math.max(...figures.calls)).toBeLessThanOrEqual(Math.ceil(wanted / size));
				expect(new Set(figures.calls).size).toBe(figures.calls.length);
			},
		),
		{ numRuns: 60 },
	);
});

test('pages that are smaller than asked are read to the end where the total says so', async () => {
	const { figures, read } = service(90, 90, 20);
	expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(90));
	// Four full pages, a short one that brings what the total says.
	expect(figures.calls).toHaveLength(5);
});

test('a short page amid others does not end the reading while the total says more', async () => {
	const pages = [ids(100), ids(190).slice(100), ids(290).slice(190), []];
	const read = async ({ number }: Page) => ({ rows: pages[number - 1], total: 290 });
	expect(await readPages(read, 100, Infinity, 1)).toEqual(ids(290));
});

test('pages are read side by side in a sliding window: a slow page holds up no more than the window', async () => {
	const begun: number[] = [];
	const release: Array<() => void> = [];
	const read = async ({ number, size }: Page) => {
		begun.push(number);
		if (number === 3) await new Promise<void>((resolve) => release.push(resolve));
		return { rows: ids(1000).slice((number - 1) * size, number * size), total: 1000 };
	};
	const reading = readPages(read, 100, Infinity, 3);
	await new Promise((resolve) => setTimeout(resolve, 20));
	expect(begun).toEqual([1, 2, 3, 4, 5]);
	release[0]();
	expect(await reading).toEqual(ids(1000));
	expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test('a failure begins no further page, is the one that is thrown, and leaves nothing behind', async () => {
	const unhandled = jest.fn();
	process.on('unhandledRejection', unhandled);
	try {
		const ended: number[] = [];
		const begun: number[] = [];
		const read = async ({ number, size }: Page) => {
			begun.push(number);
			// Page 4 fails while page 3 is still on its way; the others of the window fail later.
			await new Promise((resolve) => setTimeout(resolve, number === 3 ? 20 : number === 4 ? 5 : number > 4 ? 40 : 0));
			ended.push(number);
			if (number >= 4) throw new ServiceError('unavailable', { status: 500 + number });
			return { rows: ids(1000).slice((number - 1) * size, number * size), total: 1000 };
		};
		await expect(readPages(read, 100, Infinity, 4)).rejects.toMatchObject({ details: { status: 504 } });
		expect(begun).toEqual([1, 2, 3, 4, 5, 6]);
		expect(ended.sort()).toEqual(begun);
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(unhandled).not.toHaveBeenCalled();
	} finally {
		process.off('unhandledRejection', unhandled);
	}
});

describe('ids', () => {
	test('as number and as text are one id', async () => {
		const pages: Record<number, unknown[]> = { 1: [1, '2', 3], 2: ['3', 4, '5'], 3: [5] };
		const read = async ({ number }: Page) => ({ rows: (pages[number] ?? []).map((id) => ({ id })) as PageRead['rows'], total: 7 });
		const rows = await readPages(read, 3, Infinity, 1);
		expect(rows.map(({ id }) => Number(id))).toEqual([1, 2, 3, 4, 5]);
	});

	test('that are objects keep their rows', async () => {
		const read = async ({ number }: Page) => ({ rows: number === 1 ? [{ id: { a: 1 } }, { id: { a: 2 } }] : [], total: 2 });
		expect(await readPages(read, 2, Infinity, 1)).toHaveLength(2);
	});
});

describe('a page that brings nothing new', () => {
	test('ends the reading with a message while rows are missing', async () => {
		const read = async ({ number }: Page) => ({ rows: ids(100).slice(number === 2 ? 50 : 0, number === 2 ? 100 : 50), total: 2500 });
		await expect(readPages(read, 50, Infinity, 1)).rejects.toMatchObject({ reason: 'repeatedPage' });
	});

	test('is the end where the total is here: a service may answer with its last page for all that come behind it', async () => {
		const read = async ({ number }: Page) => ({ rows: ids(200).slice(number === 1 ? 0 : 100, number === 1 ? 100 : 200), total: 200 });
		expect(await readPages(read, 100, Infinity, 2)).toEqual(ids(200));
	});

	test('ends it without ids too, where the total is here', async () => {
		const read = async () => ({ rows: [{ name: 'a' }, { name: 'b' }], total: 2 });
		expect(await readPages(read, 2, Infinity, 2)).toHaveLength(2);
	});
});

describe('a total that disagrees with what came', () => {
	test.each<[string, number, number | ((call: number) => number) | undefined, object[]]>([
		['too small', 250, 100, [{ rows: 250, total: 100 }]],
		['too large', 250, 1e7, [{ rows: 250, total: 1e7 }]],
		['rows where none should be', 40, 0, [{ rows: 40, total: 0 }]],
		['none where rows should be', 0, 500, [{ rows: 0, total: 500 }]],
		['right', 250, 250, []],
		['not told', 250, undefined, []],
		['grown while it was read', 250, (call) => 240 + call * 10, []],
		['shrunk while it was read', 250, (call) => 270 - call * 10, []],
	])('%s', async (_name, count, total, told) => expect(await mismatches(count, total)).toEqual(told));

	test('is told where only some rows were wanted, too, unless there may be any number behind them', async () => {
		expect(await mismatches(250, 100, 130)).toEqual([{ rows: 130, total: 100 }]);
		expect(await mismatches(250, 1e7, 400)).toEqual([{ rows: 250, total: 1e7 }]);
		expect(await mismatches(250, 1e7, 130)).toEqual([]);
		expect(await mismatches(250, undefined, 400)).toEqual([]);
	});

	test('an empty page behind the last one says nothing about it', async () => {
		const read = async ({ number }: Page) => ({ rows: number === 1 ? ids(100) : [], total: number === 1 ? 100 : 0 });
		const onMismatch = jest.fn();
		await readPages(read, 100, Infinity, 2, { onMismatch });
		expect(onMismatch).not.toHaveBeenCalled();
	});
});
