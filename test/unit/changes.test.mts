/** How HotProfile Trigger reads lists that change while they are read, against a list in memory. */
import type { IDataObject } from 'n8n-workflow';

import { nextPage, readChanges } from '../../nodes/HotProfile/trigger/changes';
import type { PollState } from '../../nodes/HotProfile/trigger/state';
import { before, japanTimeAt, parseJapanTime } from '../../nodes/HotProfile/trigger/times';
import type { Page } from '../../nodes/shared/http/pages';
import { Random } from '../../sandbox/random.mts';

const TIME = japanTimeAt(Date.now() - 3_600_000);
const row = (id: number, updated_at = TIME): IDataObject => ({ id, created_at: TIME, updated_at });
const rowsOf = (...ids: number[]) => ids.map((id) => row(id));
const idsTo = (count: number) => Array.from({ length: count }, (_, index) => 10 * (index + 1));
const all = (): PollState => ({ watches: '', since: '', seen: {} });

/** Reads a list to its end, in polls of so many pages. */
async function readAll(list: () => IDataObject[], { pageSize = 100, pagesPerPoll = Infinity, afterPage = () => {}, total = true, cap = Infinity } = {}) {
	let state = all();
	const come: number[] = [];
	let pages = 0;
	for (let polls = 0; polls < 200; polls++) {
		let left = pagesPerPoll;
		const read = async ({ number, size }: Page) => {
			const real = Math.min(size, cap);
			const rows = list().slice((number - 1) * real, number * real);
			pages++;
			const answer = { rows, total: total ? list().length : undefined };
			afterPage();
			return answer;
		};
		const result = await readChanges(state, { triggerOn: 'created', pageSize, isFirst: false, mayContinue: () => --left > 0, read });
		// As n8n stores it.
		state = JSON.parse(JSON.stringify(result.state)) as PollState;
		come.push(...result.rows.map(({ id }) => Number(id)));
		if (result.error !== undefined) throw result.error;
		if (!state.reading) return { come, pages, state };
	}
	throw new Error('the list has no end');
}

test.each([1, 2, 99, 100, 101, 199, 250, 1000, 12_345])('%i rows come once each, in about as many pages as they need', async (count) => {
	const ids = idsTo(count);
	for (const pagesPerPoll of [Infinity, 1, 3]) {
		if (count > 5000 && pagesPerPoll < Infinity) continue;
		const { come, pages } = await readAll(() => rowsOf(...ids), { pagesPerPoll });
		expect(come).toEqual(ids);
		expect(pages).toBeLessThanOrEqual(Math.ceil(count / 85) + 1);
	}
});

test('a page begins with the last row of those before it, and reaches as far as it can', () => {
	for (const most of [50, 100, 1000]) {
		for (let rowsRead = 1; rowsRead < 40 * most; rowsRead += 37) {
			const { number, size } = nextPage({ rowsRead }, most);
			expect(size).toBeLessThanOrEqual(most);
			expect((number - 1) * size).toBeLessThan(rowsRead);
			expect(number * size).toBeGreaterThan(rowsRead + most / 3);
		}
	}
});

test.each([1, 2, 3, 4, 5, 6])('rows that leave the list, or come into it, while it is read: all others come once (seed %i)', async (seed) => {
	const random = new Random(seed);
	let list = idsTo(1500);
	const gone = new Set<number>();
	const late = new Set<number>();
	let pages = 0;
	const afterPage = () => {
		if (++pages % 3 !== 0 || pages > 30) return;
		const leaving = new Set(Array.from({ length: random.whole(0, 120) }, () => random.pick(list)));
		for (const id of leaving) gone.add(id);
		const coming = Array.from({ length: random.whole(0, 150) }, () => random.pick(list) + random.whole(1, 9));
		for (const id of coming) late.add(id);
		list = [...new Set([...list.filter((id) => !leaving.has(id)), ...coming])].sort((one, other) => one - other);
	};
	const { come } = await readAll(() => rowsOf(...list), { afterPage, pagesPerPoll: seed % 2 ? 2 : Infinity });
	expect(new Set(come).size).toBe(come.length);
	const due = idsTo(1500).filter((id) => !gone.has(id));
	expect(due.filter((id) => !come.includes(id))).toEqual([]);
	expect(come.filter((id) => id % 10 !== 0 && !late.has(id))).toEqual([]);
});

test('a service that returns fewer rows than asked for, and one without totals', async () => {
	expect((await readAll(() => rowsOf(...idsTo(330)), { cap: 40 })).come).toEqual(idsTo(330));
	expect((await readAll(() => rowsOf(...idsTo(330)), { total: false })).come).toEqual(idsTo(330));
});

const readOnce = async (pages: IDataObject[][], state = all()) =>
	await readChanges(state, { triggerOn: 'updated', pageSize: 3, isFirst: false, mayContinue: () => true, read: async () => ({ rows: pages.shift() ?? [] }) });

test.each([
	['the same page again', [rowsOf(1, 2, 3), rowsOf(1, 2)], 'repeatedPage'],
	['rows in another order', [rowsOf(3, 2, 1)], 'unexpectedResponse'],
	['a row without its update time', [[{ id: 1, created_at: TIME, updated_at: '' }]], 'unexpectedResponse'],
	['a row without an ID', [[{ created_at: TIME, updated_at: TIME }]], 'unexpectedResponse'],
])('%s is an error, not a loss', async (_name, pages, reason) => {
	expect((await readOnce(pages)).error).toMatchObject({ reason });
});

test('rows of a single page may come in any order, and leave in the order of their changes', async () => {
	const [first, second] = [japanTimeAt(Date.now() - 60_000), japanTimeAt(Date.now() - 30_000)];
	const { rows, error } = await readOnce([[row(7, second), row(3, first)]]);
	expect(error).toBeUndefined();
	expect(rows.map(({ id }) => id)).toEqual([3, 7]);
});

test('what is remembered are only the last minutes before the latest change', async () => {
	const now = japanTimeAt(Date.now() - 20_000);
	const { state } = await readOnce([[row(1, TIME), row(2, now)]]);
	expect(state).toEqual({ watches: '', since: before(now, 300_000), seen: { 2: now } });
});

test('times are read in both of the forms that HotProfile has', () => {
	expect(parseJapanTime('2026/04/30 09:30:00')).toBe('2026/04/30 09:30:00');
	expect(parseJapanTime('2026/04/30')).toBe('2026/04/30 00:00:00');
	expect(parseJapanTime('2026-04-30T00:30:00Z')).toBe('2026/04/30 09:30:00');
	expect([parseJapanTime(''), parseJapanTime(null), parseJapanTime('soon')]).toEqual([undefined, undefined, undefined]);
});
