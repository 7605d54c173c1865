import { DateTime } from 'luxon';

import type { PlannedItem } from '../shared/http/service';
import type { Operation, WireValues } from '../shared/fields/operations';
import { reports } from './connection';
import { ZONE } from './resources/operations';

/** Which questions an item asks: one for each day, or one for a whole period. */

/** One question to a report; a paged one takes several calls. */
export interface Question {
	values: WireValues;
	/** The (first) day that it is about. */
	date: string;
	/** Whether all its days are over in Brazil: its answer will not change. */
	isClosed: boolean;
}

/** Ten years: as single days they take two weeks. */
const MOST_DAYS = 3_660;

const daysAgo = (days: number, zone: string) => DateTime.now().setZone(zone).minus({ days }).toFormat('yyyy-MM-dd');

/** The day that was over last, in a time zone. */
export const yesterday = (zone: string): string => daysAgo(1, zone);

/** The questions of an item, in order; what is wrong with its days is added to the problems. */
export function questionsOf({ operation, values }: PlannedItem, problems: string[]): Question[] {
	const today = daysAgo(0, ZONE);
	const last = yesterday(ZONE);
	const { period, date, startDate, endDate, ...filters } = values;
	const named: Record<string, [unknown, unknown]> = {
		yesterday: [last, last],
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
		if (daysBetween(from, to) > MOST_DAYS) {
			problems.push(`'Start Date' and 'End Date' must be at most ${MOST_DAYS.toLocaleString('en')} days apart`);
			return [];
		}
		return daysFrom(from, to).map((day) => ({ values: { data: day }, date: day, isClosed: isOver(day) }));
	}
	const days = { data_inicial: from, data_final: to };
	return [{ values: { ...standing(operation), ...days, ...filters }, date: from, isClosed: isOver(to) }];
}

const inUtc = (day: string) => DateTime.fromISO(day, { zone: 'utc' });

const daysBetween = (from: string, to: string): number => inUtc(to).diff(inUtc(from), 'days').days;

const daysFrom = (from: string, to: string): string[] =>
	Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => inUtc(from).plus({ days: index }).toFormat('yyyy-MM-dd'));

/** The values of one call: those of a question, and the page where there are pages. */
export const callOf = ({ values }: Question, { resultList }: Operation, page = 1): WireValues => (resultList ? { ...values, pagina: page } : values);

/** The vendor's sample sends every filter, so those that are not set include. */
function standing({ collections }: Operation): WireValues {
	const wires = collections.flatMap(({ fields }) => Object.keys(fields));
	return Object.fromEntries(wires.map((wire) => [wire, 1]));
}

/** What the report of an operation is called, also in the fields of the credential. */
export const labelOf = ({ path }: Operation): string => reports.find(({ name }) => name === path)?.label ?? path;
