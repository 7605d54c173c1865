/** Turns an item's period into queries: one per day, or one for the whole period. */

import { DateTime } from 'luxon';

import type { PlannedItem } from '../shared/http/service';
import type { Operation, WireValues } from '../shared/fields/operations';
import { reportOf } from './resources';
import { ZONE } from './resources/operations';

export interface Query {
	values: WireValues;
	/** Its first day. */
	date: string;
	/** Whether all its days have ended in Brazil, so that its answer no longer changes. */
	isFinal: boolean;
}

/** Ten years: as single days they take two weeks. */
const MAX_DAYS = 3_660;

const daysAgo = (days: number) => DateTime.now().setZone(ZONE).minus({ days }).toFormat('yyyy-MM-dd');

/** The last day that has ended in Brazil. */
export const yesterday = (): string => daysAgo(1);

/** The queries of an item, in order. Adds to `problems` what is wrong with its days. */
export function queriesOf({ operation, values }: PlannedItem, problems: string[]): Query[] {
	const today = daysAgo(0);
	const { period, date, startDate, endDate, ...filters } = values;
	const periods = new Map<unknown, [unknown, unknown]>([
		['yesterday', [yesterday(), yesterday()]],
		['today', [today, today]],
		['oneDay', [date, date]],
		['range', [startDate, endDate]],
	]);
	const [from, to] = periods.get(period) ?? [];
	if (typeof from !== 'string' || typeof to !== 'string') {
		problems.push("'Period' must be selected from its list, not set by an expression");
		return [];
	}
	if (from > to) {
		problems.push(`'Start Date' must not be after 'End Date', but ${from} is after ${to}`);
		return [];
	}
	if (!reportOf(operation).isDaily) {
		return [{ values: { ...defaultFilters(operation), data_inicial: from, data_final: to, ...filters }, date: from, isFinal: to < today }];
	}
	if (daysBetween(from, to) > MAX_DAYS) {
		problems.push(`'Start Date' and 'End Date' must be at most ${MAX_DAYS.toLocaleString('en')} days apart`);
		return [];
	}
	return daysFrom(from, to).map((day) => ({ values: { data: day }, date: day, isFinal: day < today }));
}

const inUtc = (day: string) => DateTime.fromISO(day, { zone: 'utc' });

const daysBetween = (from: string, to: string): number => inUtc(to).diff(inUtc(from), 'days').days;

const daysFrom = (from: string, to: string): string[] =>
	Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => inUtc(from).plus({ days: index }).toFormat('yyyy-MM-dd'));

/** The values of one request: those of the query, and the page number if the report has pages. */
export const requestValues = ({ values }: Query, { resultList }: Operation, page = 1): WireValues =>
	resultList ? { ...values, pagina: page } : values;

/** The vendor's sample sends every filter, so one that is not set includes what it stands for. */
function defaultFilters({ collections }: Operation): WireValues {
	const wires = collections.flatMap(({ fields }) => Object.keys(fields));
	return Object.fromEntries(wires.map((wire) => [wire, 1]));
}
