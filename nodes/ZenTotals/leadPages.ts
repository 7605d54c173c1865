/** Reads the pages of a report that has pages, as far as they hold leads. */

import type { IDataObject } from 'n8n-workflow';

import type { PageRead } from '../shared/http/pages';
import { readPages } from '../shared/http/pages';
import type { PlannedItem } from '../shared/http/service';
import type { ErrorReason } from '../shared/http/errors';
import { pluralize } from '../shared/http/format';
import type { Answer } from './answerCache';
import { requestValues } from './queries';
import type { QueryContext } from './requests';
import { answerTo } from './requests';
import { reportOf } from './resources';
import { count, objects } from './values';
import { checkTime, isCached } from './waitBudget';

interface LeadPage extends PageRead {
	answer: Answer;
	/** All its rows as text. */
	content: string | undefined;
	/** CRM Zen's count of all leads; some take it for that of the page. */
	records: number | null;
}

/** What CRM Zen may answer for a page that does not exist. */
const PAST_END = new Set<ErrorReason>(['notFound', 'rejected']);

/** The answers of all pages, or of as many as hold the leads that the limit allows. */
export async function readLeadPages(context: QueryContext, pageSize: number): Promise<Answer[]> {
	const { item } = context;
	const pages: LeadPage[] = [];
	let isChecked = true;
	const leads = await readPages<LeadPage>(async ({ number }) => pageOf(await answerTo(context, number), item), pageSize, item.maxRows, 1, {
		hasFixedSize: true,
		onPage: (page) => pages.push(page),
		beforeSecondPage: (first) => checkPagesTime(context, first, pageSize),
		isPastEnd: ({ reason }) => PAST_END.has(reason),
		isRepeat: (page, previous) => page.content === previous.content,
		onUnchecked: () => (isChecked = false),
	});
	if (isChecked) addMismatchNote(pages, leads.length >= item.maxRows, item);
	else {
		const subject = pluralize(leads.length, 'lead');
		item.addNote?.(`${reportOf(item.operation).label}: CRM Zen reported no more than ${subject}. There was no time left to check for more`);
	}
	return pages.map(({ answer }) => answer);
}

function pageOf(answer: Answer, { operation }: PlannedItem): LeadPage {
	const [body] = answer.read.rows;
	const counts = objects(body?.paginacao)[0] ?? {};
	const content = JSON.stringify(body?.[operation.resultList?.root ?? '']);
	// Wrapped, so that the pager takes no key of a lead for its id.
	const rows = body ? Array.from(reportOf(operation).outputs.rows.map(body, ''), (lead): IDataObject => ({ lead })) : [];
	return { answer, content, rows, totalPages: count(counts.total_paginas) ?? undefined, records: count(counts.quantidade_registros_consulta) };
}

/** More pages than this would take a week, so such a count is taken for an error. */
const MAX_PAGES = 10_000;

/**
 * Checks that there is time for all pages, if CRM Zen's count of them is plausible.
 * @throws {ServiceError} `waitTooLong`
 */
function checkPagesTime({ query, item, session, settings, deadline }: QueryContext, first: LeadPage, pageSize: number): void {
	const { totalPages = 0, records, rows } = first;
	const isPlausible = totalPages <= MAX_PAGES && rows.length >= pageSize && (records === null || Math.ceil(records / pageSize) === totalPages);
	if (!isPlausible) return;
	const numbers = Array.from({ length: Math.min(totalPages, Math.ceil(item.maxRows / pageSize)) - 1 }, (_, index) => index + 2);
	const requests = numbers.map((number) => ({ values: requestValues(query, item.operation, number), isFinal: query.isFinal }));
	const needed = requests.filter((request) => !isCached(request, item, session, settings)).length;
	checkTime(needed, item, session, deadline - performance.now(), settings);
}

/** Tells the user if other leads or pages came than CRM Zen reported. */
function addMismatchNote(pages: LeadPage[], isLimited: boolean, { operation, addNote }: PlannedItem): void {
	const [first] = pages;
	if (!first) return;
	const leads = pages.reduce((sum, { rows }) => sum + rows.length, 0);
	const { records, totalPages } = first;
	const isWrong = (reported: number, received: number) => (isLimited ? reported < received : reported !== received);
	const countsPages = pages.every((page) => page.records === page.rows.length);
	const { label } = reportOf(operation);
	if (records !== null && isWrong(records, leads) && !countsPages) {
		addNote?.(`${label}: CRM Zen reported ${pluralize(records, 'lead')} but returned ${leads.toLocaleString('en')}`);
	} else if (totalPages !== undefined && isWrong(totalPages, pages.length) && (totalPages !== 0 || leads > 0)) {
		addNote?.(`${label}: CRM Zen reported ${pluralize(totalPages, 'page')} but returned leads on ${pages.length.toLocaleString('en')}`);
	}
}
