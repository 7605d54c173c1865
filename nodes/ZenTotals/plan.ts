import type { IDataObject } from 'n8n-workflow';

import type { SendCall, PlannedItem, Plan, Session } from '../shared/http/service';
import type { ErrorReason } from '../shared/http/errors';
import { ServiceError } from '../shared/http/errors';
import { mapInChunks } from '../shared/run/mapInChunks';
import type { Answer } from './answerCache';
import { announce, answerOfOther, callKey, knownIn, lastAnswer, remember } from './answerCache';
import type { Question } from './queries';
import { callOf, labelOf, questionsOf } from './queries';
import { forms } from './resources';
import type { Manner, RunState } from './waiting';
import { allow, askForTime, AT_ONCE_MS, isKnown, mannerOf, mayRecall } from './waiting';
import { count, objects } from './values';

/**
 * How an item is answered: which days are asked for one after the other, whether there is time for
 * that, and what is known already.
 */

const runs = new WeakMap<object, RunState>();

/** The plan of an item of any report. */
export function plan(item: PlannedItem): Plan {
	const { context, run } = item;
	const problems: string[] = [];
	const manner = mannerOf(context, problems);
	const questions = questionsOf(item, problems);
	const form = context.getNodeParameter('output', 'rows');
	if (problems.length > 0) return { problems, execute: async () => [] };

	const state: RunState = runs.get(run) ?? { wishes: [] };
	runs.set(run, state);
	state.wishes.push({ item, calls: questions.map((question) => ({ values: callOf(question, item.operation), isClosed: question.isClosed })) });

	return {
		problems,
		async execute(ask, session) {
			const until = await (state.until ??= allow(item, manner, state.wishes));
			const rows: IDataObject[][] = [];
			for (const question of questions) {
				const answers = await answersTo({ question, item, ask, session, manner, until });
				rows.push(await shaped(answers, question, item, form, manner));
			}
			return rows.flat();
		},
	};
}

/** A question on its way. */
interface Errand {
	question: Question;
	item: PlannedItem;
	ask: SendCall;
	session: Session;
	manner: Manner;
	/** When the run's patience ends. */
	until: number;
}

/** All pages of an answer; those behind the first one only as far as they hold leads. */
async function answersTo(errand: Errand): Promise<Answer[]> {
	const first = await answerTo(errand, 1);
	const { item: { operation: { resultList }, wanted } } = errand;
	if (!resultList) return [first];

	const { pageSize = Infinity } = resultList;
	const answers = [first];
	const found = () => answers.reduce((sum, answer) => sum + leadsIn(answer), 0);
	let end: Ending = 'seen';
	while (found() < wanted && isMore(answers, pageSize)) {
		const number = answers.length + 1;
		if (number === 2) askForPages(errand, first, pageSize);
		const next = await pageAfter(answers, errand, pageSize);
		if (typeof next === 'string') end = next;
		if (typeof next === 'string' || leadsIn(next) === 0) break;
		answers.push(next);
	}
	tellMismatch(answers, errand.item, found() < wanted ? end : 'limit');
	return answers;
}

/** How the reading of pages ended: at the last one, with as many leads as were wanted, or with no time for another look. */
type Ending = 'seen' | 'limit' | 'noTime';

/** What a page that is not there may be answered with. */
const beyondTheEnd = new Set<ErrorReason>(['notFound', 'rejected']);

/**
 * The page after these, or how the reading ended instead. CRM Zen's count of pages is no reason to stop at a
 * full page; but behind the last one that it told, or behind a short one, a refusal is the end.
 */
async function pageAfter(answers: Answer[], errand: Errand, pageSize: number): Promise<Answer | Ending> {
	const latest = answers[answers.length - 1];
	const isLast = answers.length >= (pagesOf(latest) ?? Infinity);
	const next = await answerTo(errand, answers.length + 1).catch((error: ServiceError): Ending => {
		if (isLast && error.reason === 'retryLater') return 'noTime';
		if ((isLast || leadsIn(latest) < pageSize) && beyondTheEnd.has(error.reason)) return 'seen';
		throw error;
	});
	if (typeof next === 'string' || leadsIn(next) === 0 || usersIn(next) !== usersIn(latest)) return next;
	if (isLast) return 'seen';
	throw new ServiceError('repeatedPage');
}

/** One call of a question, unless its answer is known. */
async function answerTo(errand: Errand, page: number): Promise<Answer> {
	const { question: { isClosed }, item: { context, operation }, session } = errand;
	const values = callOf(errand.question, operation, page);
	const key = callKey(session.connection.accountId, values);
	const fresh = async () => await askOrRecall(key, values, errand);
	return isClosed ? await onceIn(knownIn(context.getContext('flow')), key, fresh) : await fresh();
}

async function onceIn(known: Map<string, Promise<Answer>>, key: string, fresh: () => Promise<Answer>): Promise<Answer> {
	const before = known.get(key);
	if (before) return await before;
	const answer = fresh();
	known.set(key, answer);
	// A credential that was changed while the call waited leads to another account.
	answer.then((one) => one.key === key || known.delete(key), () => known.delete(key));
	return await answer;
}

/**
 * Asks, or takes the last answer: that about a day that is over, or any where the user wants that.
 * Every answer is the last one for others.
 */
async function askOrRecall(
	key: string,
	values: ReturnType<typeof callOf>,
	{ question: { isClosed }, item: { context, operation }, ask, manner, until }: Errand,
): Promise<Answer> {
	const signal = context.getExecutionCancelSignal();
	const end = manner.whenTooSoon === 'stop' ? performance.now() + AT_ONCE_MS : until;
	while (mayRecall(isClosed, manner)) {
		const kept = lastAnswer(key, isClosed);
		if (kept) return kept;
		const other = answerOfOther(key, isClosed, end, signal);
		if (!other) break;
		context.logger.info(`${labelOf(operation)}: another execution is asking CRM Zen the same, so its answer is waited for`);
		const answer = await other;
		if (answer) return answer;
	}
	const asking = ask(values, undefined, end).then(({ connection: { accountId, limits }, ...read }) =>
		remember(callKey(accountId, values), limits.windowMs, read, isClosed),
	);
	announce(key, asking, isClosed);
	return await asking;
}

const pagination = ({ read: { rows: [body] } }: Answer): IDataObject => objects(body?.paginacao)[0] ?? {};

const pagesOf = (answer: Answer) => count(pagination(answer).total_paginas);

const recordsOf = (answer: Answer) => count(pagination(answer).quantidade_registros_consulta);

const leadsIn = ({ read: { rows: [body] } }: Answer) =>
	objects(body?.usuarios).reduce((sum, { leads }) => sum + objects(leads).length, 0);

const usersIn = ({ read: { rows: [body] } }: Answer) => JSON.stringify(body?.usuarios);

/** Whether to look for a page after these: behind a full one in any case, behind a short one where CRM Zen says that there are more. */
function isMore(answers: Answer[], pageSize: number): boolean {
	const latest = answers[answers.length - 1];
	return leadsIn(latest) >= pageSize || (leadsIn(latest) > 0 && answers.length < (pagesOf(latest) ?? 0));
}

/** More pages, which would take a week, are taken for a slip. */
const MOST_PAGES = 10_000;

/**
 * Looks whether there is time for all pages, where what CRM Zen says of their number can be true.
 * @throws {ServiceError} `waitTooLong`
 */
function askForPages({ question, item, session, manner, until }: Errand, first: Answer, pageSize: number): void {
	const { operation, wanted } = item;
	const [pages, records, leads] = [pagesOf(first) ?? 0, recordsOf(first), leadsIn(first)];
	const isLikely = pages <= MOST_PAGES && leads >= pageSize && (records === null || Math.ceil(records / pageSize) === pages);
	if (!isLikely) return;
	const numbers = Array.from({ length: Math.min(pages, Math.ceil(wanted / pageSize)) - 1 }, (_, index) => index + 2);
	const left = numbers.filter((number) => !isKnown({ values: callOf(question, operation, number), isClosed: question.isClosed }, item, session, manner));
	askForTime(left.length, item, session, until - performance.now(), manner);
}

/** Tells the user where more or fewer leads came than CRM Zen said, or where that could not be seen. */
function tellMismatch(answers: Answer[], { operation, note }: PlannedItem, end: Ending): void {
	const found = answers.reduce((sum, answer) => sum + leadsIn(answer), 0);
	const [records, pages] = [recordsOf(answers[0]), pagesOf(answers[0])];
	const place = `${labelOf(operation)}: CRM Zen`;
	if (end === 'noTime') {
		note?.(`${place} said that these ${leadsTold(found)} are all. There was no time to ask for a page after them`);
		return;
	}
	const isWrong = (told: number | null, came: number) => told !== null && (end === 'limit' ? told < came : told !== came);
	// Some take the count for that of the page.
	const isOfPage = answers.every((answer) => recordsOf(answer) === leadsIn(answer));
	if (isWrong(records, found) && !isOfPage) note?.(`${place} said ${leadsTold(records as number)}, but ${found} came`);
	else if (isWrong(pages, answers.length) && (pages !== 0 || found > 0)) {
		note?.(`${place} said ${pagesTold(pages as number)}, but leads came on ${answers.length}`);
	}
}

const leadsTold = (leads: number) => (leads === 1 ? '1 lead' : `${leads.toLocaleString('en')} leads`);
const pagesTold = (pages: number) => (pages === 1 ? '1 page' : `${pages.toLocaleString('en')} pages`);

async function shaped(answers: Answer[], { date }: Question, { context, operation, wanted }: PlannedItem, form: unknown, { whenTooSoon }: Manner): Promise<IDataObject[]> {
	const { rows: rowsOf, users: usersOf } = forms[operation.path];
	const bodies = answers.flatMap(({ read }) => read.rows);
	const signal = context.getExecutionCancelSignal();
	const shape = async (body: IDataObject) =>
		form === 'raw' ? [await copyOf(body, signal)] : await mapInChunks(rowsOf(body, date), (row) => row, signal);
	const all: IDataObject[][] = [];
	for (const body of bodies) all.push(await shape(body));
	const rows = form === 'raw' ? all.flat() : all.flat().slice(0, operation.resultList ? wanted : Infinity);
	const items = form === 'users' && usersOf ? await usersOf(bodies, date, rows, signal) : rows;
	if (whenTooSoon !== 'useLastAnswer') return items;
	const ageMs = performance.now() - Math.min(...answers.map(({ at }) => at));
	return items.map((item) => ({ ...item, answerAgeSeconds: Math.round(ageMs / 1000) }));
}

/** A copy of an answer, which others may use again; its lists may be long. */
async function copyOf(body: IDataObject, signal?: AbortSignal): Promise<IDataObject> {
	const copied: Array<[string, unknown]> = [];
	for (const [key, value] of Object.entries(body)) {
		copied.push([key, Array.isArray(value) ? await mapInChunks(value as unknown[], (one) => structuredClone(one), signal) : structuredClone(value)]);
	}
	return Object.fromEntries(copied) as IDataObject;
}
