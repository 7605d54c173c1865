import fc from 'fast-check';

import { redact, withoutSecrets } from '../../nodes/shared/http/secrets';

/** Keys are redacted from text values in any encoding, and nothing else changes. */

const KEY = 'k"y/with<all>&the\'%signs\\+=';

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
const inHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const encodings: Array<[string, (key: string) => string]> = [
	['plain', (key) => key],
	['URL-encoded', encodeURIComponent],
	['URL-encoded, in lower case', (key) => encodeURIComponent(key).replace(/%../g, (code) => code.toLowerCase())],
	['URL-encoded, every character', (key) => [...key].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')],
	['form-encoded', (key) => new URLSearchParams([['', key]]).toString().slice(1)],
	['in JSON', inJson],
	['in JSON as PHP writes it', (key) => JSON.stringify(key).slice(1, -1).replaceAll('/', '\\/')],
	['in JSON, with Unicode escapes', (key) => key.replace(/\W/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)],
	['in JSON, with upper-case Unicode escapes', (key) => key.replace(/\W/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16).toUpperCase()}`)],
	['in HTML', inHtml],
	['in HTML, with decimal entities', (key) => [...key].map((letter) => `&#${letter.charCodeAt(0)};`).join('')],
	['in HTML, with hexadecimal entities', (key) => [...key].map((letter) => `&#x${letter.charCodeAt(0).toString(16).toUpperCase()};`).join('')],
	['in HTML, with named entities', (key) => key.replace(/[%/+=\\]/g, (sign) => ({ '%': '&percnt;', '/': '&sol;', '+': '&plus;', '=': '&equals;', '\\': '&bsol;' })[sign] as string)],
	['in JSON inside JSON', (key) => inJson(inJson(key))],
	['in JSON inside JSON inside JSON', (key) => inJson(inJson(inJson(key)))],
	['in JSON inside HTML', (key) => inHtml(inJson(key))],
	['in HTML inside JSON', (key) => inJson(inHtml(key))],
	['in HTML, URL-encoded', (key) => encodeURIComponent(inHtml(key))],
	['in HTML inside HTML', (key) => inHtml(inHtml(key))],
	['URL-encoded twice', (key) => encodeURIComponent(encodeURIComponent(key))],
	['encoded with escape()', (key) => key.replace(/\W/g, (sign) => `%u00${sign.charCodeAt(0).toString(16)}`)],
	['in a script, with backslashes', (key) => key.replace(/["'\\]/g, '\\$&')],
	['in a script, with hexadecimal escapes', (key) => key.replace(/\W/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`)],
	['URL-encoded inside JSON', (key) => encodeURIComponent(key).replaceAll('%2F', '\\/')],
];

test.each(encodings)('redacts a key (%s), once and twice, among other escapes', (_name, encode) => {
	const text = `%20 ${encode(KEY)} &amp; \\n ${encode(KEY)}${encode(KEY)} 100%`;
	expect(redact(text, [KEY])).toBe('%20 *** &amp; \\n ****** 100%');
	expect(withoutSecrets({ a: [{ b: text, c: 1 }] }, [KEY])).toEqual({ a: [{ b: '%20 *** &amp; \\n ****** 100%', c: 1 }] });
});

test.each(['12345', 'silva', 'geheim7'])('does not look for "%s", which is too short', (secret) => {
	const row = { id_prospecto: 9123456, nome: 'João da silva', id: '12345', geheim7: 'geheim7' };
	expect(withoutSecrets(row, [secret])).toBe(row);
	expect(redact('12345 silva geheim7', [secret])).toBe('12345 silva geheim7');
});

test('does not redact a key of digits inside a longer number', () => {
	const row = { a: '912345678', b: '12345678', c: 12345678, d: 'id=12345678,', e: '123456789 and 12345678' };
	expect(withoutSecrets(row, ['12345678'])).toEqual({ a: '912345678', b: '***', c: 12345678, d: 'id=***,', e: '123456789 and ***' });
});

test('redacts the longer of two overlapping keys as a whole', () => {
	expect(redact('abcdefgh-more abcdefgh', ['abcdefgh', 'abcdefgh-more'])).toBe('*** ***');
	expect(redact('nothing', [])).toBe('nothing');
	expect(redact('an empty key', [''])).toBe('an empty key');
});

test('keeps field names, whatever they are', () => {
	const row = JSON.parse(`{"__proto__": "${'x'.repeat(9)}", "constructor": {"toString": "${'x'.repeat(9)}"}, "${'x'.repeat(9)}": 1}`);
	expect(JSON.stringify(withoutSecrets(row, ['x'.repeat(9)]))).toBe('{"__proto__":"***","constructor":{"toString":"***"},"xxxxxxxxx":1}');
});

test('handles rows of any depth and keys of any length', () => {
	let deep: unknown = `the key ${KEY}`;
	for (let level = 0; level < 100_000; level++) deep = level % 2 ? [deep] : { deep };
	let value: unknown = withoutSecrets({ deep } as never, [KEY]);
	while (typeof value === 'object') [value] = Object.values(value as object);
	expect(value).toBe('the key ***');
	const long = KEY.repeat(1000);
	expect(redact(`a ${encodeURIComponent(long)} b`, [long])).toBe('a *** b');
	const escapes = `&#${'0'.repeat(1_000_000)}1; ${'%'.repeat(1_000_000)}`;
	expect(redact(escapes, [KEY]) === escapes).toBe(true);
});

test('handles a row that contains itself', () => {
	const row: Record<string, unknown> = { key: KEY };
	row.self = row;
	const redacted = withoutSecrets(row as never, [KEY]);
	expect(redacted.key).toBe('***');
	expect(redacted.self).toBe(redacted);
});

const anyKey = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), minLength: 8, maxLength: 80 });
const anyRow = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<never>;

test('returns any row without the key as the same object', () => {
	fc.assert(
		fc.property(anyRow, anyKey, (row, key) => {
			fc.pre(!withoutEscapes(JSON.stringify(row)).includes(key.slice(0, 8)));
			expect(withoutSecrets(row, [key])).toBe(row);
		}),
	);
});

/** The text without anything that could be an escape, followed by the text itself; independent of the code under test. */
const withoutEscapes = (text: string) => text.replace(/[%&\\][^ ]{0,12}/g, ' ') + text;

test('redacts any key in any encoding, anywhere, and keeps everything else', () => {
	const plain = fc.string({ unit: fc.constantFrom('ä', 'ß', ' ', '東', '\n') });
	fc.assert(
		fc.property(anyKey, fc.constantFrom(...encodings), plain, plain, anyRow, (key, [, encode], before, after, other) => {
			fc.pre(!withoutEscapes(JSON.stringify(other)).includes(key.slice(0, 8)));
			const row = { other, list: [1, { text: before + encode(key) + after }], n: 12345678 } as never;
			expect(withoutSecrets(row, [key])).toEqual({ other, list: [1, { text: `${before}***${after}` }], n: 12345678 });
		}),
		{ numRuns: 1000 },
	);
});

test('never throws or leaves a key in place, whatever the text and the keys', () => {
	const tricky = fc.string({ unit: fc.constantFrom('%', '\\', '&', '#', 'x', 'u', '0', '4', '1', ';', 'amp', 'a', '"', '/'), maxLength: 60 });
	fc.assert(
		fc.property(tricky, fc.array(tricky), (text, keys) => {
			const redacted = redact(text, keys);
			for (const key of keys) if (key.length >= 8 && !/^\d+$/.test(key)) expect(redacted.includes(key)).toBe(false);
		}),
		{ numRuns: 5000 },
	);
});
