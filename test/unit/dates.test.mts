import { DateTime } from 'luxon';

import { prospectFields } from '../../nodes/ErpDatacake/resources/prospect/fields.ts';
import { leadFilters } from '../../nodes/HotProfile/resources/lead/fields.ts';
import type { Field, FormatOverrides } from '../../nodes/shared/fields';
import { schemaOf } from '../../nodes/shared/fields';
import { period } from '../../nodes/ZenTotals/resources/operations';

/** A date reaches each service as the same day, whatever the workflow's time zone, the hour, or the form of the value. */

const ZONES = [
	'Pacific/Pago_Pago', 'America/Los_Angeles', 'America/New_York', 'America/Sao_Paulo', 'UTC', 'Asia/Kolkata', 'Asia/Tokyo',
	'Pacific/Auckland', 'Pacific/Kiritimati',
];

const hotProfileDay = leadFilters['search[from_created_on]'];
const hotProfileMoment = leadFilters['search[from_datetime_updated_on]'];
const erpDay = prospectFields.data_nascimento;
const zenDay = period.date;

/** What is sent for a value, or why it is rejected. */
function sent(field: Field, value: unknown, settings: FormatOverrides) {
	const result = schemaOf(field, settings).safeParse(value);
	return result.success ? result.data : `rejected: ${result.error.issues[0].message}`;
}

/** The date field of each service, and the format in which it is sent. */
const services: Array<[name: string, field: Field, format: string, settings?: FormatOverrides]> = [
	['HotProfile', hotProfileDay, 'yyyy/MM/dd'],
	...['yyyy-MM-dd', 'dd/MM/yyyy', 'yyyy/MM/dd', 'dd-MM-yyyy'].map((dateFormat): (typeof services)[number] => [
		`ERP, ${dateFormat}`, erpDay, dateFormat, { dateFormat },
	]),
	['CRM Zen', zenDay, 'yyyy-MM-dd'],
];

/** Every form in which a workflow can give a day, derived from midnight in the workflow's time zone. */
const formsOf = (midnight: DateTime): Record<string, unknown> => {
	const iso = midnight.toISODate() as string;
	return {
		'$today': midnight,
		'$today from another copy of luxon': { isLuxonDateTime: true, toISO: () => midnight.toISO() },
		'$today as text': midnight.toISO(),
		'$today as text without milliseconds': midnight.toISO({ suppressMilliseconds: true }),
		'$today as text in UTC': midnight.toUTC().toISO(),
		'$today as a Date': midnight.toJSDate(),
		'a Date made from a date': new Date(iso),
		'a Date made from a date, as text': new Date(iso).toISOString(),
		'date picker': `${iso}T00:00:00`,
		'date picker with a time': `${iso}T23:30:00`,
		'a date': iso,
		'a date with spaces around it': ` ${iso} `,
		'a date with slashes': iso.replaceAll('-', '/'),
	};
};

afterEach(() => jest.useRealTimers());

/** Freezes only the clock, since nothing here waits. */
const freezeAt = (moment: string) => jest.useFakeTimers({ now: new Date(moment), doNotFake: ['performance', 'nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask'] });

describe.each(services)('%s', (_service, field, format, more = {}) => {
	test.each(ZONES)('$today in a workflow in %s is sent as that day, at any hour', (zone) => {
		for (const day of ['2026-11-24', '2024-02-29']) {
			for (let hour = 0; hour < 24; hour += 2) {
				freezeAt(`${day}T${String(hour).padStart(2, '0')}:30:00Z`);
				const today = DateTime.now().setZone(zone).startOf('day');
				const expected = today.toFormat(format);
				const results = Object.entries(formsOf(today)).map(([form, value]) => [form, sent(field, value, { ...more, workflowZone: zone })]);
				expect(results).toEqual(results.map(([form]) => [form, expected]));
			}
		}
	});

	test.each(ZONES)('midnight in %s is sent as that day from a workflow in any other time zone', (zone) => {
		freezeAt('2026-12-31T12:00:00Z');
		const midnight = DateTime.fromISO('2026-11-24', { zone });
		for (const workflowZone of ZONES) {
			expect(sent(field, midnight, { ...more, workflowZone })).toBe(midnight.toFormat(format));
			expect(sent(field, midnight.toISO(), { ...more, workflowZone })).toBe(midnight.toFormat(format));
		}
	});
});

describe('a date and time is sent as the day in the time zone of the service', () => {
	test.each(ZONES)('from a workflow in %s', (workflowZone) => {
		freezeAt('2026-12-31T12:00:00Z');
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

	test('a date-time field keeps the time: $today is midnight in the workflow, converted to Japan time', () => {
		expect(sent(hotProfileMoment, '2026-11-24T00:00:00.000-03:00', { workflowZone: 'America/Sao_Paulo' })).toBe('2026/11/24 12:00:00');
		expect(sent(hotProfileMoment, DateTime.fromISO('2026-11-24', { zone: 'Asia/Tokyo' }), {})).toBe('2026/11/24 00:00:00');
		expect(sent(hotProfileMoment, '2026-11-24T00:00:00', { workflowZone: 'America/Sao_Paulo' })).toBe('2026/11/24 00:00:00');
	});
});

describe('daylight saving time', () => {
	// The clocks went forward at midnight, so the day starts at 1:00.
	test.each([
		['America/Sao_Paulo', '2018-11-04'], ['America/Sao_Paulo', '1985-11-02'], ['Africa/Cairo', '2026-04-24'], ['America/Santiago', '2026-09-06'],
	])('a day without a midnight: %s, %s', (zone, day) => {
		freezeAt('2026-12-31T12:00:00Z');
		const start = DateTime.fromISO(`${day}T12:00:00`, { zone }).startOf('day');
		expect(start.hour).toBe(1);
		for (const [service, field, format, more] of services) {
			const expected = DateTime.fromISO(day, { zone: 'utc' }).toFormat(format);
			const results = Object.entries({ ...formsOf(start), 'local date': day }).map(([form, value]) => [form, sent(field, value, { ...more, workflowZone: zone })]);
			expect([service, results]).toEqual([service, results.map(([form]) => [form, expected])]);
		}
	});

	test('the end of daylight saving time, when an hour occurs twice', () => {
		const midnight = DateTime.fromISO('2018-02-18', { zone: 'America/Sao_Paulo' });
		for (const value of [midnight, midnight.toISO(), midnight.toJSDate(), '2018-02-18', '18/02/2018']) {
			expect(sent(zenDay, value, { workflowZone: 'America/Sao_Paulo' })).toBe('2018-02-18');
		}
	});
});

describe('calendar limits', () => {
	const tokyo = { workflowZone: 'Asia/Tokyo' };

	test.each([
		['0001-01-01', '0001/01/01'], ['0001-01-01T00:00:00Z', '0001/01/01'], ['9999-12-31', '9999/12/31'], ['9999-12-31T00:00:00-03:00', '9999/12/31'],
		['2000-02-29', '2000/02/29'], ['1899-12-30', '1899/12/30'], ['20260430', '2026/04/30'], ['2026-04-30T24:00:00', '2026/05/01'],
	])('%s is sent as %s', (value, expected) => expect(sent(hotProfileDay, value, tokyo)).toBe(expected));

	test.each([
		'0000-00-00', '0000-01-01', '1900-02-29', '2025-02-29T00:00:00+14:00', '2026-04-31', '10000-01-01', '+012026-01-01', '2026-11-24T25:00:00Z',
		'2026-W48-2', '2026-W48-2T00:00:00Z', '10:30:00Z', 'T00:00:00Z', 'Z', '', ' ', 'constructor', new Date(NaN), DateTime.invalid('x'), NaN, 20260430, true, [], {},
	])('%p is rejected', (value) => {
		for (const field of [hotProfileDay, erpDay, zenDay]) expect(sent(field, value, tokyo)).toMatch(/^rejected: must be a valid date/);
	});

	test('a date that falls outside years 1 to 9999 in the time zone of the service is rejected', () => {
		expect(sent(hotProfileDay, '9999-12-31T20:00:00-03:00', tokyo)).toMatch(/^rejected/);
		expect(sent(hotProfileDay, '0001-01-01T01:00:00+14:00', tokyo)).toMatch(/^rejected/);
		expect(sent(hotProfileMoment, '9999-12-31T20:00:00-03:00', tokyo)).toMatch(/^rejected/);
		expect(sent(hotProfileMoment, new Date(NaN), tokyo)).toMatch(/^rejected/);
	});
});

describe('dates with the day first (Brazil)', () => {
	test.each(['30/04/2026', '30-04-2026', '30.04.2026', ' 30/4/2026 '])('%s is accepted by the Brazilian services only', (value) => {
		for (const dateFormat of ['yyyy-MM-dd', 'dd/MM/yyyy', 'dd-MM-yyyy', 'yyyy/MM/dd']) {
			expect(sent(erpDay, value, { dateFormat })).toBe(DateTime.utc(2026, 4, 30).toFormat(dateFormat));
		}
		freezeAt('2026-11-24T12:00:00Z');
		expect(sent(zenDay, value, {})).toBe('2026-04-30');
		expect(sent(hotProfileDay, value, {})).toMatch(/^rejected/);
	});
});

describe('CRM Zen uses days in Brazil', () => {
	test.each(ZONES)('for "today" and "yesterday" in a workflow in %s', (workflowZone) => {
		for (const [now, today, yesterday] of [
			['2026-11-24T00:30:00Z', '2026-11-23', '2026-11-22'], ['2026-11-24T02:59:59Z', '2026-11-23', '2026-11-22'],
			['2026-11-24T03:00:00Z', '2026-11-24', '2026-11-23'], ['2026-03-01T15:00:00Z', '2026-03-01', '2026-02-28'],
		]) {
			freezeAt(now);
			for (const word of ['today', 'Hoje', ' HOJE ']) expect(sent(zenDay, word, { workflowZone })).toBe(today);
			for (const word of ['yesterday', 'Ontem']) expect(sent(zenDay, word, { workflowZone })).toBe(yesterday);
		}
	});

	test('a day that has started in Brazil or in the workflow is not in the future', () => {
		// November 23, 22:00 in Brazil; November 24 in Japan.
		freezeAt('2026-11-24T01:00:00Z');
		expect(sent(zenDay, '2026-11-24', { workflowZone: 'Asia/Tokyo' })).toBe('2026-11-24');
		expect(sent(zenDay, '2026-11-24', { workflowZone: 'America/Sao_Paulo' })).toBe('rejected: must not be in the future');
		expect(sent(zenDay, '2026-11-25', { workflowZone: 'Asia/Tokyo' })).toBe('rejected: must not be in the future');
		expect(sent(zenDay, '2026-11-23', { workflowZone: 'Pacific/Pago_Pago' })).toBe('2026-11-23');
	});
});
