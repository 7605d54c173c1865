/** Turns the totals of a day into output: rows for a spreadsheet, or one item per user. */

import type { IDataObject } from 'n8n-workflow';

import { readColumns } from '../../../shared/fields/columns';
import { objects } from '../../values';
import { breakdownColumns, breakdowns, failureColumns, userColumns } from './columns';

const linesOf = (list: unknown) => objects(list).map((line) => readColumns(line, breakdownColumns));

/** One row per user and breakdown, one per user's total, one for the day, and one per count of failures. */
export function rows(answer: IDataObject, date: string): IDataObject[] {
	const row = (kind: string, columns: IDataObject): IDataObject => ({
		date, kind, user: null, dimension: null, code: null, name: null, leads: null, ...columns,
	});
	const users = objects(answer.usuarios).map((received) => ({ received, ...readColumns(received, userColumns) }) as IDataObject & { received: IDataObject });
	const details = users.flatMap(({ received, user }) =>
		breakdowns.flatMap(({ wire, dimension }) => linesOf(received[wire]).map((line) => row('breakdown', { user, dimension, ...line }))),
	);
	const totals = users.filter(({ leads }) => leads !== null).map(({ user, leads }) => row('userTotal', { user, leads }));
	const sum = totals.reduce((leads, total) => leads + Number(total.leads), 0);
	const counts = readColumns(objects(answer.erros)[0] ?? {}, failureColumns);
	const failures = Object.values(failureColumns)
		.filter(({ key }) => counts[key] !== null)
		.map(({ key, title }) => row('failures', { code: key, name: title, leads: counts[key] }));
	return [...details, ...totals, ...(totals.length > 0 ? [row('dayTotal', { leads: sum })] : []), ...failures];
}

/** One item per user, with the breakdowns as lists. */
export function users([answer]: IDataObject[], date: string): IDataObject[] {
	return objects(answer?.usuarios).map((user) => ({
		date,
		...readColumns(user, userColumns),
		...Object.fromEntries(breakdowns.map(({ wire, key }) => [key, linesOf(user[wire])])),
	}));
}
