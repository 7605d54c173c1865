import fc from 'fast-check';
import { DateTime, Settings } from 'luxon';

import { flagColumn, moneyColumn } from '../../nodes/ErpDatacake/brazil/columns';
import { dateColumn, linkColumn, mapRow, numberColumn, textColumn } from '../../nodes/shared/fields/columns';
import { mapInChunks } from '../../nodes/shared/run/mapInChunks';
import { CanceledError } from '../../nodes/shared/throttle/errors';

const iso = (value: unknown) => mapRow({ at: value } as never, { at: dateColumn('at') }).at;

describe('dates', () => {
	beforeAll(() => (Settings.defaultZone = 'utc'));
	afterAll(() => (Settings.defaultZone = 'system'));

	/** Reference implementation with luxon only: five date formats, each with two time formats. */
	function byLuxon(text: string): unknown {
		if (/^0000-00-00/.test(text)) return null;
		for (const day of ['yyyy-MM-dd', 'dd/MM/yyyy', 'yyyy/MM/dd', 'dd-MM-yyyy', 'yyyyMMdd']) {
			const date = DateTime.fromFormat(text, day);
			if (date.isValid) return date.toISODate();
			for (const time of ['HH:mm:ss', 'HH:mm']) {
				const moment = DateTime.fromFormat(text, `${day} ${time}`);
				if (moment.isValid) return moment.toISO({ includeOffset: false, suppressMilliseconds: true });
			}
		}
		const moment = DateTime.fromISO(text, { setZone: true });
		return moment.isValid ? moment.toISO({ includeOffset: /[zZ]|[+-]\d\d:?\d\d$/.test(text), suppressMilliseconds: true }) : text;
	}

	const digits = (length: number, max: number) => fc.integer({ min: 0, max }).map((number) => String(number).padStart(length, '0'));
	const year = fc.oneof(digits(4, 9999), fc.constantFrom('1900', '2000', '2024', '2026'));
	const part = fc.tuple(year, digits(2, 13), digits(2, 32));
	const day = fc.tuple(part, fc.constantFrom('y-m-d', 'y/m/d', 'd/m/y', 'd-m-y', 'ymd', 'y-m/d', 'd.m.y', 'm/d/y')).map(([[y, m, d], form]) =>
		form.replace('y', y).replace('m', m).replace('d', d),
	);
	const seconds = fc.oneof(fc.constant(''), digits(2, 61).map((one) => `:${one}`));
	const time = fc.tuple(digits(2, 25), digits(2, 61), seconds, fc.constantFrom('', '.000', '.120', '.5', ',25')).map(([h, m, s, f]) => `${h}:${m}${s}${s && f}`);
	const zone = fc.constantFrom('', 'Z', '+00:00', '-00:00', '-03:00', '+09:00', '-0300', '+05:45', '+14:00', '-12:30', '+15:00');
	const between = fc.constantFrom(' ', 'T', '  ', '');
	const moment = fc.tuple(day, between, fc.oneof(time, fc.constant('24:00'), fc.constant('24:00:00')), zone).map((parts) => parts.join(''));
	const iso8601 = fc.tuple(part, time, zone).map(([[y, m, d], at, where]) => `${y}-${m}-${d}T${at}${where}`);
	const other = fc.constantFrom('2026-W15-3', '2026-123', '2026-04', '20260430T103000Z', '2026-04-30T10Z', '0000-00-00', '0000-00-00 00:00:00', 'a combinar', '--', '31/12');

	test('are read exactly as luxon reads them', () => {
		fc.assert(fc.property(fc.oneof(day, moment, iso8601, other), (text) => expect(iso(text)).toEqual(byLuxon(text))), { numRuns: 1000 });
	});

	test('are not shifted by daylight saving time', () => {
		Settings.defaultZone = 'America/Sao_Paulo';
		expect(iso('2018-11-04 00:30:00')).toBe('2018-11-04T00:30:00');
		expect(iso('2018-11-04T00:30:00')).toBe('2018-11-04T00:30:00');
		Settings.defaultZone = 'utc';
	});

	test('are not derived from a time alone', () => expect(iso('10:30')).toBe('10:30'));
});

/** Keys that exist on every JavaScript object, as parsed from JSON. */
const reservedKeys = JSON.parse('{"constructor":"a","toString":"b","__proto__":"c","hasOwnProperty":"d","valueOf":1,"then":"e"}');
const reservedKeysJson = JSON.stringify(reservedKeys);

test('keys that every object has are treated like any other key', () => {
	expect(JSON.stringify(mapRow(reservedKeys, { nome: textColumn('name') }))).toBe(reservedKeysJson);
});

test('objects and arrays are returned unchanged, whatever the column type', () => {
	const row = { a: textColumn('a'), b: numberColumn('b'), c: moneyColumn('c'), d: dateColumn('d'), e: flagColumn('e'), f: linkColumn('f') };
	for (const value of [reservedKeys, [reservedKeys], [[reservedKeys]], {}, []]) {
		const received = Object.fromEntries(Object.keys(row).map((key) => [key, value]));
		expect(JSON.stringify(mapRow(received as never, row))).toBe(JSON.stringify(received));
	}
});

describe('mapRow', () => {
	const columns = { nome: textColumn('name'), valor: moneyColumn('amount'), 'razão': textColumn('reason') };

	test('maps rows with different keys, orders and values', () => {
		const rows = [{ nome: 'a', valor: '1,5' }, { valor: '2', nome: '' }, { x: 1 }, {}, { nome: 'b', valor: '3' }, { 2: 'two', nome: 'c', 1: 'one' }];
		expect(rows.map((row) => JSON.stringify(mapRow(row, columns)))).toEqual([
			'{"name":"a","amount":1.5}', '{"amount":2,"name":null}', '{"x":1}', '{}', '{"name":"b","amount":3}', '{"1":"one","2":"two","name":"c"}',
		]);
	});

	test('does not mix up the values of rows', () => {
		const [one, other] = [mapRow({ nome: 'a' }, columns), mapRow({ nome: 'b' }, columns)];
		expect([one, other]).toEqual([{ name: 'a' }, { name: 'b' }]);
	});

	test('recognizes a wire name with decomposed accents', () => {
		expect(mapRow({ ['razão'.normalize('NFD')]: 'x' }, columns)).toEqual({ reason: 'x' });
	});

	test('maps rows that each have different keys', () => {
		for (let index = 0; index < 500; index++) expect(mapRow({ nome: 'a', [`f${index}`]: index }, columns)).toEqual({ name: 'a', [`f${index}`]: index });
	});

	test('follows the output rules of the vendor', () => {
		const rules = { first: ['valor', 'missing'], hidden: ['secret'], typeOfUnknown: (wire: string) => ({ read: (value: unknown) => `${wire}=${String(value)}` }) };
		const row = mapRow({ nome: 'a', secret: 1, other: 2, valor: '3' }, { ...columns }, rules);
		expect(JSON.stringify(row)).toBe('{"amount":3,"name":"a","other":"other=2"}');
	});

	test('derives English titles of columns from their keys', () => {
		expect([textColumn('clientId'), textColumn('fileUrl'), textColumn('tagIds'), textColumn('post', 'Job Title')].map(({ title }) => title)).toEqual([
			'Client ID', 'File URL', 'Tag IDs', 'Job Title',
		]);
	});
});

describe('mapInChunks', () => {
	/** The longest time in ms for which the event loop was blocked. */
	async function longestBlock(work: () => unknown): Promise<number> {
		let longest = 0;
		let before = performance.now();
		let isDone = false;
		const tick = () => {
			const now = performance.now();
			longest = Math.max(longest, now - before);
			before = now;
			if (!isDone) setImmediate(tick);
		};
		setImmediate(tick);
		await new Promise((resolve) => setImmediate(resolve));
		before = performance.now();
		await work();
		await new Promise((resolve) => setImmediate(resolve));
		isDone = true;
		return longest;
	}

	test('does not block the event loop for longer with 50,000 rows than parsing their JSON does', async () => {
		const columns = {
			id: textColumn('id'), due: dateColumn('dueOn'), posted: dateColumn('postedOn'), settled: dateColumn('settledOn'), paid: flagColumn('paid'), amount: moneyColumn('amount'),
		};
		const body = JSON.stringify(Array.from({ length: 50_000 }, (_, id) => ({
			id, due: '2026-12-05T10:20:30-03:00', posted: '05/12/2026 10:20:30', settled: 'a combinar', paid: 'S', amount: '1.234,56', note: 'x'.repeat(100),
		})));
		let rows: never[] = [];
		const parsing = await longestBlock(() => (rows = JSON.parse(body)));
		let mapped: unknown[] = [];
		const mapping = await longestBlock(async () => (mapped = await mapInChunks(rows, (row) => mapRow(row, columns))));
		expect(mapped).toHaveLength(50_000);
		expect(mapped[49_999]).toMatchObject({ id: 49_999, dueOn: '2026-12-05T10:20:30-03:00', postedOn: '2026-12-05T10:20:30', paid: true, amount: 1234.56 });
		// A chunk takes 25 ms; the rest is tolerance for a busy machine.
		expect(mapping).toBeLessThan(Math.max(100, 2 * parsing));
	});

	test('keeps the order and passes the index of each row', async () => {
		expect(await mapInChunks(['a', 'b'], (row, index) => `${row}${index}`)).toEqual(['a0', 'b1']);
		expect(await mapInChunks([], String)).toEqual([]);
	});

	test('stops when canceled, and throws what the callback throws', async () => {
		const stop = new AbortController();
		const slow = () => {
			const until = performance.now() + 10;
			while (performance.now() < until);
		};
		const work = mapInChunks(Array.from({ length: 10_000 }), slow, stop.signal);
		setTimeout(() => stop.abort(), 20);
		await expect(work).rejects.toBeInstanceOf(CanceledError);
		await expect(mapInChunks([1], () => { throw new Error('no'); })).rejects.toThrow('no');
	});
});
