import fc from 'fast-check';

import { findRecord } from '../../nodes/shared/http/findRecord';
import type { Page, PageRead } from '../../nodes/shared/http/pages';

/** Finding one record in the pages of a list, with services that do not always tell the truth. */

interface Habits {
	/** The total that is reported, from the true one. */
	total?: (count: number) => number | undefined;
	/** Rows that the service returns at most, whatever is asked for. */
	mostRows?: number;
	/** Whether the order that was asked for is ignored. */
	isAscending?: boolean;
	/** Whether numbers after the last page return the last page. */
	repeatsLast?: boolean;
	/** What happens to the IDs before each read but the first. */
	change?: (ids: number[]) => number[];
}

/** A service with records of these IDs, the highest first. */
function service(all: number[], { total = (count) => count, mostRows = Infinity, isAscending, repeatsLast, change }: Habits = {}) {
	let ids = [...all].sort((a, b) => b - a);
	const calls: Page[] = [];
	const read = async (page: Page): Promise<PageRead> => {
		if (change && calls.length > 0) ids = change(ids).sort((a, b) => b - a);
		calls.push(page);
		const size = Math.min(page.size, mostRows);
		const number = repeatsLast ? Math.min(page.number, Math.max(1, Math.ceil(ids.length / size))) : page.number;
		const order = isAscending ? [...ids].reverse() : ids;
		return { rows: order.slice((number - 1) * size, number * size).map((id) => ({ id })), total: total(ids.length) };
	};
	return { read, calls };
}

const upTo = (count: number, step = 1) => Array.from({ length: count }, (_, index) => (index + 1) * step);

test.each([
	['one of the newest 1,000', 9_500, 1],
	['any other', 1, 5],
	['one in the middle', 5_000, 5],
	['an ID that is too high', 10_001, 1],
])('of 10,000 cards, %s costs few calls', async (_what, id, most) => {
	const { read, calls } = service(upTo(10_000));
	expect(await findRecord(read, 1000, String(id))).toEqual(id > 10_000 ? undefined : { id });
	expect(calls.length).toBeLessThanOrEqual(most);
	expect(calls.every(({ size }) => size === 1000)).toBe(true);
});

test('every record is found, and nothing else, whatever the total says', async () => {
	const totals: Array<Habits['total']> = [undefined, () => undefined, () => 0, (count) => Math.floor(count / 2), (count) => count * 3 + 50];
	await fc.assert(
		fc.asyncProperty(
			fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 120 }), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 2, max: 30 }),
			fc.constantFrom(...totals), fc.boolean(), fc.boolean(),
			async (ids, id, size, total, isAscending, repeatsLast) => {
				const { read, calls } = service(ids, { total, isAscending, repeatsLast: repeatsLast && !isAscending });
				expect(await findRecord(read, size, String(id))).toEqual(ids.includes(id) ? { id } : undefined);
				if (total === undefined && !isAscending) expect(calls.length).toBeLessThanOrEqual(3 + Math.ceil(Math.log2(Math.max(1, ids.length / size)) + 1));
			},
		),
		{ numRuns: 2000 },
	);
});

test('a service that returns fewer rows than it is asked for', async () => {
	for (const id of [1, 37, 100, 250]) expect(await findRecord(service(upTo(250), { mostRows: 20 }).read, 100, String(id))).toEqual({ id });
	expect(await findRecord(service(upTo(250, 2), { mostRows: 20 }).read, 100, '101')).toBeUndefined();
});

test('IDs that are texts', async () => {
	const read = async () => ({ rows: [{ id: '12' }, { id: '7' }], total: 2 });
	expect(await findRecord(read, 10, '7')).toEqual({ id: '7' });
});

test.each([
	['adds records', (ids: number[]) => [...ids, Math.max(...ids) + 1]],
	['deletes records', (ids: number[]) => ids.filter((id) => id !== Math.max(...ids))],
])('a record is found while someone else %s', async (_what, change) => {
	for (let id = 1; id <= 60; id++) {
		const { read } = service(upTo(70), { change });
		expect(await findRecord(read, 10, String(id))).toEqual({ id });
	}
});
