/** Reads dates and times in the formats in which people and services write them. */

import type { DateTimeOptions } from 'luxon';
import { DateTime } from 'luxon';

/** The formats of services, which people use too. */
const PATTERNS = [
	// 2026-04-30, 2026/04/30, 20260430, each with 10:30 or 10:30:15 behind a blank
	/^(?<year>\d{4})(?<dash>[-/]?)(?<month>\d{2})\k<dash>(?<day>\d{2})(?: (?<hour>[01]\d|2[0-4]):(?<minute>[0-5]\d)(?::(?<second>[0-5]\d))?)?$/,
	// 30/04/2026, 30-04-2026, the same
	/^(?<day>\d{2})(?<dash>[-/])(?<month>\d{2})\k<dash>(?<year>\d{4})(?: (?<hour>[01]\d|2[0-4]):(?<minute>[0-5]\d)(?::(?<second>[0-5]\d))?)?$/,
	// 2026-04-30T10:30:15.250+09:00
	/^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})T(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d)(?::(?<second>[0-5]\d))?(?:\.(?<millisecond>\d{3}))?(?<offset>Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/,
];

/** All formats in which people write: also 2026/4/3 9:30 and 3.4.2026. ISO 8601 has more, which luxon reads. */
const ENTERED_PATTERNS = [
	...PATTERNS,
	/^(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})(?:[ T](?<hour>\d|[01]\d|2[0-4]):(?<minute>[0-5]\d)(?::(?<second>[0-5]\d))?)?$/,
	/^(?<day>\d{1,2})[-/.](?<month>\d{1,2})[-/.](?<year>\d{4})$/,
];

/** The parts of a date as they were written. */
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

/** The parts of a date in one of the formats; undefined if it has another one or does not exist. */
function parseDate(text: string, patterns: RegExp[]): DateParts | undefined {
	for (const pattern of patterns) {
		const groups = pattern.exec(text)?.groups;
		if (!groups) continue;
		const { year = '', month = '', day = '', hour, minute = '00', second = '00', millisecond = '000', offset = '' } = groups;
		if (Number(day) < 1 || Number(day) > daysInMonth(Number(year), Number(month))) return undefined;
		const time = hour === undefined ? undefined : { hour, minute, second, millisecond, offset };
		return { year, month, day, isDayFirst: !/^\d{4}/.test(text), time };
	}
	return undefined;
}

/**
 * A date in an answer as ISO 8601: a day as `yyyy-MM-dd`, a moment with the offset that it came with or without one.
 * By hand, since luxon takes 200 µs for each: 50,000 rows would block n8n for ten seconds.
 * @returns null for a zero date; what is no date as it is
 */
export function isoDate(value: unknown): unknown {
	const text = String(value).trim();
	if (/^0000-00-00/.test(text)) return null;
	const parts = parseDate(text, PATTERNS);
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
	const parts = hasOffset(text) ? undefined : parseDate(text, ENTERED_PATTERNS);
	if (!parts) return ISO_DAY.test(text) ? DateTime.fromISO(text, options) : DateTime.invalid('no date');
	const { year, month, day, isDayFirst, time } = parts;
	if (isDayFirst && !dayFirst) return DateTime.invalid('no date');
	const clock = { hour: Number(time?.hour ?? 0), minute: Number(time?.minute ?? 0), second: Number(time?.second ?? 0), millisecond: Number(time?.millisecond ?? 0) };
	return DateTime.fromObject({ year: Number(year), month: Number(month), day: Number(day), ...clock }, options);
}
