import type { IDataObject } from 'n8n-workflow';

import { ServiceError } from './errors';

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

export interface PageOptions {
	/** Called once all rows are read, where the service's total is another count than theirs. */
	onMismatch?: (told: { rows: number; total: number }) => void;
	/** Called where there was no time to look behind the last row of the total. */
	onUnchecked?: (rows: number) => void;
}

/**
 * Reads one page.
 * @param isCheck whether all rows of the total are here already: this page only makes sure of it, and may be
 * refused as `retryLater`
 */
export type ReadPage = (page: Page, isCheck: boolean) => Promise<PageRead>;

/**
 * Reads the rows of all pages, or of as many as are wanted: none twice, none skipped.
 * A page that is short or empty is the last one. The service's total never ends the reading: it only says
 * how far pages can be read side by side, and that there may be more behind a short page.
 * @param wanted number of rows, or Infinity
 * @param atOnce pages read side by side, from the third on
 * @throws {ServiceError} `repeatedPage`, or what a page failed with
 */
export async function readPages(
	read: ReadPage,
	maxSize: number,
	wanted: number,
	atOnce: number,
	{ onMismatch, onUnchecked }: PageOptions = {},
): Promise<IDataObject[]> {
	// All pages have the same size, so the limit is spread evenly: 130 rows are 2 pages of 65.
	const size = wanted === Infinity ? maxSize : Math.ceil(wanted / Math.ceil(wanted / maxSize));
	const rows = new Map<unknown, IDataObject>();
	/** The service's totals: the latest one, and the bounds of all, since others may add rows meanwhile. */
	const totals = { latest: 0, least: Infinity, most: -Infinity };
	/** Rows of a full page: a service may give fewer than it was asked for. */
	let full = size;
	let taken = 0;
	let begun = 0;
	let hasFailed = false;
	/** Pages that are begun and not yet taken, in order. */
	const underWay: Array<Promise<PageRead>> = [];
	/** The latest page's rows without an id. */
	let nameless = new Set<string>();

	/** Whether all rows of the total are here. */
	const isComplete = () => totals.least !== Infinity && rows.size >= totals.latest;
	const begin = () => {
		const page = read({ number: ++begun, size }, isComplete());
		page.catch(() => (hasFailed = true));
		underWay.push(page);
	};
	const isKnown = (row: IDataObject) => (hasId(row) ? rows.has(String(row.id)) : nameless.has(JSON.stringify(row)));
	/** Keeps the rows of the next page, and says whether there may be more. */
	const take = ({ rows: received, total }: PageRead): boolean => {
		const { length } = received;
		taken++;
		// Behind the last page, a service may count nothing.
		if (total !== undefined && (length > 0 || taken === 1)) {
			Object.assign(totals, { latest: total, least: Math.min(totals.least, total), most: Math.max(totals.most, total) });
		}
		if (length > 0 && received.every(isKnown)) {
			// Some services answer with their last page for all that would come behind it.
			if (length < full || rows.size >= (total ?? Infinity)) return false;
			if (received.some(hasId)) throw new ServiceError('repeatedPage');
		}
		for (const row of received) rows.set(hasId(row) ? String(row.id) : Symbol('row without id'), row);
		nameless = new Set(received.filter((row) => !hasId(row)).map((row) => JSON.stringify(row)));
		if (taken === 1 && length < Math.min(size, totals.latest)) full = length;
		return length > 0 && rows.size < wanted && (length >= full || taken * full < totals.latest);
	};

	/** What is refused here for want of time is no more than a look behind the last row. */
	const unlessComplete = (error: unknown): PageRead => {
		if (!(error instanceof ServiceError && error.reason === 'retryLater' && isComplete())) throw error;
		onUnchecked?.(rows.size);
		return { rows: [] };
	};

	begin();
	try {
		while (take(await (underWay.shift() as Promise<PageRead>).catch(unlessComplete))) {
			if (underWay.length === 0) begin();
			const known = Math.min(wanted, totals.latest) / full;
			while (taken > 1 && !hasFailed && underWay.length < atOnce && begun < known) begin();
		}
	} finally {
		await Promise.allSettled(underWay);
	}
	const { latest: total, least, most } = totals;
	// Where as many rows came as were wanted, there may be any number behind them.
	const isTooFew = rows.size < wanted && rows.size < least;
	if (least !== Infinity && (isTooFew || rows.size > most)) onMismatch?.({ rows: rows.size, total });
	return [...rows.values()].slice(0, wanted);
}

/** Ids are numbers in some answers and texts in others. */
const hasId = ({ id }: IDataObject) => typeof id === 'number' || (typeof id === 'string' && id !== '');
