/** Times of HotProfile's records as text that sorts: `yyyy/MM/dd HH:mm:ss` in Japan time. */

import { DateTime } from 'luxon';

const ZONE = 'Asia/Tokyo';
const FORMAT = 'yyyy/MM/dd HH:mm:ss';
const WRITTEN = /^\d{4}\/\d{2}\/\d{2}( \d{2}:\d{2}:\d{2})?$/;

/** A time of the service: text, so that two of them can be compared with `<`. */
export type JapanTime = string;

export const japanTimeAt = (ms: number): JapanTime => DateTime.fromMillis(ms, { zone: ZONE }).toFormat(FORMAT);

/** A time as HotProfile returns it, also as ISO 8601; undefined if it is none. */
export function parseJapanTime(value: unknown): JapanTime | undefined {
	if (typeof value !== 'string') return undefined;
	if (WRITTEN.test(value)) return value.length > 10 ? value : `${value} 00:00:00`;
	const moment = DateTime.fromISO(value, { zone: ZONE });
	return moment.isValid ? moment.toFormat(FORMAT) : undefined;
}

export const millisOf = (time: JapanTime): number => Number(DateTime.fromFormat(time, FORMAT, { zone: ZONE }));

/** The time so many ms before another one. */
export const before = (time: JapanTime, ms: number): JapanTime => japanTimeAt(millisOf(time) - ms);

export const dayOf = (time: JapanTime): string => time.slice(0, 10);

export const later = (one: JapanTime, other: JapanTime): JapanTime => (one > other ? one : other);
export const earlier = (one: JapanTime, other: JapanTime): JapanTime => (one < other ? one : other);
