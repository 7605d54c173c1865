import type { IDataObject } from 'n8n-workflow';

/** Keys that a service repeats, taken out of what is shown. */

/** A shorter text stands in too many others. */
const SHORTEST = 8;
const HIDDEN = '***';

/** Names that HTML has for the signs of a key. */
const ENTITIES: Record<string, string> = {
	excl: '!', quot: '"', num: '#', dollar: '$', percnt: '%', amp: '&', apos: "'", lpar: '(', rpar: ')', ast: '*', midast: '*', plus: '+', comma: ',',
	hyphen: '-', period: '.', sol: '/', colon: ':', semi: ';', lt: '<', equals: '=', gt: '>', quest: '?', commat: '@', lsqb: '[', lbrack: '[', bsol: '\\',
	rsqb: ']', rbrack: ']', hat: '^', lowbar: '_', underbar: '_', grave: '`', diacriticalgrave: '`', lcub: '{', lbrace: '{', verbar: '|', vert: '|',
	verticalline: '|', rcub: '}', rbrace: '}',
};

/** A way to write letters: how it begins, and all that it can write. */
interface Escape {
	sign: string;
	letters: RegExp;
}

const escape = (sign: string, ...forms: string[]): Escape => ({ sign, letters: new RegExp(forms.join('|'), 'gi') });

const IN_ADDRESS = '%(?:u00)?[0-7][\\da-f]';
/** JSON's own, and those of strings in scripts. */
const IN_JSON = '\\\\(?:u00|x)[0-7][\\da-f]|\\\\["\'\\\\/]';
const IN_HTML = `&(?:#0{0,6}\\d{2,3}|#x0{0,6}[\\da-f]{2}|${Object.keys(ENTITIES).join('|')});`;

const ESCAPES = [escape('%', IN_ADDRESS), escape('\\', IN_JSON), escape('&', IN_HTML)];
const ALL = escape('', IN_ADDRESS, IN_JSON, IN_HTML);

/** The letter that is written so. */
function letterOf(written: string): string {
	const [sign, next] = written.toLowerCase();
	if (sign === '\\' && next !== 'u' && next !== 'x') return next;
	if (sign === '&' && next !== '#') return ENTITIES[written.slice(1, -1).toLowerCase()];
	const [, digits] = /([\da-f]+);?$/i.exec(written) as RegExpExecArray;
	return String.fromCharCode(parseInt(digits, sign === '&' && !/x/i.test(written) ? 10 : 16));
}

/** Where a key stands in a text from a place on, or -1. A number with the same digits in it is another number. */
function placeOf(secret: string, text: string, from = 0): number {
	let place = text.indexOf(secret, from);
	if (place < 0 || !/^\d+$/.test(secret)) return place;
	const isDigit = (sign = '') => /^\d/.test(sign);
	while (place >= 0 && (isDigit(text[place - 1]) || isDigit(text[place + secret.length]))) place = text.indexOf(secret, place + 1);
	return place;
}

/** The escapes that a text may hold: each by itself, since a key may hold what looks like another one, and all at once. */
function escapesIn(text: string): Escape[] {
	const found = ESCAPES.filter(({ sign }) => text.includes(sign));
	return found.length > 1 ? [...found, ALL] : found;
}

const read = (text: string, { letters }: Escape) => text.replace(letters, letterOf);

/** What a text reads as, after one escape is read after the other. */
interface Reading {
	text: string;
	escapes: Escape[];
}

/** Escapes inside of escapes are read to this depth; in a long text that would hold up n8n. */
const DEEPEST = 3;
const LONG_TEXT = 100_000;

/** All that a text reads as: as it is first, what is escaped most often last. */
function readingsOf(text: string): Reading[] {
	const readings: Reading[] = [{ text, escapes: [] }];
	const seen = new Set([text]);
	const deepest = text.length > LONG_TEXT ? 1 : DEEPEST;
	for (const { text: known, escapes } of readings) {
		if (escapes.length === deepest) break;
		for (const one of escapesIn(known)) {
			const next = read(known, one);
			if (!seen.has(next)) readings.push({ text: next, escapes: [...escapes, one] });
			seen.add(next);
		}
	}
	return readings;
}

/** The longest first: it may hold a shorter one. */
const sought = (secrets: string[]) => secrets.filter(({ length }) => length >= SHORTEST).sort((one, other) => other.length - one.length);

const holds = (text: string, secret: string): boolean =>
	text.length >= secret.length && readingsOf(text).some((reading) => placeOf(secret, reading.text) >= 0);

/** A text without one key, in whatever form. */
function without(text: string, secret: string): string {
	if (!holds(text, secret)) return text;
	// As it is comes last: an escape is longer by its sign.
	return readingsOf(text).reduceRight((shown, { escapes }) => hidden(shown, secret, escapes), text);
}

/** A text without one key as escapes write it, or as it is where there are none. */
function hidden(text: string, secret: string, escapes: Escape[]): string {
	let plain = text;
	let written = (place: number) => place;
	for (const one of escapes) {
		const [outer, inner] = [written, writtenAt(plain, one)];
		written = (place) => outer(inner(place));
		plain = read(plain, one);
	}
	let shown = '';
	let from = 0;
	for (let place = placeOf(secret, plain); place >= 0; place = placeOf(secret, plain, place + secret.length)) {
		shown += text.slice(from, written(place)) + HIDDEN;
		from = written(place + secret.length);
	}
	return shown + text.slice(from);
}

/** Tells for places in what is read, in ascending order, where that is written. */
function writtenAt(text: string, { letters }: Escape): (place: number) => number {
	const escaped = text.matchAll(letters);
	let next = escaped.next();
	let longer = 0;
	return (place) => {
		for (; !next.done && next.value.index - longer < place; next = escaped.next()) longer += next.value[0].length - 1;
		return place + longer;
	};
}

/**
 * A text in which no key stands, in any form.
 * @param secrets of a connection; those of less than eight letters are not looked for
 */
export const redact = (text: string, secrets: string[]): string => sought(secrets).reduce(without, text);

/**
 * A row in whose texts no key stands, should a service repeat it. Numbers and names of fields stay as
 * they are, and a row without a key is handed back itself.
 * @param row parsed JSON, nested as deep as it may be
 */
export function withoutSecrets(row: IDataObject, secrets: string[]): IDataObject {
	const keys = sought(secrets);
	return keys.length > 0 && isIn(row, keys) ? replaced(row, keys) : row;
}

type Branch = Record<string, unknown> | unknown[];

const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null && (Array.isArray(value) || isPlain(value));

/** Of whatever realm. */
function isPlain(value: object): boolean {
	const prototype = Object.getPrototypeOf(value) as object | null;
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether a key stands in any text of a row. Not by recursion: a row may be nested as deep as a service likes. */
function isIn(row: IDataObject, keys: string[]): boolean {
	const seen = new Set<Branch>();
	const left: Branch[] = [row];
	for (let branch = left.pop(); branch; branch = left.pop()) {
		if (seen.has(branch)) continue;
		seen.add(branch);
		for (const value of Object.values(branch)) {
			if (typeof value === 'string' && keys.some((key) => holds(value, key))) return true;
			if (isBranch(value)) left.push(value);
		}
	}
	return false;
}

/** A copy of a row with the keys in its texts hidden. */
function replaced(row: IDataObject, keys: string[]): IDataObject {
	const copies = new Map<Branch, Branch>();
	const left: Branch[] = [];
	const copyOf = (branch: Branch): Branch => {
		const known = copies.get(branch);
		if (known) return known;
		const copy = Array.isArray(branch) ? [] : {};
		copies.set(branch, copy);
		left.push(branch);
		return copy;
	};
	const result = copyOf(row);
	for (let branch = left.pop(); branch; branch = left.pop()) {
		const copy = copies.get(branch) as Branch;
		for (const [name, value] of Object.entries(branch)) {
			const kept = isBranch(value) ? copyOf(value) : typeof value === 'string' ? keys.reduce(without, value) : value;
			// Not by assignment: a field may be called `__proto__`.
			Object.defineProperty(copy, name, { value: kept, writable: true, enumerable: true, configurable: true });
		}
	}
	return result as IDataObject;
}
