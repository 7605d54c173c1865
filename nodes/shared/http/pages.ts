/** Reads the pages of a result list, by number or cursor: every row once, in order, and no page more than is needed. */

import type { IDataObject } from 'n8n-workflow';

import { ServiceError } from './errors';

export interface Page {
	/** From 1. */
	number: number;
	/** Rows per page. */
	size: number;
	/** `next` of the page before, where the service has cursors. */
	cursor?: string;
}

export interface PageRead {
	rows: IDataObject[];
	/** Count of all rows, where the service reports it. */
	total?: number;
	/** Count of all pages, where the service reports that. */
	totalPages?: number;
	/** Cursor of the next page, or null after the last one. Left out where pages have numbers. */
	next?: string | null;
}

export interface PageOptions<Read extends PageRead = PageRead> {
	/** Wire name of a row's ID. Default: `id`. */
	idKey?: string;
	/** Called after the last page if the service's total differs from the number of rows that came. */
	onMismatch?: (counts: { rows: number; total: number }) => void;
	/** Called if there was no time left to look for a page after the last row of the total. */
	onUnchecked?: (rows: number) => void;
	/** Called for the first page, and for each page after it that adds rows, in order. */
	onPage?: (page: Read) => void;
	/** Called with the first page before the second one is requested; what it throws ends the reading. */
	beforeSecondPage?: (first: Read) => void;
	/** Whether the service uses this error to say that a page does not exist. Asked only after a short page or the last page of the total. */
	isPastEnd?: (error: ServiceError) => boolean;
	/** Whether all pages have the maximum size, whatever the limit is. */
	hasFixedSize?: boolean;
	/** Whether a page repeats the one before it; by default, a page does whose rows have all come already. */
	isRepeat?: (page: Read, previous: Read) => boolean;
}

/**
 * Reads one page.
 * @param isCheck whether all rows of the total have come: this page only makes sure that there are no more,
 * and may be rejected as `retryLater`
 */
export type ReadPage<Read extends PageRead = PageRead> = (page: Page, isCheck: boolean) => Promise<Read>;

/**
 * Reads all rows, or as many as the limit allows.
 *
 * A short or empty page is the last one, unless the service has cursors. The service's total never ends the reading,
 * since it may be wrong: it only says how far pages may be read concurrently, and that there may be more after a short page.
 * @param maxRows number of rows, or Infinity
 * @param maxConcurrent pages read at the same time, from the third on
 * @throws {ServiceError} `repeatedPage`, or the error of the first page that failed
 */
export async function readPages<Read extends PageRead>(
	read: ReadPage<Read>,
	maxSize: number,
	maxRows: number,
	maxConcurrent: number,
	options: PageOptions<Read> = {},
): Promise<IDataObject[]> {
	// All pages must have the same size, so the limit is spread evenly: 130 rows are 2 pages of 65.
	const size = maxRows === Infinity || options.hasFixedSize ? maxSize : Math.ceil(maxRows / Math.ceil(maxRows / maxSize));
	const list = new PagedList(size, maxRows, options);
	let requested = 0;
	let hasFailed = false;
	/** Requested pages that have not been added yet, in order. */
	const pending: Array<Promise<Read>> = [];
	const request = () => {
		const page = read({ number: ++requested, size, cursor: list.cursor }, list.isComplete);
		page.catch(() => (hasFailed = true));
		pending.push(page);
	};

	request();
	try {
		for (let page = pending.shift(); page; page = pending.shift()) {
			const received = await page.catch((error: unknown) => list.endWith(error));
			if (!received || !list.add(received)) break;
			if (requested === 1) options.beforeSecondPage?.(received);
			if (pending.length === 0) request();
			while (requested > 2 && !hasFailed && pending.length < maxConcurrent && requested < list.expectedPages) request();
		}
	} finally {
		await Promise.allSettled(pending);
	}
	list.reportMismatch();
	return list.rows.slice(0, maxRows);
}

/** The rows that have come so far, and what they and the service's totals say about the pages that follow. */
class PagedList<Read extends PageRead> {
	private readonly byId = new Map<unknown, IDataObject>();

	/** The service's totals: the latest, and the bounds of all, since others may add rows meanwhile. */
	private total?: { latest: number; min: number; max: number };

	private totalPages?: number;

	private pages = 0;

	private latest?: Read;

	/** Cursor of the page to read next. */
	cursor?: string;

	/** All cursors so far: one that comes again would lead in a circle. */
	private readonly cursors = new Set<string>();

	/** The rows of the latest page that have no id. */
	private withoutId = new Set<string>();

	/** Rows of a full page: a service may return fewer than it was asked for. */
	private fullSize: number;

	private readonly idKey: string;

	constructor(
		private readonly size: number,
		private readonly maxRows: number,
		private readonly options: PageOptions<Read>,
	) {
		this.fullSize = size;
		this.idKey = options.idKey ?? 'id';
	}

	get rows(): IDataObject[] {
		return [...this.byId.values()];
	}

	/** Whether all rows that the service reports have come. */
	get isComplete(): boolean {
		if (this.cursor !== undefined) return false;
		return (this.total !== undefined && this.byId.size >= this.total.latest) || (this.totalPages !== undefined && this.pages >= this.totalPages);
	}

	/** Pages that surely will be needed and can be requested by their number, going by the total. */
	get expectedPages(): number {
		if (this.cursor !== undefined) return 0;
		return Math.min(this.maxRows, this.total?.latest ?? 0) / this.fullSize;
	}

	/** Adds the rows of the next page, and says whether there may be another one. */
	add(page: Read): boolean {
		const { rows, total, totalPages, next } = page;
		// After the last page, a service may report a total of 0.
		const counts = rows.length > 0 || this.pages === 0;
		if (counts && total !== undefined) {
			const { min = total, max = total } = this.total ?? {};
			this.total = { latest: total, min: Math.min(min, total), max: Math.max(max, total) };
		}
		if (rows.length > 0 && this.isRepeat(page)) {
			// Some services return their last page for every number after it.
			if (next === null || (next === undefined && (this.isComplete || (!this.options.isRepeat && rows.length < this.fullSize)))) return false;
			if (this.options.isRepeat || rows.some(this.hasId)) throw new ServiceError('repeatedPage');
		}
		this.pages++;
		if (counts) this.totalPages = totalPages;
		for (const row of rows) this.byId.set(this.hasId(row) ? String(row[this.idKey]) : Symbol('row without id'), row);
		this.withoutId = new Set(rows.filter((row) => !this.hasId(row)).map((row) => JSON.stringify(row)));
		if (this.pages === 1 && rows.length < Math.min(this.size, this.total?.latest ?? 0)) this.fullSize = rows.length;
		this.latest = page;
		if (counts) this.options.onPage?.(page);
		if (next !== undefined) return this.follow(next);
		const expectsMore = this.pages * this.fullSize < (this.total?.latest ?? 0) || this.pages < (this.totalPages ?? 0);
		return rows.length > 0 && this.byId.size < this.maxRows && (rows.length >= this.fullSize || expectsMore);
	}

	/** Takes the cursor of the next page, and says whether that page is read. */
	private follow(next: string | null): boolean {
		this.cursor = undefined;
		if (next === null || this.byId.size >= this.maxRows) return false;
		if (this.cursors.has(next)) throw new ServiceError('repeatedPage');
		this.cursors.add(next);
		this.cursor = next;
		return true;
	}

	/** Takes an error as the end of the list where it can mean that; otherwise throws it. */
	endWith(error: unknown): undefined {
		if (!(error instanceof ServiceError)) throw error;
		if (error.reason === 'retryLater' && this.isComplete) {
			this.options.onUnchecked?.(this.byId.size);
			return undefined;
		}
		const isLast = this.latest !== undefined && (this.isComplete || this.latest.rows.length < this.fullSize);
		if (isLast && this.options.isPastEnd?.(error)) return undefined;
		throw error;
	}

	reportMismatch(): void {
		if (!this.total) return;
		const { latest: total, min, max } = this.total;
		const { size: rows } = this.byId;
		// Where as many rows came as the limit allows, there may be any number after them.
		const isTooFew = rows < this.maxRows && rows < min;
		if (isTooFew || rows > max) this.options.onMismatch?.({ rows, total });
	}

	private isRepeat(page: Read): boolean {
		const { isRepeat } = this.options;
		if (isRepeat) return this.latest !== undefined && isRepeat(page, this.latest);
		return page.rows.every((row) => (this.hasId(row) ? this.byId.has(String(row[this.idKey])) : this.withoutId.has(JSON.stringify(row))));
	}

	/** Ids are numbers in some answers and texts in others. */
	private readonly hasId = (row: IDataObject): boolean => {
		const id = row[this.idKey];
		return typeof id === 'number' || (typeof id === 'string' && id !== '');
	};
}
