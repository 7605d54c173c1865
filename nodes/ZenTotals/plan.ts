import { DateTime } from 'luxon';
import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import { isObject } from '../shared/answer';
import type { Ask, Item, Plan, Session } from '../shared/call';
import { duration, Trouble } from '../shared/errors';
import type { Operation, WireValues } from '../shared/operations';
import { reports } from './connection';
import type { Answer } from './memory';
import { announce, callKey, knownIn, lastAnswer, remember, someoneAsking } from './memory';
import { forms } from './resources';
import { count, objects } from './values';

/**
 * How an item is answered: which days are asked for one after the other, whether there is time for
 * that, and what is known already.
 */

/** One question to a report; a paged one takes several calls. */
interface Question {
	values: WireValues;
	/** The (first) day that it is about. */
	date: string;
	/** Whether all its days are over: within one execution it is not asked twice. */
	isClosed: boolean;
}

/** What the user wants when it is too soon for a call. */
interface Manner {
	whenTooSoon: 'wait' | 'useLastAnswer' | 'stop';
	/** Longest time that a run may spend waiting, in ms. */
	patienceMs: number;
}

/** What the items of a run share. */
interface RunState {
	/** The calls that are to be made, by their values; those that may be alike and still are two, by a number. */
	calls: Map<string, WireValues | undefined>;
	/** When the patience of the run ends; unset until the first item is carried out. */
	until?: number;
}

const runs = new WeakMap<object, RunState>();

/** "Stop" does not stop for less than this. */
const AT_ONCE_MS = 500;
/** The time of the answers themselves and of clocks is no waiting. */
const GRACE = 1.05;
/** A wait that is worth a line in the log. */
const WORTH_TELLING_MS = 60_000;

/** The plan of an item of any report. */
export function plan(item: Item): Plan {
	const { caller, run } = item;
	const problems: string[] = [];
	const manner = mannerOf(caller, problems);
	const questions = questionsOf(item, problems);
	if (problems.length > 0) return { problems, carryOut: async () => [] };

	const state = runs.get(run) ?? { calls: new Map<string, WireValues>() };
	runs.set(run, state);
	for (const question of questions) {
		const isShared = question.isClosed || manner.whenTooSoon === 'useLastAnswer';
		const call = callOf(question, item.operation);
		state.calls.set(isShared ? JSON.stringify(call) : String(state.calls.size), isShared ? call : undefined);
	}

	return {
		problems,
		async carryOut(ask, session) {
			state.until ??= allow(item, session, manner, state.calls);
			const rows: IDataObject[] = [];
			for (const question of questions) {
				const answers = await answersTo(question, item, ask, session, manner, state.until);
				rows.push(...shaped(answers, question, item, manner));
			}
			return rows;
		},
	};
}

function mannerOf(caller: IExecutePaginationFunctions, problems: string[]): Manner {
	const whenTooSoon = caller.getNodeParameter('whenTooSoon', 'wait') as Manner['whenTooSoon'];
	if (whenTooSoon === 'stop') return { whenTooSoon, patienceMs: AT_ONCE_MS };
	const given = caller.getNodeParameter('maxWaitMinutes', 60);
	const minutes = given === '' || given === null || typeof given === 'boolean' ? NaN : Number(given);
	if (!(minutes >= 0)) problems.push("'Maximum Wait (Minutes)' must be a number of 0 or more");
	return { whenTooSoon, patienceMs: minutes * 60_000 };
}

// ---------------------------------------------------------------------------------------------
// The questions

const daysAgo = (days: number, zone: string) => DateTime.now().setZone(zone).minus({ days }).toFormat('yyyy-MM-dd');

export const yesterday = (zone: string): string => daysAgo(1, zone);

function questionsOf({ caller, operation, values }: Item, problems: string[]): Question[] {
	const zone = caller.getTimezone();
	const today = daysAgo(0, zone);
	const { period, date, startDate, endDate, ...filters } = values;
	const named: Record<string, [unknown, unknown]> = {
		yesterday: [yesterday(zone), yesterday(zone)],
		today: [today, today],
		oneDay: [date, date],
		range: [startDate, endDate],
	};
	const [from, to] = named[String(period)];
	if (typeof from !== 'string' || typeof to !== 'string') {
		problems.push("'Period' must be chosen from its list, not by an expression");
		return [];
	}
	if (from > to) {
		problems.push(`'Start Date' must not be after 'End Date', but ${from} is after ${to}`);
		return [];
	}
	const isOver = (day: string) => day < today;
	if (operation.path === 'totals' || operation.path === 'leadFile') {
		return daysFrom(from, to).map((day) => ({ values: { data: day }, date: day, isClosed: isOver(day) }));
	}
	const days = { data_inicial: from, data_final: to };
	return [{ values: { ...standing(operation), ...days, ...filters }, date: from, isClosed: isOver(to) }];
}

function daysFrom(from: string, to: string): string[] {
	const first = DateTime.fromISO(from, { zone: 'utc' });
	const days = DateTime.fromISO(to, { zone: 'utc' }).diff(first, 'days').days;
	return Array.from({ length: days + 1 }, (_, index) => first.plus({ days: index }).toFormat('yyyy-MM-dd'));
}

/** The values of one call: those of a question, and the page where there are pages. */
const callOf = ({ values }: Question, { list }: Operation, page = 1): WireValues => (list ? { ...values, pagina: page } : values);

/** The vendor's sample sends every filter, so those that are not set include. */
function standing({ collections }: Operation): WireValues {
	const wires = collections.flatMap(({ fields }) => Object.keys(fields));
	return Object.fromEntries(wires.map((wire) => [wire, 1]));
}

// ---------------------------------------------------------------------------------------------
// The time

/**
 * Looks whether there is time for all calls of a run, before the first one.
 * @returns when the run's patience ends
 * @throws {Trouble} `tooLong`
 */
function allow({ caller, operation }: Item, session: Session, manner: Manner, calls: RunState['calls']): number {
	const known = knownIn(caller.getContext('flow'));
	const isKnown = (call?: WireValues) => {
		if (!call) return false;
		const key = callKey(session.connection.account, call);
		return known.has(key) || (manner.whenTooSoon === 'useLastAnswer' && lastAnswer(key) !== undefined);
	};
	const left = [...calls.values()].filter((call) => !isKnown(call)).length;
	askForTime(left, caller, operation, session, manner.patienceMs, manner);
	return performance.now() + manner.patienceMs * GRACE;
}

function askForTime(
	calls: number,
	caller: IExecutePaginationFunctions,
	{ path }: Operation,
	{ throttle, connection: { limits } }: Session,
	leftMs: number,
	{ whenTooSoon }: Manner,
): void {
	// For a single call the throttle itself says when to come back.
	if (calls < 1) return;
	const waitMs = throttle.waitMs(limits, calls);
	const label = reports.find(({ name }) => name === path)?.label;
	const told = `${label}: ${calls} requests take about ${duration(waitMs)}, since CRM Zen answers one in ${duration(limits.windowMs)}`;
	if (calls > 1 && waitMs > leftMs) {
		const way = whenTooSoon === 'stop'
			? "'When Too Soon' is to stop after the first one: choose Wait"
			: `Set 'Maximum Wait (Minutes)' to ${Math.ceil(waitMs / 60_000)} or more`;
		throw new Trouble('tooLong', { sentences: [`${told}. ${way}, or ask for less`] });
	}
	if (waitMs > WORTH_TELLING_MS) caller.logger.info(told);
}

// ---------------------------------------------------------------------------------------------
// The answers

/** All pages of an answer. */
async function answersTo(
	question: Question,
	{ caller, operation, wanted }: Item,
	ask: Ask,
	session: Session,
	manner: Manner,
	until: number,
): Promise<Answer[]> {
	const one = async (number: number) => {
		const asked = callOf(question, operation, number);
		const patient = async () =>
			await ask(asked, undefined, manner.whenTooSoon === 'stop' ? performance.now() + AT_ONCE_MS : until);
		const key = callKey(session.connection.account, asked);
		const fresh = async () => await askOrRecall(key, patient, caller, session, manner);
		return question.isClosed ? await onceIn(knownIn(caller.getContext('flow')), key, fresh) : await fresh();
	};
	const answers = [await one(1)];
	if (!operation.list) return answers;

	const { pageSize } = operation.list;
	let found = leadsIn(answers[0]);
	for (let number = 2; found < wanted && isMore(answers, pageSize); number++) {
		const pages = pagesOf(answers[0]);
		if (number === 2 && pages) {
			const left = Math.min(pages, Math.ceil(wanted / pageSize)) - 1;
			askForTime(left, caller, operation, session, until - performance.now(), manner);
		}
		const next = await one(number);
		const isRepeated = leadsIn(next) > 0 && JSON.stringify(next.read.rows) === JSON.stringify(answers[number - 2].read.rows);
		if (isRepeated) throw new Trouble('repeatedPage');
		answers.push(next);
		found += leadsIn(next);
	}
	return answers;
}

const pagesOf = ({ read: { rows: [body] } }: Answer) =>
	isObject(body?.paginacao) ? count(body.paginacao.total_paginas) : null;

const leadsIn = ({ read: { rows: [body] } }: Answer) =>
	objects(body?.usuarios).reduce((sum, { leads }) => sum + objects(leads).length, 0);

/** Whether there is a page after these; without a word about it, as long as pages are full. */
function isMore(answers: Answer[], pageSize: number): boolean {
	const pages = pagesOf(answers[0]);
	return pages === null ? leadsIn(answers[answers.length - 1]) >= pageSize : answers.length < pages;
}

async function onceIn(known: Map<string, Promise<Answer>>, key: string, fresh: () => Promise<Answer>): Promise<Answer> {
	const before = known.get(key);
	if (before) return await before;
	const answer = fresh();
	known.set(key, answer);
	answer.catch(() => known.delete(key));
	return await answer;
}

/** Asks, or takes the last answer where the user wants that. Every answer is the last one for others. */
async function askOrRecall(
	key: string,
	ask: () => ReturnType<Ask>,
	caller: IExecutePaginationFunctions,
	{ connection: { limits } }: Session,
	{ whenTooSoon }: Manner,
): Promise<Answer> {
	const signal = caller.getExecutionCancelSignal();
	while (whenTooSoon === 'useLastAnswer') {
		const kept = lastAnswer(key);
		if (kept) return kept;
		const other = someoneAsking(key, signal);
		if (!other) break;
		await other;
	}
	const asking = ask().then((read) => remember(key, limits.windowMs, read));
	announce(key, asking);
	return await asking;
}

// ---------------------------------------------------------------------------------------------
// The output

function shaped(answers: Answer[], { date }: Question, { caller, operation, wanted }: Item, { whenTooSoon }: Manner): IDataObject[] {
	const { rows: rowsOf, users: usersOf } = forms[operation.path];
	const bodies = answers.flatMap(({ read }) => read.rows);
	const form = caller.getNodeParameter('output', 'rows');
	const rows = form === 'raw' ? bodies : bodies.flatMap((body) => rowsOf(body, date)).slice(0, operation.list ? wanted : Infinity);
	const items = form === 'users' && usersOf ? usersOf(bodies, date, rows) : rows;
	if (whenTooSoon !== 'useLastAnswer') return items;
	const ageMs = performance.now() - Math.min(...answers.map(({ at }) => at));
	return items.map((item) => ({ ...item, answerAgeSeconds: Math.round(ageMs / 1000) }));
}
