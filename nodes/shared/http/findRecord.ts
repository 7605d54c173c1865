/** Finds one record by its ID in a list that has numbered pages, but no filter by ID. */

import type { IDataObject } from 'n8n-workflow';

import type { Page, PageRead } from './pages';
import { readPages } from './pages';

/** When a page was read, counted in reads. */
type ReadOrder = Map<number, number>;

/**
 * Searches pages that are sorted by ID, the highest first: new records are found in the first page, others by halving
 * the pages that are left. A total that is wrong or missing only makes it take longer.
 * @param read reads one page
 * @param maxSize rows of a page
 * @returns nothing if there is no record with this ID
 */
export async function findRecord(read: (page: Page) => Promise<PageRead>, maxSize: number, id: string): Promise<IDataObject | undefined> {
	const wanted = Number(id);
	const readAt: ReadOrder = new Map();
	/** The pages that may have it. */
	let [first, last] = [1, Infinity];
	let fullSize = maxSize;
	let lowest = Infinity;
	for (let number = 1; first <= last; ) {
		const { rows, total = 0 } = await read({ number, size: maxSize });
		readAt.set(number, readAt.size);
		const found = rowWithId(rows, id);
		if (found) return found;
		const ids = rows.map((row) => Number(row.id));
		if (!isDescending(ids)) return rowWithId(await readPages(read, maxSize, Infinity, 1), id);
		const [newest = 0, oldest = 0] = [ids[0], ids.at(-1)];
		// Some services return fewer rows than they are asked for.
		if (number === 1 && rows.length < Math.min(maxSize, total)) fullSize = rows.length;
		if (rows.length === 0 || wanted > newest) last = number - 1;
		else if (wanted > oldest) return undefined;
		else {
			// Some services return their last page for every number after it.
			const isLast = rows.length < fullSize || oldest >= lowest;
			lowest = Math.min(lowest, oldest);
			first = number + 1;
			if (isLast) last = number;
		}
		const end = Math.min(last, Math.ceil(total / fullSize));
		number = end >= first ? Math.floor((first + end) / 2) : first;
	}
	const earlier = readEarlier(readAt, last, first);
	return earlier === undefined ? undefined : rowWithId((await read({ number: earlier, size: maxSize })).rows, id);
}

const rowWithId = (rows: IDataObject[], id: string) => rows.find((row) => String(row.id) === id);

const isDescending = (ids: number[]) => ids.every((id, index) => index === 0 || id < (ids[index - 1] ?? NaN)) && !ids.some(Number.isNaN);

/** Of two pages with nothing between them, the one that was read first: a row may have moved there since. */
function readEarlier(readAt: ReadOrder, one: number, other: number): number | undefined {
	const [oneAt, otherAt] = [readAt.get(one), readAt.get(other)];
	if (oneAt === undefined || otherAt === undefined) return undefined;
	return oneAt < otherAt ? one : other;
}
