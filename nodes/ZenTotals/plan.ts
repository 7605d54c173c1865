import type { IDataObject, IExecuteSingleFunctions } from 'n8n-workflow';

import type { Ask, Item, Plan, Session } from '../shared/dialect';
import { Trouble } from '../shared/errors';
import type { WireValues } from '../shared/operations';
import type { Answer } from './memory';
import { announce, callKey, knownIn, lastAnswer, remember, someoneAsking } from './memory';
import type { Question } from './questions';
import { callOf, questionsOf } from './questions';
import { forms } from './resources';
import type { Manner, RunState } from './time';
import { allow, askForTime, AT_ONCE_MS, mannerOf } from './time';
import { count, objects } from './values';

/**
 * How an item is answered: which days are asked for one after the other, whether there is time for
 * that, and what is known already.
 */

const runs = new WeakMap<object, RunState>();

/** The plan of an item of any report. */
export function plan(item: Item): Plan {
	const { caller, run } = item;
	const problems: string[] = [];
	const manner = mannerOf(caller, problems);
	const questions = questionsOf(item, problems);
	const form = caller.getNodeParameter('output', 'rows');
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
				rows.push(...shaped(answers, question, item, form, manner));
			}
			return rows;
		},
	};
}

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

	const { pageSize = Infinity } = operation.list;
	let found = leadsIn(answers[0]);
	for (let number = 2; found < wanted && isMore(answers, pageSize); number++) {
		const pages = pagesOf(answers[0]);
		if (number === 2 && pages) {
			const left = Math.min(pages, Math.ceil(wanted / pageSize)) - 1;
			askForTime(left, caller, operation, session, until - performance.now(), manner);
		}
		const next = await one(number);
		const isRepeated = leadsIn(next) > 0 && usersIn(next) === usersIn(answers[number - 2]);
		if (isRepeated) throw new Trouble('repeatedPage');
		answers.push(next);
		found += leadsIn(next);
	}
	return answers;
}

const pagesOf = ({ read: { rows: [body] } }: Answer) =>
	count(objects(body?.paginacao)[0]?.total_paginas);

const leadsIn = ({ read: { rows: [body] } }: Answer) =>
	objects(body?.usuarios).reduce((sum, { leads }) => sum + objects(leads).length, 0);

const usersIn = ({ read: { rows: [body] } }: Answer) => JSON.stringify(body?.usuarios);

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
	caller: IExecuteSingleFunctions,
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

function shaped(answers: Answer[], { date }: Question, { operation, wanted }: Item, form: unknown, { whenTooSoon }: Manner): IDataObject[] {
	const { rows: rowsOf, users: usersOf } = forms[operation.path];
	const bodies = answers.flatMap(({ read }) => read.rows);
	const rows = form === 'raw' ? structuredClone(bodies) : bodies.flatMap((body) => rowsOf(body, date)).slice(0, operation.list ? wanted : Infinity);
	const items = form === 'users' && usersOf ? usersOf(bodies, date, rows) : rows;
	if (whenTooSoon !== 'useLastAnswer') return items;
	const ageMs = performance.now() - Math.min(...answers.map(({ at }) => at));
	return items.map((item) => ({ ...item, answerAgeSeconds: Math.round(ageMs / 1000) }));
}
