import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../shared/fields/text';
import { textOf } from '../shared/fields/text';

/** HotProfile's rows with real types. Values hidden from the key's user come as empty text. */

const CIRCLES = new Set(['◯', '○', '〇']);
const DASHES = new Set(['ー', '―']);
const DATE = /^(\d{4}\/\d{2}\/\d{2})(?: (\d{2}:\d{2}:\d{2}))?$/;
const NUMBERS = new Set(['latitude', 'longitude', 'open_status', 'status', 'lead_status', 'corporate_number']);

/** What people look for stands in front. */
const FIRST = ['id', 'name', 'client_name', 'post', 'email', 'tel', 'mobile_tel'];

/** A row as it comes out of "Simplified": typed, without the list of hidden fields. */
export function simplify(row: IDataObject): IDataObject {
	const first = Object.fromEntries(FIRST.filter((key) => Object.hasOwn(row, key)).map((key) => [key, row[key]]));
	const shown = Object.entries({ ...first, ...row }).filter(([key]) => key !== 'private_items');
	return Object.fromEntries(shown.map(([key, value]) => [key, typed(key, value)])) as IDataObject;
}

function typed(key: string, value: unknown): unknown {
	if (key === 'items') return byLabel(value);
	if (typeof value === 'object' && value !== null) return value;
	if (/_flg$/.test(key)) return mark(value);
	if (/_(at|on)$/.test(key)) return isoDate(value);
	if (NUMBERS.has(key) || key === 'id' || /_id$/.test(key)) return numberOrNull(key, value);
	return value;
}

function mark(value: unknown): unknown {
	if (CIRCLES.has(String(value))) return true;
	if (DASHES.has(String(value))) return false;
	return value === '' ? null : value;
}

/** Japan has had one time all year since 1952, so there is nothing to look up, for a hundred thousand dates at once. */
function isoDate(value: unknown): unknown {
	if (value === '' || value === null) return null;
	const [, day, time = '00:00:00'] = DATE.exec(String(value)) ?? [];
	const iso = `${day?.replaceAll('/', '-')}T${time}`;
	// What does not exist, such as 31 February, stays as it is.
	return new Date(`${iso}Z`).toJSON()?.startsWith(iso) ? `${iso}+09:00` : value;
}

function numberOrNull(key: string, value: unknown): unknown {
	if (value === '' || value === null) return null;
	// The customer id is the user's own text.
	const number = key === 'customer_id' ? NaN : Number(value);
	return Number.isNaN(number) ? value : number;
}

/** Custom fields: label to value. Fields with one label keep their id apart. */
function byLabel(items: unknown): unknown {
	if (!Array.isArray(items) || !items.every(isObject)) return items;
	const values = new Map<string, unknown>();
	for (const { id, label, value } of items) {
		let key = textOf(label ?? id ?? '');
		while (values.has(key)) key += ` (${textOf(id)})`;
		values.set(key, value);
	}
	return Object.fromEntries(values);
}
