/** Reads dates and times in the forms in which people and services write them. */

import type { DateTimeOptions } from 'luxon';
import { DateTime } from 'luxon';

const DAY_FORMS = [
	// 2026-04-30, 2026/4/30
	String.raw`(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})`,
	// 20260430
	String.raw`(?<year2>\d{4})(?<month2>\d{2})(?<day2>\d{2})`,
	// 30/04/2026, 30-4-2026, 30.04.2026
	String.raw`(?<day3>\d{1,2})(?<separator>[-/.])(?<month3>\d{1,2})\k<separator>(?<year3>\d{4})`,
];
/** 9:30, 09:30:15, 09:30:15.250+09:00, 24:00 */
const TIME_FORM = String.raw`(?<hour>[01]?\d|2[0-4]):(?<minute>[0-5]\d)(?::(?<second>[0-5]\d))?(?:\.(?<millisecond>\d{3}))?(?<offset>Z|[+-](?:0\d|1[0-4]):[0-5]\d)?`;
/** The one table of forms; ISO 8601 has more of them, which luxon reads. */
const DATE_AND_TIME = new RegExp(`^(?:${DAY_FORMS.join('|')})(?:[ T]${TIME_FORM})?$`);

/** What a text in one of the forms says, each part with its zeros in front. */
interface DateParts {
	year: string;
	month: string;
	day: string;
	/** Whether the day stood before the month and the year. */
	isDayFirst: boolean;
	time?: { hour: string; minute: string; second: string; millisecond: string; offset: string };
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeapYear = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const daysInMonth = (year: number, month: number) => (month === 2 && isLeapYear(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0));

/** The parts of a date in one of the forms; nothing where it has another form or does not exist. */
function parseDate(text: string): DateParts | undefined {
	const found = DATE_AND_TIME.exec(text)?.groups;
	if (!found) return undefined;
	const year = found.year ?? found.year2 ?? found.year3 ?? '';
	const month = (found.month ?? found.month2 ?? found.month3 ?? '').padStart(2, '0');
	const day = (found.day ?? found.day2 ?? found.day3 ?? '').padStart(2, '0');
	if (Number(day) < 1 || Number(day) > daysInMonth(Number(year), Number(month))) return undefined;
	const { hour, minute = '00', second = '00', millisecond = '000', offset = '' } = found;
	const time = hour === undefined ? undefined : { hour: hour.padStart(2, '0'), minute, second, millisecond, offset };
	return { year, month, day, isDayFirst: found.day3 !== undefined, time };
}

/**
 * A date in an answer as ISO 8601: a day as `yyyy-MM-dd`, a moment with the offset that it came with or without one.
 * By hand, since luxon takes 200 µs for each: 50,000 rows would block n8n for ten seconds.
 * @returns null for a zero date; what is no date as it is
 */
export function isoDate(value: unknown): unknown {
	const text = String(value).trim();
	if (/^0000-00-00/.test(text)) return null;
	const parts = parseDate(text);
	if (!parts) return isoByLuxon(text) ?? value;
	const { year, month, day, time } = parts;
	const iso = `${year}-${month}-${day}`;
	if (time === undefined) return iso;
	const { hour, minute, second, millisecond, offset } = time;
	const clock = `T${hour}:${minute}:${second}`;
	// The end of a day is the beginning of the next one.
	if (hour === '24') return isoByLuxon(`${iso}${clock}${offset}`) ?? value;
	return `${iso}${clock}${millisecond === '000' ? '' : `.${millisecond}`}${/^.00:00$/.test(offset) ? 'Z' : offset}`;
}

/** Any other ISO 8601: weeks, days of the year, fractions. In UTC, where no hour is skipped in spring. */
function isoByLuxon(text: string): string | null {
	// A time of day alone would become one of today.
	if (!/^([-+]\d{2})?\d{4}/.test(text)) return null;
	const moment = DateTime.fromISO(text, { zone: 'utc', setZone: true });
	return moment.toISO({ includeOffset: /[zZ]|[+-]\d\d:?\d\d$/.test(text), suppressMilliseconds: true });
}

/** A date that was entered, as text: dates of any library, copy or realm have only that in common. Empty where it is none. */
export function dateText(value: unknown): string {
	if (typeof value === 'string') return value.trim();
	if (DateTime.isDateTime(value)) return value.toISO() ?? '';
	const isDate = Object.prototype.toString.call(value) === '[object Date]' && !Number.isNaN(Number(value));
	return isDate ? (value as Date).toISOString() : '';
}

/** A time of day with an offset from UTC; in "2026-04-30" the last part is none. */
const WITH_OFFSET = /T.*(z|[+-]\d{2}(:?\d{2})?)(\[.*\])?$/i;

export const hasOffset = (text: string): boolean => WITH_OFFSET.test(text);

/** How an ISO text with a calendar day begins; luxon alone would read "2026" or "10:30" as a date too. */
const ISO_DAY = /^\d{4}-?\d{2}-?\d{2}/;

/**
 * A moment that was entered; invalid where it is no date that exists.
 * @param options the zone of the result, which is also that of text without one
 * @param dayFirst whether a day may stand before its month and year
 */
export function parseDateTime(text: string, options: DateTimeOptions, dayFirst = false): DateTime {
	const parts = hasOffset(text) ? undefined : parseDate(text);
	if (!parts) return ISO_DAY.test(text) ? DateTime.fromISO(text, options) : DateTime.invalid('no date');
	const { year, month, day, isDayFirst, time } = parts;
	if ((isDayFirst && !dayFirst) || time?.offset) return DateTime.invalid('no date');
	const clock = { hour: Number(time?.hour ?? 0), minute: Number(time?.minute ?? 0), second: Number(time?.second ?? 0), millisecond: Number(time?.millisecond ?? 0) };
	return DateTime.fromObject({ year: Number(year), month: Number(month), day: Number(day), ...clock }, options);
}
