/** Makes the operation of a report, and declares the fields for its period. */

import { choice, day, fields } from '../../shared/fields';
import type { Operation } from '../../shared/fields/operations';
import { fieldsOf } from '../../shared/fields/operations';

/** Time zone of the vendor and its customers: its days begin and end there. */
export const ZONE = 'America/Sao_Paulo';

const dayHelp = 'Select a date, or enter text such as 2026-04-30, 30/04/2026, today or yesterday. Days begin and end in São Paulo time';

export const period = fields(ZONE, {
	period: choice('Period', [
		{ name: 'Yesterday', value: 'yesterday', description: 'The previous day in São Paulo time' },
		{ name: 'Today', value: 'today', description: 'The current day in São Paulo time, up to now' },
		{ name: 'One Day', value: 'oneDay' },
		{ name: 'Range of Days', value: 'range' },
	], { help: 'The days that the report covers' }),
	date: day('Date', { term: 'Data', help: dayHelp, when: { period: ['oneDay'] } }),
	startDate: day('Start Date', { term: 'Data Inicial', help: dayHelp, when: { period: ['range'] } }),
	endDate: day('End Date', { term: 'Data Final', help: dayHelp, when: { period: ['range'] } }),
}, { dayFirst: true, dayWords: { hoje: 0, ontem: 1 } });

/** The operation of a report. */
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

/** The wire names of the fields that an operation has besides the period. */
export const ownFieldsOf = (operation: Operation): string[] => Object.keys(fieldsOf(operation)).filter((wire) => !(wire in period));
