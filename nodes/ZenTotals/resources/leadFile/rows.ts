/** Turns a day of the lead file into output: one row per lead, or one item per user. */

import type { IDataObject } from 'n8n-workflow';

import { readColumns } from '../../../shared/fields/columns';
import { objects } from '../../values';
import { groupByUser } from '../groupByUser';
import { leadFileColumns } from './columns';

/** One row per lead. */
export function* rows(answer: IDataObject, date: string): Iterable<IDataObject> {
	for (const lead of objects(answer.leads)) yield { date, ...readColumns(lead, leadFileColumns) };
}

/** One item per responsible user and day, with the leads as a list. */
export const users = async (_answers: IDataObject[], _date: string, leads: IDataObject[], signal?: AbortSignal): Promise<IDataObject[]> =>
	await groupByUser(leads, ['date', 'user', 'email'], signal);
