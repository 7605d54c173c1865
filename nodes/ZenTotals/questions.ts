import { DateTime } from 'luxon';

import type { Item } from '../shared/dialect';
import type { Operation, WireValues } from '../shared/operations';

/** Which questions an item asks: one for each day, or one for a whole period. */

/** One question to a report; a paged one takes several calls. */
export interface Question {
	values: WireValues;
	/** The (first) day that it is about. */
	date: string;
	/** Whether all its days are over: within one execution it is not asked twice. */
	isClosed: boolean;
}

const daysAgo = (days: number, zone: string) => DateTime.now().setZone(zone).minus({ days }).toFormat('yyyy-MM-dd');

/** The day that was over last, in a time zone. */
export const yesterday = (zone: string): string => daysAgo(1, zone);

/** The questions of an item, in order; what is wrong with its days is added to the problems. */
export function questionsOf({ caller, operation, values }: Item, problems: string[]): Question[] {
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
export const callOf = ({ values }: Question, { list }: Operation, page = 1): WireValues => (list ? { ...values, pagina: page } : values);

/** The vendor's sample sends every filter, so those that are not set include. */
function standing({ collections }: Operation): WireValues {
	const wires = collections.flatMap(({ fields }) => Object.keys(fields));
	return Object.fromEntries(wires.map((wire) => [wire, 1]));
}
