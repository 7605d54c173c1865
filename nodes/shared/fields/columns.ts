import type { IDataObject } from 'n8n-workflow';

import { isoDate } from './dates';

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
export type Columns = Record<string, Column>;

const column = (type: Type) => (key: string): Column => ({ key, type });

/** One line of a row each; ids are texts, since some begin with zeros. */
export const textColumn = column('text');
export const numberColumn = column('number');
export const moneyColumn = column('money');
export const dateColumn = column('date');
export const flagColumn = column('flag');
/** A link to a file that can be downloaded. */
export const linkColumn = column('link');

/** Keys of the simplified output. */
export const outputKeys = (row: Columns): string[] => Object.values(row).map(({ key }) => key);

/** Names on the wire of the links to files. */
export const linkNames = (row: Columns = {}): string[] => Object.keys(row).filter((wire) => row[wire].type === 'link');

/** A row with English keys and real types; what the catalogue does not know stays as it is. */
export function mapRow(received: IDataObject, row: Columns): IDataObject {
	const entries = Object.entries(received).map(([wire, value]) => {
		const name = wire.normalize('NFC');
		const { key, type } = Object.hasOwn(row, name) ? row[name] : textColumn(wire);
		if (value === '') return [key, null];
		return [key, typeof value === 'object' ? value : readers[type](value)];
	});
	return Object.fromEntries(entries) as IDataObject;
}

/** Readers of numbers, texts and flags. They give back what they cannot read as it is: nothing gets lost. */
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

const YES = /^(s|sim|y|yes|true|1|a|ativo|ativa)$/i;
const NO = /^(n|n[aã]o|no|false|0|i|inativo|inativa)$/i;

function yesOrNo(value: unknown): unknown {
	const text = String(value).trim();
	if (YES.test(text)) return true;
	return NO.test(text) ? false : value;
}
