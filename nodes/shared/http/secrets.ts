/** Redacts keys that a service repeats in its responses, however they are escaped. */

import type { IDataObject } from 'n8n-workflow';

/** Shorter keys occur by chance in other texts. */
const MIN_LENGTH = 8;
const REDACTED = '***';

/** HTML entities of the characters of a key. */
const ENTITIES: Record<string, string> = {
	excl: '!', quot: '"', num: '#', dollar: '$', percnt: '%', amp: '&', apos: "'", lpar: '(', rpar: ')', ast: '*', midast: '*', plus: '+', comma: ',',
	hyphen: '-', period: '.', sol: '/', colon: ':', semi: ';', lt: '<', equals: '=', gt: '>', quest: '?', commat: '@', lsqb: '[', lbrack: '[', bsol: '\\',
	rsqb: ']', rbrack: ']', hat: '^', lowbar: '_', underbar: '_', grave: '`', diacriticalgrave: '`', lcub: '{', lbrace: '{', verbar: '|', vert: '|',
	verticalline: '|', rcub: '}', rbrace: '}',
};

/** A kind of escaping: the character that starts it, and the pattern of everything it can write. */
interface Escape {
	marker: string;
	pattern: RegExp;
}

const escape = (marker: string, ...patterns: string[]): Escape => ({ marker, pattern: new RegExp(patterns.join('|'), 'gi') });

const IN_URL = '%(?:u00)?[0-7][\\da-f]';
/** Those of JSON and of strings in scripts. */
const IN_JSON = '\\\\(?:u00|x)[0-7][\\da-f]|\\\\["\'\\\\/]';
const IN_HTML = `&(?:#0{0,6}\\d{2,3}|#x0{0,6}[\\da-f]{2}|${Object.keys(ENTITIES).join('|')});`;

const ESCAPES = [escape('%', IN_URL), escape('\\', IN_JSON), escape('&', IN_HTML)];
const ALL = escape('', IN_URL, IN_JSON, IN_HTML);

/** The character that an escape sequence stands for. */
function decodeSequence(sequence: string): string {
	const [marker, next = ''] = sequence.toLowerCase();
	if (marker === '\\' && next !== 'u' && next !== 'x') return next;
	if (marker === '&' && next !== '#') return ENTITIES[sequence.slice(1, -1).toLowerCase()] ?? sequence;
	const [, digits = ''] = /([\da-f]+);?$/i.exec(sequence) ?? [];
	return String.fromCharCode(parseInt(digits, marker === '&' && !/x/i.test(sequence) ? 10 : 16));
}

/** The index of a key in a text from an index on, or -1. A number with further digits around it is another number. */
function indexOfSecret(secret: string, text: string, from = 0): number {
	let index = text.indexOf(secret, from);
	if (index < 0 || !/^\d+$/.test(secret)) return index;
	const isDigit = (character = '') => /^\d/.test(character);
	while (index >= 0 && (isDigit(text[index - 1]) || isDigit(text[index + secret.length]))) index = text.indexOf(secret, index + 1);
	return index;
}

/** The escapes that a text may contain: each by itself, since a key may contain what looks like another one, and all at once. */
function escapesIn(text: string): Escape[] {
	const escapes = ESCAPES.filter(({ marker }) => text.includes(marker));
	return escapes.length > 1 ? [...escapes, ALL] : escapes;
}

const decode = (text: string, { pattern }: Escape) => text.replace(pattern, decodeSequence);

/** A text after some escapes are decoded one after the other. */
interface Decoding {
	text: string;
	escapes: Escape[];
}

/** Escapes inside escapes are decoded to this depth; in a long text that would hold up n8n. */
const MAX_DEPTH = 3;
const LONG_TEXT = 100_000;

/** All decodings of a text: as it is first, the deepest last. */
function decodingsOf(text: string): Decoding[] {
	const decodings: Decoding[] = [{ text, escapes: [] }];
	const seen = new Set([text]);
	const maxDepth = text.length > LONG_TEXT ? 1 : MAX_DEPTH;
	for (const { text: outer, escapes } of decodings) {
		if (escapes.length === maxDepth) break;
		for (const escape of escapesIn(outer)) {
			const next = decode(outer, escape);
			if (!seen.has(next)) decodings.push({ text: next, escapes: [...escapes, escape] });
			seen.add(next);
		}
	}
	return decodings;
}

/** The keys to look for, longest first: a key may contain a shorter one. */
const searchable = (secrets: string[]) => secrets.filter(({ length }) => length >= MIN_LENGTH).sort((one, other) => other.length - one.length);

const contains = (text: string, secret: string): boolean =>
	text.length >= secret.length && decodingsOf(text).some((decoding) => indexOfSecret(secret, decoding.text) >= 0);

/** A text without one key, however it is escaped. */
function redactOne(text: string, secret: string): string {
	if (!contains(text, secret)) return text;
	// Undecoded comes last: an escaped key is longer by its marker.
	return decodingsOf(text).reduceRight((redacted, { escapes }) => redactEscaped(redacted, secret, escapes), text);
}

/** A text without one key as escapes write it, or as it is if there are none. */
function redactEscaped(text: string, secret: string, escapes: Escape[]): string {
	let decoded = text;
	let toSource = (index: number) => index;
	for (const escape of escapes) {
		const [outer, inner] = [toSource, sourceIndex(decoded, escape)];
		toSource = (index) => outer(inner(index));
		decoded = decode(decoded, escape);
	}
	let redacted = '';
	let from = 0;
	for (let index = indexOfSecret(secret, decoded); index >= 0; index = indexOfSecret(secret, decoded, index + secret.length)) {
		redacted += text.slice(from, toSource(index)) + REDACTED;
		from = toSource(index + secret.length);
	}
	return redacted + text.slice(from);
}

/** Maps indexes in a decoded text, in ascending order, to those in its source. */
function sourceIndex(source: string, { pattern }: Escape): (index: number) => number {
	const sequences = source.matchAll(pattern);
	let next = sequences.next();
	let extra = 0;
	return (index) => {
		for (; !next.done && next.value.index - extra < index; next = sequences.next()) extra += next.value[0].length - 1;
		return index + extra;
	};
}

/**
 * Replaces keys in a text by `***`, however they are escaped.
 * @param secrets of a connection; those shorter than eight characters are not looked for
 */
export const redact = (text: string, secrets: string[]): string => searchable(secrets).reduce(redactOne, text);

/**
 * Replaces keys in the texts of a row, in case a service repeats them. Numbers and field names stay as they are, and
 * a row without a key is returned itself.
 * @param row parsed JSON of any depth
 */
export function withoutSecrets(row: IDataObject, secrets: string[]): IDataObject {
	const keys = searchable(secrets);
	return keys.length > 0 && containsAny(row, keys) ? redactedCopy(row, keys) : row;
}

type Branch = Record<string, unknown> | unknown[];

const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null && (Array.isArray(value) || isPlain(value));

/** Whether an object is a plain one, of whatever realm. */
function isPlain(value: object): boolean {
	const prototype = Object.getPrototypeOf(value) as object | null;
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether any text of a row contains a key. Not by recursion: a row may be nested deeper than the stack. */
function containsAny(row: IDataObject, keys: string[]): boolean {
	const seen = new Set<Branch>();
	const pending: Branch[] = [row];
	for (let branch = pending.pop(); branch; branch = pending.pop()) {
		if (seen.has(branch)) continue;
		seen.add(branch);
		for (const value of Object.values(branch)) {
			if (typeof value === 'string' && keys.some((key) => contains(value, key))) return true;
			if (isBranch(value)) pending.push(value);
		}
	}
	return false;
}

/** A copy of a row with the keys in its texts redacted. */
function redactedCopy(row: IDataObject, keys: string[]): IDataObject {
	const copies = new Map<Branch, Branch>();
	const pending: Array<[branch: Branch, copy: Branch]> = [];
	const copyOf = (branch: Branch): Branch => {
		const existing = copies.get(branch);
		if (existing) return existing;
		const copy = Array.isArray(branch) ? [] : {};
		copies.set(branch, copy);
		pending.push([branch, copy]);
		return copy;
	};
	const result = copyOf(row);
	for (let next = pending.pop(); next; next = pending.pop()) {
		const [branch, copy] = next;
		for (const [name, value] of Object.entries(branch)) {
			const redacted = isBranch(value) ? copyOf(value) : typeof value === 'string' ? keys.reduce(redactOne, value) : value;
			// Not by assignment: a field may be called `__proto__`.
			Object.defineProperty(copy, name, { value: redacted, writable: true, enumerable: true, configurable: true });
		}
	}
	return result as IDataObject;
}
