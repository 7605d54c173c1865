/** Turns leads by user into output: one row per lead, or one item per user. */

import type { IDataObject } from 'n8n-workflow';

import { readColumns } from '../../../shared/fields/columns';
import { objects } from '../../values';
import { groupByUser } from '../groupByUser';
import { leadColumns, userColumns } from './columns';

/** One row per lead. */
export function* rows(answer: IDataObject): Iterable<IDataObject> {
	for (const user of objects(answer.usuarios)) {
		const shared = readColumns(user, userColumns);
		for (const lead of objects(user.leads)) yield { ...shared, ...readColumns(lead, leadColumns) };
	}
}

/** One item per user, with the leads as a list. */
export const users = async (_answers: IDataObject[], _date: string, leads: IDataObject[], signal?: AbortSignal): Promise<IDataObject[]> =>
	await groupByUser(leads, ['user', 'email'], signal);
