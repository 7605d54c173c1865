import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../shared/answers';

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

const FORMS = ['dd/MM/yyyy HH:mm:ss', 'dd/MM/yyyy HH:mm', 'dd/MM/yyyy', 'yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd HH:mm'];

/** A date or a moment as ISO 8601, without a zone where CRM Zen names none; other texts as they are. */
export function isoDate(value: unknown): string | null {
	const written = text(value);
	if (written === null || /^0000-00-00/.test(written)) return null;
	for (const form of FORMS) {
		const date = DateTime.fromFormat(written, form, { zone: 'utc' });
		if (date.isValid) return date.toFormat(form.includes('HH') ? "yyyy-MM-dd'T'HH:mm:ss" : 'yyyy-MM-dd');
	}
	return written;
}
