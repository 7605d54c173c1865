import fc from 'fast-check';
import { DateTime, Settings } from 'luxon';

import { dateColumn, flagColumn, linkColumn, moneyColumn, numberColumn, textColumn, mapRow } from '../../nodes/shared/fields/columns';
import { mapInChunks } from '../../nodes/shared/run/mapInChunks';
import { CanceledError } from '../../nodes/shared/throttle/errors';

const iso = (value: unknown) => mapRow({ at: value } as never, { at: dateColumn('at') }).at;

describe('dates', () => {
	beforeAll(() => (Settings.defaultZone = 'utc'));
	afterAll(() => (Settings.defaultZone = 'system'));

	/** How luxon alone reads them: five forms of a day, each with two of a time. */
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

	test('are read as luxon alone reads them', () => {
		fc.assert(fc.property(fc.oneof(day, moment, iso8601, other), (text) => expect(iso(text)).toEqual(byLuxon(text))), { numRuns: 1000 });
	});

	test('do not move where an hour is left out in spring', () => {
		Settings.defaultZone = 'America/Sao_Paulo';
		expect(iso('2018-11-04 00:30:00')).toBe('2018-11-04T00:30:00');
		expect(iso('2018-11-04T00:30:00')).toBe('2018-11-04T00:30:00');
		Settings.defaultZone = 'utc';
	});

	test('a time without a day is not one of today', () => expect(iso('10:30')).toBe('10:30'));
});

/** Keys and values that are special to JavaScript, as JSON brings them. */
const odd = JSON.parse('{"constructor":"a","toString":"b","__proto__":"c","hasOwnProperty":"d","valueOf":1,"then":"e"}');
const oddText = JSON.stringify(odd);

test('keys that every object has are keys like others', () => {
	expect(JSON.stringify(mapRow(odd, { nome: textColumn('name') }))).toBe(oddText);
});

test('a value with such keys comes out as it is, whatever its column', () => {
	const row = { a: textColumn('a'), b: numberColumn('b'), c: moneyColumn('c'), d: dateColumn('d'), e: flagColumn('e'), f: linkColumn('f') };
	for (const value of [odd, [odd], [[odd]], {}, []]) {
		const received = Object.fromEntries(Object.keys(row).map((key) => [key, value]));
		expect(JSON.stringify(mapRow(received as never, row))).toBe(JSON.stringify(received));
	}
});

describe('slices', () => {
	/** The longest stretch, in ms, in which nothing else could run. */
	async function longestStretch(work: () => unknown): Promise<number> {
		let longest = 0;
		let before = performance.now();
		let isOver = false;
		const tick = () => {
			const now = performance.now();
			longest = Math.max(longest, now - before);
			before = now;
			if (!isOver) setImmediate(tick);
		};
		setImmediate(tick);
		await new Promise((resolve) => setImmediate(resolve));
		before = performance.now();
		await work();
		await new Promise((resolve) => setImmediate(resolve));
		isOver = true;
		return longest;
	}

	test('50,000 rows with dates hold nothing up for longer than reading their JSON does', async () => {
		const columns = {
			id: textColumn('id'), due: dateColumn('dueOn'), posted: dateColumn('postedOn'), settled: dateColumn('settledOn'), paid: flagColumn('paid'), amount: moneyColumn('amount'),
		};
		const body = JSON.stringify(Array.from({ length: 50_000 }, (_, id) => ({
			id, due: '2026-12-05T10:20:30-03:00', posted: '05/12/2026 10:20:30', settled: 'a combinar', paid: 'S', amount: '1.234,56', note: 'x'.repeat(100),
		})));
		let rows: never[] = [];
		const parsing = await longestStretch(() => (rows = JSON.parse(body)));
		let typed: unknown[] = [];
		const typing = await longestStretch(async () => (typed = await mapInChunks(rows, (row) => mapRow(row, columns))));
		expect(typed).toHaveLength(50_000);
		expect(typed[49_999]).toMatchObject({ id: 49_999, dueOn: '2026-12-05T10:20:30-03:00', postedOn: '2026-12-05T10:20:30', paid: true, amount: 1234.56 });
		// A slice is 25 ms; the allowance is for a busy machine.
		expect(typing).toBeLessThan(Math.max(100, 2 * parsing));
	});

	test('keep the order and tell the place of each row', async () => {
		expect(await mapInChunks(['a', 'b'], (row, index) => `${row}${index}`)).toEqual(['a0', 'b1']);
		expect(await mapInChunks([], String)).toEqual([]);
	});

	test('end with a cancel, and with what the work throws', async () => {
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
