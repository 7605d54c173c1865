import { DateTime } from 'luxon';

/** Reads dates and times in the forms in which people and services write them. */

/** A day, with a time of day behind a blank, in the ways in which ERPs write them. */
const DAY_AND_TIME =
	/^(?:(?<y>\d{4})(?<dash>[-/]?)(?<m>\d{2})\k<dash>(?<d>\d{2})|(?<d2>\d{2})(?<dash2>[-/])(?<m2>\d{2})\k<dash2>(?<y2>\d{4}))(?: (?<time>(?:[01]\d|2[0-4]):[0-5]\d)(?<seconds>:[0-5]\d)?)?$/;
/** The commonest ISO 8601, which needs no calendar; luxon reads the others. */
const ISO = /^(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})T(?<time>(?:[01]\d|2[0-3]):[0-5]\d)(?<seconds>:[0-5]\d)?(?<fraction>\.\d{3})?(?<zone>Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const lastDay = (year: number, month: number) => (month === 2 && isLeap(year) ? 29 : (MONTHS[month - 1] ?? 0));

/**
 * A day as `yyyy-MM-dd`; a moment with the offset that it came with, or without one.
 * By hand, since luxon takes 200 µs for each of them: 50,000 rows would hold up n8n for ten seconds.
 */
export function isoDate(value: unknown): unknown {
	const text = String(value).trim();
	if (/^0000-00-00/.test(text)) return null;
	const found = (DAY_AND_TIME.exec(text) ?? ISO.exec(text))?.groups;
	if (!found) return isoByLuxon(text) ?? value;
	const { y = found.y2, m = found.m2, d = found.d2, time, seconds = ':00', fraction = '.000', zone = '' } = found;
	if (Number(d) < 1 || Number(d) > lastDay(Number(y), Number(m))) return isoByLuxon(text) ?? value;
	const day = `${y}-${m}-${d}`;
	if (time === undefined) return day;
	// The end of a day is the beginning of the next one.
	if (time.startsWith('24')) return isoByLuxon(`${day}T${time}${seconds}`) ?? value;
	return `${day}T${time}${seconds}${fraction === '.000' ? '' : fraction}${/^.00:00$/.test(zone) ? 'Z' : zone}`;
}

/** Any other ISO 8601: weeks, days of the year, fractions. In UTC, where no hour is left out in spring. */
function isoByLuxon(text: string): string | null {
	// A bare time of day would become one of today.
	if (!/^([-+]\d{2})?\d{4}/.test(text)) return null;
	const moment = DateTime.fromISO(text, { zone: 'utc', setZone: true });
	return moment.toISO({ includeOffset: /[zZ]|[+-]\d\d:?\d\d$/.test(text), suppressMilliseconds: true });
}
