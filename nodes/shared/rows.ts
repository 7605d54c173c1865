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
		const name = wire.normalize('NFC');
		const { key, type } = Object.hasOwn(row, name) ? row[name] : asText(wire);
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
function isoDate(value: unknown): unknown {
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

const YES = /^(s|sim|y|yes|true|1|a|ativo|ativa)$/i;
const NO = /^(n|n[aã]o|no|false|0|i|inativo|inativa)$/i;

function yesOrNo(value: unknown): unknown {
	const text = String(value).trim();
	if (YES.test(text)) return true;
	return NO.test(text) ? false : value;
}
