/** Reads the values in CRM Zen's answers, however they are written: the vendor's pages show no sample values. */

import type { IDataObject } from 'n8n-workflow';

import { isoDate } from '../shared/fields/dates';
import { parseNumber } from '../shared/fields/numbers';
import { isObject } from '../shared/fields/unknownValues';

/** The objects of a list. Empty objects are left out; a list may come as an object with numbered keys. */
export function objects(value: unknown): IDataObject[] {
	if (Array.isArray(value)) return value.filter(isObject).filter(hasValue);
	if (!isObject(value)) return [];
	const children = Object.values(value);
	return (children.length > 0 && children.every(isObject) ? children : [value]).filter(hasValue);
}

const hasValue = (object: IDataObject) => Object.values(object).some((value) => value !== null && value !== undefined && value !== '');

/** A count as a number, whether it came as 12, "12" or "1.234". */
export function count(value: unknown): number | null {
	if (typeof value === 'number') return value;
	return typeof value === 'string' ? (parseNumber(value, { groupSeparators: '.,' }) ?? null) : null;
}

/** A code as a number, or as text where a number would lose something, such as leading zeros. */
export function code(value: unknown): number | string | null {
	if (typeof value === 'number') return value;
	const written = text(value);
	return written !== null && /^(0|[1-9]\d{0,14})$/.test(written) ? Number(written) : written;
}

export function text(value: unknown): string | null {
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** A date or time as ISO 8601, without an offset where CRM Zen sends none; other texts as they are. */
export function date(value: unknown): string | null {
	const written = text(value);
	return written === null ? null : (isoDate(written) as string | null);
}
