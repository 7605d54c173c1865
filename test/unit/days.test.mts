import { DateTime } from 'luxon';

import { prospectFields } from '../../nodes/ErpDatacake/resources/prospect/fields.ts';
import { leadFilters } from '../../nodes/HotProfile/resources/lead/fields.ts';
import type { Field, FormatOverrides } from '../../nodes/shared/fields';
import { schemaOf } from '../../nodes/shared/fields';
import { period } from '../../nodes/ZenTotals/resources/operations';

/** A day is one and the same, in workflows of any zone, at any hour, in any form, for each service. */

const ZONES = [
	'Pacific/Pago_Pago', 'America/Los_Angeles', 'America/New_York', 'America/Sao_Paulo', 'UTC', 'Asia/Kolkata', 'Asia/Tokyo',
	'Pacific/Auckland', 'Pacific/Kiritimati',
];

const hotProfileDay = leadFilters['search[from_created_on]'];
const hotProfileMoment = leadFilters['search[from_datetime_updated_on]'];
const erpDay = prospectFields.data_nascimento;
const zenDay = period.date;

/** What becomes of a value: what is sent, or the rule it breaks. */
function sent(field: Field, value: unknown, settings: FormatOverrides) {
	const result = schemaOf(field, settings).safeParse(value);
	return result.success ? result.data : `refused: ${result.error.issues[0].message}`;
}

/** How the day goes out by each of the services. */
const services: Array<[name: string, field: Field, format: string, settings?: FormatOverrides]> = [
	['HotProfile', hotProfileDay, 'yyyy/MM/dd'],
	...['yyyy-MM-dd', 'dd/MM/yyyy', 'yyyy/MM/dd', 'dd-MM-yyyy'].map((dateFormat): (typeof services)[number] => [
		`ERP, ${dateFormat}`, erpDay, dateFormat, { dateFormat },
	]),
	['CRM Zen', zenDay, 'yyyy-MM-dd'],
];

/** All that stands for a day, made from the workflow's own midnight. */
const formsOf = (midnight: DateTime): Record<string, unknown> => {
	const iso = midnight.toISODate() as string;
	return {
		'$today': midnight,
		'$today of another copy of luxon': { isLuxonDateTime: true, toISO: () => midnight.toISO() },
		'its text': midnight.toISO(),
		'its text without milliseconds': midnight.toISO({ suppressMilliseconds: true }),
		'its text in UTC': midnight.toUTC().toISO(),
		'its Date': midnight.toJSDate(),
		'the date of a bare day': new Date(iso),
		'the text of that date': new Date(iso).toISOString(),
		'the picker': `${iso}T00:00:00`,
		'the picker, with a time': `${iso}T23:30:00`,
		'a day': iso,
		'a day with blanks': ` ${iso} `,
		'a day with slashes': iso.replaceAll('-', '/'),
	};
};

afterEach(() => jest.useRealTimers());

/** Only the clock stands still: nothing here waits. */
const at = (moment: string) => jest.useFakeTimers({ now: new Date(moment), doNotFake: ['performance', 'nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask'] });

describe.each(services)('%s', (_service, field, format, more = {}) => {
	test.each(ZONES)('$today and its like are that day in a workflow of %s, at any hour', (zone) => {
		for (const day of ['2026-11-24', '2024-02-29']) {
			for (let hour = 0; hour < 24; hour += 2) {
				at(`${day}T${String(hour).padStart(2, '0')}:30:00Z`);
				const today = DateTime.now().setZone(zone).startOf('day');
				const wanted = today.toFormat(format);
				const found = Object.entries(formsOf(today)).map(([form, value]) => [form, sent(field, value, { ...more, workflowZone: zone })]);
				expect(found).toEqual(found.map(([form]) => [form, wanted]));
			}
		}
	});

	test.each(ZONES)('midnight at %s is that day in a workflow of any other zone', (zone) => {
		at('2026-12-31T12:00:00Z');
		const midnight = DateTime.fromISO('2026-11-24', { zone });
		for (const workflowZone of ZONES) {
			expect(sent(field, midnight, { ...more, workflowZone })).toBe(midnight.toFormat(format));
			expect(sent(field, midnight.toISO(), { ...more, workflowZone })).toBe(midnight.toFormat(format));
		}
	});
});

describe('a moment with a time of day is the day that it falls on at the service', () => {
	test.each(ZONES)('in a workflow of %s', (workflowZone) => {
		at('2026-12-31T12:00:00Z');
		for (let hour = 0; hour < 24; hour++) {
			const now = DateTime.fromISO(`2026-11-24T${String(hour).padStart(2, '0')}:17:05.123Z`, { zone: workflowZone });
			const inJapan = now.setZone('Asia/Tokyo').toFormat('yyyy/MM/dd');
			const inBrazil = now.setZone('America/Sao_Paulo').toFormat('yyyy-MM-dd');
			for (const form of [now, now.toISO(), now.toUTC().toISO(), now.toJSDate()]) {
				expect(sent(hotProfileDay, form, { workflowZone })).toBe(inJapan);
				expect(sent(erpDay, form, { workflowZone, dateFormat: 'yyyy-MM-dd' })).toBe(inBrazil);
				expect(sent(zenDay, form, { workflowZone })).toBe(inBrazil);
			}
		}
	});

	test('a moment field keeps moments: $today is midnight of the workflow, in Japan time', () => {
		expect(sent(hotProfileMoment, '2026-11-24T00:00:00.000-03:00', { workflowZone: 'America/Sao_Paulo' })).toBe('2026/11/24 12:00:00');
		expect(sent(hotProfileMoment, DateTime.fromISO('2026-11-24', { zone: 'Asia/Tokyo' }), {})).toBe('2026/11/24 00:00:00');
		expect(sent(hotProfileMoment, '2026-11-24T00:00:00', { workflowZone: 'America/Sao_Paulo' })).toBe('2026/11/24 00:00:00');
	});
});

describe('days without a midnight', () => {
	// Summer time began at midnight there: the day begins at one o'clock.
	test.each([
		['America/Sao_Paulo', '2018-11-04'], ['America/Sao_Paulo', '1985-11-02'], ['Africa/Cairo', '2026-04-24'], ['America/Santiago', '2026-09-06'],
	])('%s, %s', (zone, day) => {
		at('2026-12-31T12:00:00Z');
		const start = DateTime.fromISO(`${day}T12:00:00`, { zone }).startOf('day');
		expect(start.hour).toBe(1);
		for (const [service, field, format, more] of services) {
			const wanted = DateTime.fromISO(day, { zone: 'utc' }).toFormat(format);
			const found = Object.entries({ ...formsOf(start), Brazilian: day }).map(([form, value]) => [form, sent(field, value, { ...more, workflowZone: zone })]);
			expect([service, found]).toEqual([service, found.map(([form]) => [form, wanted])]);
		}
	});

	test('the end of summer time, when the evening comes twice', () => {
		const midnight = DateTime.fromISO('2018-02-18', { zone: 'America/Sao_Paulo' });
		for (const value of [midnight, midnight.toISO(), midnight.toJSDate(), '2018-02-18', '18/02/2018']) {
			expect(sent(zenDay, value, { workflowZone: 'America/Sao_Paulo' })).toBe('2018-02-18');
		}
	});
});

describe('the edges of the calendar', () => {
	const tokyo = { workflowZone: 'Asia/Tokyo' };

	test.each([
		['0001-01-01', '0001/01/01'], ['0001-01-01T00:00:00Z', '0001/01/01'], ['9999-12-31', '9999/12/31'], ['9999-12-31T00:00:00-03:00', '9999/12/31'],
		['2000-02-29', '2000/02/29'], ['1899-12-30', '1899/12/30'], ['20260430', '2026/04/30'], ['2026-04-30T24:00:00', '2026/05/01'],
	])('%s', (given, wanted) => expect(sent(hotProfileDay, given, tokyo)).toBe(wanted));

	test.each([
		'0000-00-00', '0000-01-01', '1900-02-29', '2025-02-29T00:00:00+14:00', '2026-04-31', '10000-01-01', '+012026-01-01', '2026-11-24T25:00:00Z',
		'2026-W48-2', '2026-W48-2T00:00:00Z', '10:30:00Z', 'T00:00:00Z', 'Z', '', ' ', 'constructor', new Date(NaN), DateTime.invalid('x'), NaN, 20260430, true, [], {},
	])('%p is no day', (given) => {
		for (const field of [hotProfileDay, erpDay, zenDay]) expect(sent(field, given, tokyo)).toMatch(/^refused: must be a valid date/);
	});

	test('a moment that no four-digit year holds is refused as well', () => {
		expect(sent(hotProfileDay, '9999-12-31T20:00:00-03:00', tokyo)).toMatch(/refused/);
		expect(sent(hotProfileDay, '0001-01-01T01:00:00+14:00', tokyo)).toMatch(/refused/);
		expect(sent(hotProfileMoment, '9999-12-31T20:00:00-03:00', tokyo)).toMatch(/refused/);
		expect(sent(hotProfileMoment, new Date(NaN), tokyo)).toMatch(/refused/);
	});
});

describe('days as Brazilians write them', () => {
	test.each(['30/04/2026', '30-04-2026', '30.04.2026', ' 30/4/2026 '])('%s', (given) => {
		for (const dateFormat of ['yyyy-MM-dd', 'dd/MM/yyyy', 'dd-MM-yyyy', 'yyyy/MM/dd']) {
			expect(sent(erpDay, given, { dateFormat })).toBe(DateTime.utc(2026, 4, 30).toFormat(dateFormat));
		}
		at('2026-11-24T12:00:00Z');
		expect(sent(zenDay, given, {})).toBe('2026-04-30');
		expect(sent(hotProfileDay, given, {})).toMatch(/refused/);
	});
});

describe('the days of CRM Zen are those of Brazil', () => {
	test.each(ZONES)('in words, in a workflow of %s', (workflowZone) => {
		for (const [now, today, before] of [
			['2026-11-24T00:30:00Z', '2026-11-23', '2026-11-22'], ['2026-11-24T02:59:59Z', '2026-11-23', '2026-11-22'],
			['2026-11-24T03:00:00Z', '2026-11-24', '2026-11-23'], ['2026-03-01T15:00:00Z', '2026-03-01', '2026-02-28'],
		]) {
			at(now);
			for (const word of ['today', 'Hoje', ' HOJE ']) expect(sent(zenDay, word, { workflowZone })).toBe(today);
			for (const word of ['yesterday', 'Ontem']) expect(sent(zenDay, word, { workflowZone })).toBe(before);
		}
	});

	test('a day that has begun in Brazil or in the workflow is no future', () => {
		// 23 November, 22:00 in Brazil; the 24th in Japan.
		at('2026-11-24T01:00:00Z');
		expect(sent(zenDay, '2026-11-24', { workflowZone: 'Asia/Tokyo' })).toBe('2026-11-24');
		expect(sent(zenDay, '2026-11-24', { workflowZone: 'America/Sao_Paulo' })).toBe('refused: must not be in the future');
		expect(sent(zenDay, '2026-11-25', { workflowZone: 'Asia/Tokyo' })).toBe('refused: must not be in the future');
		expect(sent(zenDay, '2026-11-23', { workflowZone: 'Pacific/Pago_Pago' })).toBe('2026-11-23');
	});
});
