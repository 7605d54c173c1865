/** Plans the output of an item: checks its settings, sends its queries one after the other, and returns rows, users or raw answers. */

import type { IDataObject } from 'n8n-workflow';

import type { Plan, PlannedItem } from '../shared/http/service';
import { mapInChunks } from '../shared/run/mapInChunks';
import type { Answer } from './answerCache';
import { readLeadPages } from './leadPages';
import type { Query } from './queries';
import { queriesOf, requestValues } from './queries';
import type { QueryContext } from './requests';
import { answerTo } from './requests';
import { reportOf } from './resources';
import type { RunPlan, WaitSettings } from './waitBudget';
import { checkRunTime, readWaitSettings } from './waitBudget';

const runs = new WeakMap<object, RunPlan>();

export function plan(item: PlannedItem): Plan {
	const { context, operation } = item;
	const problems: string[] = [];
	const settings = readWaitSettings(context, problems);
	const queries = queriesOf(item, problems);
	const output = context.getNodeParameter('output', 'rows');
	if (problems.length > 0) return { problems, execute: async () => [] };

	const run: RunPlan = runs.get(item.run) ?? { items: [] };
	runs.set(item.run, run);
	run.items.push({ item, requests: queries.map((query) => ({ values: requestValues(query, operation), isFinal: query.isFinal })) });

	return {
		problems,
		async execute(send, session) {
			const deadline = await (run.deadline ??= checkRunTime(item, settings, run.items));
			const rows: IDataObject[][] = [];
			for (const query of queries) {
				const answers = await answersTo({ query, item, send, session, settings, deadline });
				rows.push(await outputOf(answers, query, item, output, settings));
			}
			return rows.flat();
		},
	};
}

async function answersTo(context: QueryContext): Promise<Answer[]> {
	const { resultList } = context.item.operation;
	return resultList ? await readLeadPages(context, resultList.pageSize ?? Infinity) : [await answerTo(context)];
}

/** The answers to a query as the user chose under "Output". */
async function outputOf(answers: Answer[], { date }: Query, item: PlannedItem, output: unknown, { whenTooSoon }: WaitSettings): Promise<IDataObject[]> {
	const bodies = answers.flatMap(({ read }) => read.rows);
	const items = output === 'raw' ? await copiesOf(bodies, item) : await rowsOf(bodies, date, item, output === 'users');
	if (whenTooSoon !== 'useLastAnswer') return items;
	const ageMs = performance.now() - Math.min(...answers.map(({ receivedAt }) => receivedAt));
	return items.map((one) => ({ ...one, answerAgeSeconds: Math.round(ageMs / 1000) }));
}

async function rowsOf(bodies: IDataObject[], date: string, { context, operation, maxRows }: PlannedItem, isByUser: boolean): Promise<IDataObject[]> {
	const { rows: rowOutput, users } = reportOf(operation).outputs;
	const signal = context.getExecutionCancelSignal();
	const rows: IDataObject[][] = [];
	for (const body of bodies) rows.push(await mapInChunks(rowOutput.map(body, date), (row) => row, signal));
	const all = rows.flat().slice(0, operation.resultList ? maxRows : Infinity);
	return isByUser && users ? await users.map(bodies, date, all, signal) : all;
}

/** Copies of answers, since the cache hands the same ones out again; their lists may be long. */
async function copiesOf(bodies: IDataObject[], { context }: PlannedItem): Promise<IDataObject[]> {
	const signal = context.getExecutionCancelSignal();
	const copies: IDataObject[] = [];
	for (const body of bodies) {
		const copied: Array<[string, unknown]> = [];
		for (const [key, value] of Object.entries(body)) {
			copied.push([key, Array.isArray(value) ? await mapInChunks(value as unknown[], (one) => structuredClone(one), signal) : structuredClone(value)]);
		}
		copies.push(Object.fromEntries(copied) as IDataObject);
	}
	return copies;
}
