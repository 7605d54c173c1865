import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../shared/fields/text';

/** CRM Zen's pages show no sample values, so every form that a value may come in is read. */

/** The objects of a list. Empty in any form is no object; a list may come as an object with numbered keys. */
export function objects(value: unknown): IDataObject[] {
	if (Array.isArray(value)) return value.filter(isObject).filter(saysSomething);
	if (!isObject(value)) return [];
	const inside = Object.values(value);
	return (inside.length > 0 && inside.every(isObject) ? inside : [value]).filter(saysSomething);
}

const saysSomething = (one: IDataObject) => Object.values(one).some((value) => value !== null && value !== undefined && value !== '');

const DECIMALS = /,\d{1,2}$/;
const THOUSANDS = /^-?\d{1,3}([.,]\d{3})+$/;

/** A count as a number, whether it came as 12, "12" or "1.234"; null where there is none. */
export function count(value: unknown): number | null {
	if (typeof value === 'number') return value;
	if (typeof value !== 'string' || value.trim() === '') return null;
	const decimals = value.replace(/\s/g, '');
	const written = DECIMALS.test(decimals) ? decimals.replace(/\./g, '').replace(',', '.') : decimals;
	const number = Number(THOUSANDS.test(written) ? written.replace(/[.,]/g, '') : written);
	return Number.isNaN(number) ? null : number;
}

/** A code as a number where it is one, as text where a number would lose something, e.g. leading zeros. */
export function code(value: unknown): number | string | null {
	if (typeof value === 'number') return value;
	const written = text(value);
	return written !== null && /^(0|[1-9]\d{0,14})$/.test(written) ? Number(written) : written;
}

export function text(value: unknown): string | null {
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** A day, with a time of day behind a blank. */
const DAY_AND_TIME = /^(?:(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})|(?<d2>\d{2})\/(?<m2>\d{2})\/(?<y2>\d{4}))(?: (?<time>\d{2}:\d{2})(?<seconds>:\d{2})?)?$/;

/**
 * A date or a moment as ISO 8601, without a zone where CRM Zen names none; other texts as they are.
 * By hand, since luxon tries one form after the other: 20,000 leads would hold up n8n for three seconds.
 */
export function isoDate(value: unknown): string | null {
	const written = text(value);
	if (written === null || /^0000-00-00/.test(written)) return null;
	const found = DAY_AND_TIME.exec(written)?.groups;
	if (!found) return written;
	const { y = found.y2, m = found.m2, d = found.d2, time, seconds = ':00' } = found;
	const day = `${y}-${m}-${d}`;
	// In UTC every hour exists. A day that does not, such as 31 February, would become another one.
	if (!new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day)) return written;
	if (time === undefined) return day;
	return new Date(`${day}T${time}${seconds}Z`).toJSON()?.slice(0, 19) ?? written;
}
