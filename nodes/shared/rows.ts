import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';

/**
 * The catalogue of what comes back: wire name, key in the simplified output, type. Services that
 * send everything as text get real types here.
 */

type Type = keyof typeof readers;

export interface Column {
	/** Key in the simplified output. */
	key: string;
	type: Type;
}

/** What comes back, by the names on the wire. */
export type Row = Record<string, Column>;

const column = (type: Type) => (key: string): Column => ({ key, type });

/** One line of a row each; ids are texts, since some begin with zeros. */
export const asText = column('text');
export const asNumber = column('number');
export const asMoney = column('money');
export const asDate = column('date');
export const asFlag = column('flag');
/** A link to a file that can be downloaded. */
export const asLink = column('link');

/** Keys of the simplified output. */
export const keysOf = (row: Row): string[] => Object.values(row).map(({ key }) => key);

/** Names on the wire of the links to files. */
export const linksOf = (row: Row = {}): string[] => Object.keys(row).filter((wire) => row[wire].type === 'link');

/** A row with English keys and real types; what the catalogue does not know stays as it is. */
export function typedRow(received: IDataObject, row: Row): IDataObject {
	const entries = Object.entries(received).map(([wire, value]) => {
		const { key, type } = row[wire.normalize('NFC')] ?? { key: wire, type: 'text' };
		return [key, value === '' || value === null ? null : readers[type](value)];
	});
	return Object.fromEntries(entries) as IDataObject;
}

/** Readers give back what they cannot read as it is: nothing gets lost. */
const readers = {
	text: (value: unknown) => value,
	link: (value: unknown) => value,
	number: (value: unknown) => numberOr(value, String(value).trim().replace(',', '.')),
	money: (value: unknown) => numberOr(value, plainMoney(String(value))),
	date: isoDate,
	flag: yesOrNo,
};

function numberOr(value: unknown, text: string): unknown {
	if (typeof value === 'number') return value;
	const number = Number(text);
	return text === '' || !Number.isFinite(number) ? value : number;
}

/** `R$ 1.234,56`, `1,234.56` and `1234.56` become `1234.56`. */
function plainMoney(written: string): string {
	const text = written.replace(/R\$|\s/g, '');
	// In Brazil a dot with three digits behind it parts the thousands.
	if (/^-?[1-9]\d{0,2}(\.\d{3})+$/.test(text)) return text.replaceAll('.', '');
	const decimals = Math.max(text.lastIndexOf(','), text.lastIndexOf('.'));
	if (decimals < 0) return text;
	return `${text.slice(0, decimals).replace(/[.,]/g, '')}.${text.slice(decimals + 1)}`;
}

const DAYS = ['yyyy-MM-dd', 'dd/MM/yyyy', 'yyyy/MM/dd', 'dd-MM-yyyy', 'yyyyMMdd'];
const TIMES = ['HH:mm:ss', 'HH:mm'];

/** A day as `yyyy-MM-dd`; a moment with the offset that it came with, or without one. */
function isoDate(value: unknown): unknown {
	const text = String(value).trim();
	if (/^0000-00-00/.test(text)) return null;
	for (const day of DAYS) {
		const date = DateTime.fromFormat(text, day);
		if (date.isValid) return date.toISODate();
		for (const time of TIMES) {
			const moment = DateTime.fromFormat(text, `${day} ${time}`);
			if (moment.isValid) return moment.toISO({ includeOffset: false, suppressMilliseconds: true });
		}
	}
	const iso = DateTime.fromISO(text, { setZone: true });
	if (!iso.isValid) return value;
	return iso.toISO({ includeOffset: /[zZ]|[+-]\d\d:?\d\d$/.test(text), suppressMilliseconds: true });
}

const YES = /^(s|sim|y|yes|true|1|a|ativo|ativa)$/i;
const NO = /^(n|n[aã]o|no|false|0|i|inativo|inativa)$/i;

function yesOrNo(value: unknown): unknown {
	const text = String(value).trim();
	if (YES.test(text)) return true;
	return NO.test(text) ? false : value;
}
