import type { IDataObject } from 'n8n-workflow';

import { choice, day, fields } from '../../shared/fields/fields';
import type { Operation } from '../../shared/fields/operations';
import { mapInChunks } from '../../shared/run/mapInChunks';

/** Where the vendor and its customers are: its days begin and end there. */
export const ZONE = 'America/Sao_Paulo';

const dayHelp = 'From the picker or as text: 2026-04-30, 30/04/2026, today or yesterday (the days of Brazil, São Paulo time)';

/** Which days a report is about; these are the same for all. */
export const period = fields(ZONE, {
	period: choice('Period', [
		{ name: 'Yesterday', value: 'yesterday', description: 'The last day that is over in Brazil (São Paulo time)' },
		{ name: 'Today', value: 'today', description: 'The day that it is in Brazil (São Paulo time), as far as it has come' },
		{ name: 'One Day', value: 'oneDay' },
		{ name: 'Range of Days', value: 'range' },
	], { help: 'The days that the report is about, as Brazil has them' }),
	date: day('Date', { term: 'data', help: dayHelp, when: { period: ['oneDay'] } }),
	startDate: day('Start Date', { term: 'data inicial', help: dayHelp, when: { period: ['range'] } }),
	endDate: day('End Date', { term: 'data final', help: dayHelp, when: { period: ['range'] } }),
}, { dayFirst: true, dayWords: { hoje: 0, ontem: 1 } });

/** The one shape that operations of CRM Zen have; a report says only what is its own. */
export const getMany = (
	own: Pick<Operation, 'action' | 'description' | 'path'> & Partial<Pick<Operation, 'required' | 'collections' | 'resultList'>>,
): Operation => ({
	value: 'getMany',
	name: 'Get Many',
	method: 'GET',
	idempotent: true,
	pastTense: 'read',
	canClearFields: false,
	collections: [],
	...own,
	required: { ...period, ...own.required },
});

/** Rows gathered under what they have in common, the rest of each in a list of leads. */
export async function byUser(rows: IDataObject[], shared: string[], signal?: AbortSignal): Promise<IDataObject[]> {
	const users = new Map<string, IDataObject & { leads: IDataObject[] }>();
	await mapInChunks(rows, (row) => {
		const entries = Object.entries(row);
		const common = Object.fromEntries(entries.filter(([key]) => shared.includes(key)));
		const user = users.get(JSON.stringify(common)) ?? { ...common, leads: [] };
		user.leads.push(Object.fromEntries(entries.filter(([key]) => !shared.includes(key))));
		users.set(JSON.stringify(common), user);
	}, signal);
	return [...users.values()];
}
