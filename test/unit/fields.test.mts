import { DateTime } from 'luxon';
import { z } from 'zod';

import { hotProfileParameterName } from '../../nodes/HotProfile/fields';
import { validateParameters } from '../../nodes/shared/fields/validation';
import * as catalogue from '../../nodes/shared/fields';
import type { FieldSpec } from '../../nodes/shared/fields';
import { parseDateTime } from '../../nodes/shared/fields/dates';
import { fieldProperties, withTerm } from '../../nodes/shared/fields/fieldProperties';
import { parseYesNo } from '../../nodes/shared/fields/yesNo';
import type { Operation } from '../../nodes/shared/fields/operations';

const { fields } = catalogue;

/** What is sent for a value, or why it is rejected. */
function sent(spec: FieldSpec, value: unknown) {
	const result = fields('Asia/Tokyo', { x: spec }).x.schema.safeParse(value);
	return result.success ? result.data : `rejected: ${result.error.issues[0].message}`;
}

describe('parameter names', () => {
	test.each([
		['family_name', 'familyName'],
		['search[client][name_kana]', 'clientNameKana'],
		['search[from_datetime_updated_on]', 'fromDatetimeUpdatedOn'],
		['order[key]', 'orderKey'],
		['page[date_format_option]', 'dateFormatOption'],
		['tag_ids', 'tagIds'],
	])('%s becomes %s', (wire, name) => expect(hotProfileParameterName(wire)).toBe(name));
});

describe('values on the wire', () => {
	const { choice, date, dateTime, decimal, digits, email, flag, id, idList, integer, text } = catalogue;
	const latitude = decimal('Latitude', { min: -90, max: 90 });
	const status = choice('Status', [{ name: 'Active', value: 1 }, { name: 'Inactive', value: 2 }]);

	test.each<[string, FieldSpec, unknown, unknown]>([
		['text', text('T', 5), '山田太郎', '山田太郎'],
		['text with 5 characters of 2 code units each', text('T', 5), '𠮷𠮷𠮷𠮷𠮷', '𠮷𠮷𠮷𠮷𠮷'],
		['a number in a text field', text('T', 12), 612345678, '612345678'],
		['an ID', id('I'), '1250077', 1250077],
		['an ID as a number', id('I'), 7, 7],
		['a negative integer', integer('N'), '-3', -3],
		['an extension with leading zeros', digits('D', { maxLength: 8 }), '0123', '0123'],
		['a decimal', latitude, 35.7150244, '35.7150244'],
		['a decimal without an exact binary form', latitude, 39.7, '39.7'],
		['a whole decimal', latitude, 35, '35'],
		['zero', latitude, 0, '0'],
		['a tiny decimal', latitude, 1e-7, '0.0000001'],
		['a decimal as text, with all its digits', latitude, '35.12345678901234', '35.12345678901234'],
		['true', flag('F'), true, 1],
		['false', flag('F'), false, 0],
		['"0"', flag('F'), '0', 0],
		['a choice', status, 2, '2'],
		['a choice as text', status, '1', '1'],
		['an email', email('E'), 'a@example.com', 'a@example.com'],
		['IDs in text', idList('L', { separate: 'repeat' }), '1, 2、3', [1, 2, 3]],
		['IDs in an array', idList('L', { separate: 'repeat' }), [4, '5'], [4, 5]],
		['one ID as a number', idList('L', { separate: 'repeat' }), 6, [6]],
		['IDs joined with commas', idList('L', { separate: 'comma' }), [7, 8], '7,8'],
		['a date', date('D'), '2026/02/28', '2026/02/28'],
		['a date without leading zeros', date('D'), '2026/2/8', '2026/02/08'],
		['an ISO date', date('D'), '2024-02-29', '2024/02/29'],
		['a picker value without a time zone', date('D'), '2026-11-21T00:00:00', '2026/11/21'],
		['late evening in UTC, as the next day in Japan', date('D'), '2026-11-21T18:00:00Z', '2026/11/22'],
		['a luxon DateTime', date('D'), DateTime.fromISO('2026-11-21T18:00:00Z'), '2026/11/22'],
		['a Date', date('D'), new Date('2026-11-21T18:00:00Z'), '2026/11/22'],
		['a date and time with an offset', dateTime('D'), '2026-11-21T00:30:05.000+00:00', '2026/11/21 09:30:05'],
		['a date and time without an offset', dateTime('D'), '2026-11-21 09:30', '2026/11/21 09:30:00'],
		['a date in a date-time field', dateTime('D'), '2026/11/21', '2026/11/21 00:00:00'],
	])('sends %s', (_name, spec, value, wire) => expect(sent(spec, value)).toEqual(wire));

	test.each<[string, FieldSpec, unknown, RegExp]>([
		['text that is too long', text('T', 5), 'abcdef', /at most 5 characters/],
		['an array for text', text('T'), ['a'], /must be text/],
		['an object for text', text('T'), { a: 1 }, /must be text/],
		['a letter in an ID', id('I'), '12a', /whole number of 1 or more/],
		['an ID of 0', id('I'), 0, /whole number of 1 or more/],
		['a fractional ID', id('I'), 1.5, /whole number/],
		['an array for an ID', id('I'), [1, 2], /whole number/],
		['a letter in an ID list', idList('L'), '1,b', /whole number/],
		['a letter in an extension', digits('D'), '12-3', /digits only/],
		['an extension of 9 digits', digits('D', { maxLength: 8 }), '123456789', /at most 8 digits/],
		['a latitude of 200', latitude, 200, /from -90 to 90/],
		['a decimal comma', latitude, '35,7', /at most 3 digits before the decimal point and 14 after it/],
		['15 decimals', latitude, '35.123456789012345', /14 after it/],
		['an unknown word for a flag', flag('F'), 'maybe', /true or false/],
		['an unknown choice', status, 3, /one of 1, 2/],
		['an email without @', email('E'), 'nobody', /email address/],
		['February 31', date('D'), '2026/02/31', /valid date/],
		['February 29, 2025', date('D'), '2025-02-29T00:00:00', /valid date/],
		['a word for a date', date('D'), 'soon', /valid date/],
		['a year alone', date('D'), '2026', /valid date/],
		['a time alone', date('D'), '10:30', /valid date/],
		['an email without a domain', email('E'), 'a@gmail', /email address/],
		['NaN for text', text('T'), NaN, /must be text/],
		['a number for a date', date('D'), 1763683200000, /valid date/],
		['an object for a date', date('D'), {}, /valid date/],
		['a time of 25:00', dateTime('D'), '2026/02/01 25:00:00', /valid date/],
	])('rejects %s', (_name, spec, value, rule) => expect(sent(spec, value)).toMatch(rule));
});

describe('validation of an item', () => {
	const operation = {
		required: fields('Asia/Tokyo', { client_id: catalogue.id('Client'), family_name: catalogue.text('Last Name', 100) }),
		collections: [
			{
				name: 'additionalFields',
				fields: fields('Asia/Tokyo', {
					tel: catalogue.text('Phone', 100),
					latitude: catalogue.decimal('Latitude', { min: -90, max: 90 }),
				}),
			},
		],
		sendsEmptyText: false,
	} as unknown as Operation;

	test('reports every invalid field', () => {
		const { problems } = validateParameters(operation, { client_id: '12a', family_name: 'あ'.repeat(101), latitude: 200 });
		expect(problems).toEqual([
			`'Client' must be a whole number of 1 or more, but it is "12a"`,
			`'Last Name' must have at most 100 characters, but it has 101 characters`,
			`'Latitude' must be a number from -90 to 90, but it is "200"`,
		]);
	});

	test.each([undefined, null, '', '   '])('reports a required field that is %p', (name) => {
		const { problems } = validateParameters(operation, { client_id: 1, family_name: name });
		expect(problems).toEqual([expect.stringMatching(/^'Last Name' is required/)]);
	});

	test('reports an object, and an expression that returned undefined', () => {
		const { problems } = validateParameters(operation, { client_id: 1, family_name: { a: 1 }, tel: undefined });
		expect(problems).toEqual([
			`'Last Name' must be text, but it is an object`,
			`'Phone' is empty: the expression returned undefined`,
		]);
	});

	test('leaves out empty optional values', () => {
		const parameters = { client_id: 1, family_name: '山田', tel: '', latitude: null };
		expect(validateParameters(operation, parameters).values).toEqual({ client_id: 1, family_name: '山田' });
	});
});

describe("a vendor's own field type", () => {
	const plate = catalogue.defineType({
		kind: 'plate',
		rule: (_spec, { plateCase }) =>
			z.string({ message: 'must be text' }).regex(/^[a-z]+-\d+$/i, { message: 'must be a plate, e.g. AB-12' })
				.transform((value) => (plateCase === 'upper' ? value.toUpperCase() : value)),
		property: () => ({ type: 'string', default: '', placeholder: 'e.g. AB-12' }),
		settings: ['plateCase'],
	});
	const { plate_no: field } = fields('utc', { plate_no: plate('Plate', { term: 'Kennzeichen', help: 'Plate of the car' }) }, { plateCase: 'as entered' });

	test('applies its own rule and format setting', () => {
		expect(catalogue.schemaOf(field, {}).parse('ab-12')).toBe('ab-12');
		expect(catalogue.schemaOf(field, { plateCase: 'upper' }).parse('ab-12')).toBe('AB-12');
		expect(catalogue.schemaOf(field, { plateCase: undefined }).parse('ab-12')).toBe('ab-12');
		expect(catalogue.schemaOf(field, {}).safeParse('12').error?.issues[0].message).toBe('must be a plate, e.g. AB-12');
	});

	test('defines its own editor property', () => {
		expect(fieldProperties(field)).toEqual([
			{ displayName: 'Plate (Kennzeichen)', name: 'plateNo', type: 'string', default: '', placeholder: 'e.g. AB-12', description: 'Plate of the car' },
		]);
	});
});

describe('the label in the editor', () => {
	test.each([
		['Updated From', '更新日', 'Updated From (更新日)'],
		['Last Name (Kana)', '姓カナ', 'Last Name (Kana, 姓カナ)'],
		['Email', 'E-mail', 'Email'],
		['Fax', 'FAX', 'Fax'],
		['Invoice', undefined, 'Invoice'],
	])('%s with the term %s is %s', (label, term, expected) => expect(withTerm(label, term)).toBe(expected));

	test('is quoted without the term in messages', () => {
		const operation = { required: fields('utc', { d: catalogue.date('Updated From', { term: '更新日' }) }), collections: [] } as unknown as Operation;
		expect(validateParameters(operation, { d: 'soon' }).problems).toEqual([`'Updated From' must be a valid date, e.g. 2026/04/30, but it is "soon"`]);
	});
});

describe('parseDateTime', () => {
	test.each([
		['2026/4/3 9:05', false, '2026-04-03T09:05:00'], ['2026-04-03T24:00', false, '2026-04-04T00:00:00'], ['20260403', false, '2026-04-03T00:00:00'],
		['3.4.2026', true, '2026-04-03T00:00:00'], ['03/04/2026', true, '2026-04-03T00:00:00'], ['2026-04-03T10:00:00.250', false, '2026-04-03T10:00:00.250'],
	])('reads %s (day first: %s) as %s', (text, dayFirst, iso) => expect(parseDateTime(text, { zone: 'utc' }, dayFirst).toISO({ includeOffset: false, suppressMilliseconds: true })).toBe(iso));

	test.each(['03/04/2026', '3.4.2026', '2026-02-30', '2026/13/01', '2026-04-03 25:00', '10:30', '2026'])('rejects %s when the day does not come first', (text) =>
		expect(parseDateTime(text, { zone: 'utc' }).isValid).toBe(false),
	);
});

describe('parseYesNo', () => {
	const portuguese = { yes: ['sim'], no: ['não'] };

	test.each([[true, true], [1, true], [' Yes ', true], ['y', true], [false, false], ['0', false], ['NO', false], ['maybe', undefined], ['', undefined], [null, undefined], [[1], undefined], [2, undefined]])(
		'reads %p as %p', (value, expected) => expect(parseYesNo(value)).toBe(expected),
	);

	test("accepts a vendor's own words only for that vendor", () => {
		expect([parseYesNo('Sim', portuguese), parseYesNo('NÃO', portuguese), parseYesNo('Sim')]).toEqual([true, false, undefined]);
	});
});
