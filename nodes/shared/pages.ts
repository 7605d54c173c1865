import type { IDataObject } from 'n8n-workflow';

import { Trouble } from './errors';

export interface Page {
	/** From 1. */
	number: number;
	/** Rows per page. */
	size: number;
}

export interface PageRead {
	rows: IDataObject[];
	/** Count of all rows, where the service tells. */
	total?: number;
}

/**
 * Reads the rows of all pages, or of as many as are wanted: none twice, none skipped.
 * The first page tells how many there are; after the second, the others run side by side. Pages
 * that come to be meanwhile are read too.
 * @param wanted number of rows, or Infinity
 * @param atOnce pages read side by side
 * @throws {Trouble} `repeatedPage`
 */
export async function readPages(
	read: (page: Page) => Promise<PageRead>,
	maxSize: number,
	wanted: number,
	atOnce: number,
	_onMismatch?: (told: { rows: number; total: number }) => void,
): Promise<IDataObject[]> {
	// All pages have the same size, so the limit is spread evenly: 130 rows are 2 pages of 65.
	const size = wanted === Infinity ? maxSize : Math.ceil(wanted / Math.ceil(wanted / maxSize));
	const rows = new Map<unknown, IDataObject>();
	let number = 0;
	let latest: PageRead = { rows: [] };
	let latestIds = '';
	/** Rows of a full page: a service may give fewer than it was asked for. */
	let full = size;

	const add = (page: PageRead) => {
		const ids = JSON.stringify(page.rows.map((row) => row?.id));
		if (page.rows.some(hasId) && ids === latestIds) throw new Trouble('repeatedPage');
		for (const row of page.rows) rows.set(hasId(row) ? row.id : Symbol('row without id'), row);
		if (number++ === 0 && page.total !== undefined && page.rows.length < Math.min(size, page.total)) full = page.rows.length;
		latest = page;
		latestIds = ids;
	};
	const isMore = () => {
		const { rows: { length }, total } = latest;
		return rows.size < wanted && (total === undefined ? length === size : length > 0 && number * full < total);
	};

	add(await read({ number: 1, size }));
	while (isMore()) {
		const known = number === 1 ? 2 : Math.ceil(Math.min(wanted, latest.total ?? 0) / full);
		const numbers = range(number + 1, Math.max(number + 1, known));
		const pages = await sideBySide(numbers, atOnce, async (next) => await read({ number: next, size }));
		pages.forEach(add);
	}
	return [...rows.values()].slice(0, wanted);
}

const hasId = (row: IDataObject | null) => row?.id !== undefined && row.id !== null && row.id !== '';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Results in the order of the numbers; after a failure no further one is begun. */
async function sideBySide<Result>(
	numbers: number[],
	atOnce: number,
	work: (number: number) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	let next = 0;
	const stop = (reason: unknown) => {
		next = numbers.length;
		throw reason;
	};
	const worker = async () => {
		while (next < numbers.length) {
			const index = next++;
			results[index] = (await work(numbers[index]).catch(stop)) as Result;
		}
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
	return results;
}
