/** Days and moments, sent in the service's own format and time zone. */

import { DateTime } from 'luxon';
import { z } from 'zod';

import { dateText, hasOffset, parseDateTime } from '../dates';
import type { FieldType, Formats, Rule, WireValue } from '../field';
import { defineType } from '../field';

const property: FieldType['property'] = () => ({ type: 'dateTime', default: '' });

const isMidnight = (moment: DateTime) => Number(moment) === Number(moment.startOf('day'));

/**
 * A day. Midnight stands for the day that begins with it, whether it is midnight where it was written or in the
 * workflow: `$today` and a picked day stay the same day wherever the service is. Text without an offset is
 * the day that it names. Only a moment with a time of day becomes the service's day.
 */
function calendarDay(value: unknown, { zone, workflowZone = zone, dayFirst }: Formats): DateTime {
	const text = dateText(value);
	// In UTC every day has a midnight; where summer time begins at midnight, one has none.
	if (!hasOffset(text)) return parseDateTime(text, { zone: 'utc' }, dayFirst);
	const written = parseDateTime(text, { setZone: true });
	return [written, written.setZone(workflowZone)].find(isMidnight) ?? written.setZone(zone);
}

/** Years that are sent with four digits. */
const isWritable = ({ isValid, year }: DateTime) => isValid && year >= 1 && year <= 9999;

const EXAMPLE = DateTime.utc(2026, 4, 30, 9, 30);

/**
 * @param examples what a message shows as valid
 * @param refuse why a valid date cannot be sent after all
 */
const dateRule = (read: (value: unknown) => DateTime, format: string, examples: string, refuse: (date: DateTime) => string | undefined = () => undefined): Rule =>
	z.unknown().transform((value, context): WireValue => {
		const date = read(value);
		const message = isWritable(date) ? refuse(date) : `must be a valid date, e.g. ${examples}`;
		if (message === undefined) return date.toFormat(format);
		context.addIssue({ code: 'custom', message });
		return z.NEVER;
	});

export const date = defineType({
	kind: 'date',
	rule: (_spec, formats) => dateRule((value) => calendarDay(value, formats), formats.dateFormat, EXAMPLE.toFormat(formats.dateFormat)),
	property,
	settings: ['dateFormat'],
});

export const dateTime = defineType({
	kind: 'dateTime',
	rule: (_spec, { zone, dateFormat, dayFirst }) => {
		const format = `${dateFormat} HH:mm:ss`;
		return dateRule((value) => parseDateTime(dateText(value), { zone }, dayFirst), format, EXAMPLE.toFormat(format));
	},
	property,
	settings: ['dateFormat'],
});

const ISO_DATE = 'yyyy-MM-dd';

/** Words that every service understands, with the number of days that they lie back. */
const DAY_WORDS = { today: 0, yesterday: 1 };

/** A day up to today, sent as yyyy-MM-dd; also in words such as "yesterday", which are days of the service. */
export const day = defineType({
	kind: 'day',
	rule: (_spec, formats) => {
		const { zone, workflowZone = zone, dayFirst, dayWords } = formats;
		const words = new Map(Object.entries({ ...DAY_WORDS, ...dayWords }));
		const read = (value: unknown) => {
			const daysAgo = typeof value === 'string' ? words.get(value.trim().toLowerCase()) : undefined;
			return daysAgo === undefined ? calendarDay(value, formats) : DateTime.now().setZone(zone).minus({ days: daysAgo });
		};
		// A day has begun where it has begun at the service or, as `$today`, in the workflow.
		const isFuture = (date: DateTime) =>
			[zone, workflowZone].every((timeZone) => date.toFormat(ISO_DATE) > DateTime.now().setZone(timeZone).toFormat(ISO_DATE));
		const examples = dayFirst ? '2026-04-30, 30/04/2026 or yesterday' : '2026-04-30 or yesterday';
		return dateRule(read, ISO_DATE, examples, (date) => (isFuture(date) ? 'must not be in the future' : undefined));
	},
	property,
});
