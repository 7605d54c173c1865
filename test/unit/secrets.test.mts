import fc from 'fast-check';

import { redact, withoutSecrets } from '../../nodes/shared/http/secrets';

/** Keys are hidden in parsed texts, in whatever form, and nothing else changes. */

const KEY = 'k"y/with<all>&the\'%signs\\+=';

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
const inHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const forms: Array<[string, (key: string) => string]> = [
	['as it is', (key) => key],
	['in an address', encodeURIComponent],
	['in an address, in small letters', (key) => encodeURIComponent(key).replace(/%../g, (code) => code.toLowerCase())],
	['in an address, every letter', (key) => [...key].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')],
	['in a form', (key) => new URLSearchParams([['', key]]).toString().slice(1)],
	['in JSON', inJson],
	['in JSON of PHP', (key) => JSON.stringify(key).slice(1, -1).replaceAll('/', '\\/')],
	['in JSON, signs as code points', (key) => key.replace(/\W/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)],
	['in JSON, code points in capitals', (key) => key.replace(/\W/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16).toUpperCase()}`)],
	['in HTML', inHtml],
	['in HTML, decimal', (key) => [...key].map((letter) => `&#${letter.charCodeAt(0)};`).join('')],
	['in HTML, hexadecimal', (key) => [...key].map((letter) => `&#x${letter.charCodeAt(0).toString(16).toUpperCase()};`).join('')],
	['in HTML of many names', (key) => key.replace(/[%/+=\\]/g, (sign) => ({ '%': '&percnt;', '/': '&sol;', '+': '&plus;', '=': '&equals;', '\\': '&bsol;' })[sign] as string)],
	['in JSON inside of JSON', (key) => inJson(inJson(key))],
	['in JSON inside of JSON inside of JSON', (key) => inJson(inJson(inJson(key)))],
	['in JSON inside of HTML', (key) => inHtml(inJson(key))],
	['in HTML inside of JSON', (key) => inJson(inHtml(key))],
	['in HTML inside of an address', (key) => encodeURIComponent(inHtml(key))],
	['in HTML inside of HTML', (key) => inHtml(inHtml(key))],
	['in an address inside of an address', (key) => encodeURIComponent(encodeURIComponent(key))],
	['in an address, by escape()', (key) => key.replace(/\W/g, (sign) => `%u00${sign.charCodeAt(0).toString(16)}`)],
	['in a script, with slashes', (key) => key.replace(/["'\\]/g, '\\$&')],
	['in a script, as code points', (key) => key.replace(/\W/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`)],
	['in an address inside of JSON', (key) => encodeURIComponent(key).replaceAll('%2F', '\\/')],
];

test.each(forms)('%s, once and twice, among other signs', (_name, write) => {
	const text = `%20 ${write(KEY)} &amp; \\n ${write(KEY)}${write(KEY)} 100%`;
	expect(redact(text, [KEY])).toBe('%20 *** &amp; \\n ****** 100%');
	expect(withoutSecrets({ a: [{ b: text, c: 1 }] }, [KEY])).toEqual({ a: [{ b: '%20 *** &amp; \\n ****** 100%', c: 1 }] });
});

test.each(['12345', 'silva', 'geheim7'])('"%s" is too short to be looked for', (secret) => {
	const row = { id_prospecto: 9123456, nome: 'João da silva', id: '12345', geheim7: 'geheim7' };
	expect(withoutSecrets(row, [secret])).toBe(row);
	expect(redact('12345 silva geheim7', [secret])).toBe('12345 silva geheim7');
});

test('a key of digits is not found in a longer number', () => {
	const row = { a: '912345678', b: '12345678', c: 12345678, d: 'id=12345678,', e: '123456789 and 12345678' };
	expect(withoutSecrets(row, ['12345678'])).toEqual({ a: '912345678', b: '***', c: 12345678, d: 'id=***,', e: '123456789 and ***' });
});

test('of two keys the longer one is hidden whole', () => {
	expect(redact('abcdefgh-more abcdefgh', ['abcdefgh', 'abcdefgh-more'])).toBe('*** ***');
	expect(redact('nothing', [])).toBe('nothing');
	expect(redact('an empty key', [''])).toBe('an empty key');
});

test('names of fields stay, whatever they are', () => {
	const row = JSON.parse(`{"__proto__": "${'x'.repeat(9)}", "constructor": {"toString": "${'x'.repeat(9)}"}, "${'x'.repeat(9)}": 1}`);
	expect(JSON.stringify(withoutSecrets(row, ['x'.repeat(9)]))).toBe('{"__proto__":"***","constructor":{"toString":"***"},"xxxxxxxxx":1}');
});

test('a row of any depth, and keys of any length', () => {
	let deep: unknown = `the key ${KEY}`;
	for (let level = 0; level < 100_000; level++) deep = level % 2 ? [deep] : { deep };
	let found: unknown = withoutSecrets({ deep } as never, [KEY]);
	while (typeof found === 'object') [found] = Object.values(found as object);
	expect(found).toBe('the key ***');
	const long = KEY.repeat(1000);
	expect(redact(`a ${encodeURIComponent(long)} b`, [long])).toBe('a *** b');
	const signs = `&#${'0'.repeat(1_000_000)}1; ${'%'.repeat(1_000_000)}`;
	expect(redact(signs, [KEY]) === signs).toBe(true);
});

test('a row that holds itself ends', () => {
	const row: Record<string, unknown> = { key: KEY };
	row.self = row;
	const shown = withoutSecrets(row as never, [KEY]);
	expect(shown.key).toBe('***');
	expect(shown.self).toBe(shown);
});

const anyKey = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), minLength: 8, maxLength: 80 });
const anyRow = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<never>;

test('any row without the key is handed back itself', () => {
	fc.assert(
		fc.property(anyRow, anyKey, (row, key) => {
			fc.pre(!decoded(JSON.stringify(row)).includes(key.slice(0, 8)));
			expect(withoutSecrets(row, [key])).toBe(row);
		}),
	);
});

/** Told apart by more than our own reader: every escape there is, taken out. */
const decoded = (text: string) => text.replace(/[%&\\][^ ]{0,12}/g, ' ') + text;

test('any key is found in any form, anywhere, and all else stays', () => {
	const plain = fc.string({ unit: fc.constantFrom('ä', 'ß', ' ', '東', '\n') });
	fc.assert(
		fc.property(anyKey, fc.constantFrom(...forms), plain, plain, anyRow, (key, [, write], before, after, other) => {
			fc.pre(!decoded(JSON.stringify(other)).includes(key.slice(0, 8)));
			const row = { other, list: [1, { text: before + write(key) + after }], n: 12345678 } as never;
			expect(withoutSecrets(row, [key])).toEqual({ other, list: [1, { text: `${before}***${after}` }], n: 12345678 });
		}),
		{ numRuns: 1000 },
	);
});

test('any text at all, with any keys, brings no error', () => {
	const tricky = fc.string({ unit: fc.constantFrom('%', '\\', '&', '#', 'x', 'u', '0', '4', '1', ';', 'amp', 'a', '"', '/'), maxLength: 60 });
	fc.assert(
		fc.property(tricky, fc.array(tricky), (text, keys) => {
			const shown = redact(text, keys);
			for (const key of keys) if (key.length >= 8 && !/^\d+$/.test(key)) expect(shown.includes(key)).toBe(false);
		}),
		{ numRuns: 5000 },
	);
});
