import type { IDataObject } from 'n8n-workflow';

import type { Columns, ColumnType, RowRules } from '../shared/fields/columns';
import { isoDate } from '../shared/fields/dates';
import { column, mapRow, scalarType } from '../shared/fields/columns';
import { isObject, textOf } from '../shared/fields/text';
import type { Operation } from '../shared/fields/operations';

/** Column types of HotProfile's rows, and how a row becomes simplified output. */

/** As received: a value that the key's user may not see comes as empty text (guide, part 3). */
const text: ColumnType = { read: (value) => value };
/** The customer's own number for a record, which may begin with zeros. */
const customerId = scalarType((value) => value);

const number = scalarType((value) => {
	const parsed = Number(value);
	return Number.isNaN(parsed) ? value : parsed;
});

const CIRCLES = new Set(['◯', '○', '〇']);
const DASHES = new Set(['ー', '―']);

const flag = scalarType((value) => (CIRCLES.has(String(value)) ? true : DASHES.has(String(value)) ? false : value));

const DATE = /^\d{4}\/\d{2}\/\d{2}(?<time> (?:[01]\d|2[0-3]):\d{2}:\d{2})?$/;

/** Japan has had the same offset all year since 1952, so no time zone is looked up. */
const date = scalarType((value) => {
	const parts = DATE.exec(String(value));
	const iso = parts ? isoDate(value) : value;
	// A day that does not exist, such as 31 February, comes back unchanged.
	return iso === value ? value : `${String(iso)}${parts?.groups?.time ? '' : 'T00:00:00'}+09:00`;
});

/** Custom fields as label and value; of several with the same label, the later ones have their id behind it. */
const customFields: ColumnType = {
	read(value) {
		if (!Array.isArray(value) || !value.every(isObject)) return value;
		const values = new Map<string, unknown>();
		for (const { id, label, value: content } of value) {
			let key = textOf(label ?? id ?? '');
			while (values.has(key)) key += ` (${textOf(id)})`;
			values.set(key, content);
		}
		return Object.fromEntries(values);
	},
};

export const textColumn = column(text);
/** Tags, names and ids of several things. */
export const listColumn = textColumn;
export const numberColumn = column(number);
export const flagColumn = column(flag);
export const dateColumn = column(date);
export const customFieldsColumn = column(customFields);
export const customerIdColumn = column(customerId);

const NUMBERS = new Set(['id', 'latitude', 'longitude', 'open_status', 'status', 'lead_status', 'corporate_number']);

/** How a value is read that the catalogue does not know: HotProfile adds fields, and their names say what they hold. */
function typeOfUnknown(wire: string): ColumnType {
	if (wire === 'items') return customFields;
	if (/_flg$/.test(wire)) return flag;
	if (/_(at|on)$/.test(wire)) return date;
	if (wire === 'customer_id') return customerId;
	return NUMBERS.has(wire) || /_id$/.test(wire) ? number : text;
}

const RULES: RowRules = {
	// What people look for first.
	first: ['id', 'name', 'client_name', 'post', 'email', 'tel', 'mobile_tel'],
	// The names of hidden fields.
	hidden: ['private_items'],
	typeOfUnknown,
};

const NO_COLUMNS: Columns = {};

/** A row as "Simplified" shows it. */
export const simplify = (row: IDataObject, { columns = NO_COLUMNS }: Pick<Operation, 'columns'>): IDataObject => mapRow(row, columns, RULES);
