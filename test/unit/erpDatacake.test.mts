import { readFileSync } from 'node:fs';

import fc from 'fast-check';

import { baseUrl, connect, endpointPaths, authenticate } from '../../nodes/ErpDatacake/connection.ts';
import { resources } from '../../nodes/ErpDatacake/resources/index.ts';
import { isTaxNumber } from '../../nodes/ErpDatacake/brazil/taxNumbers';
import * as brazil from '../../nodes/ErpDatacake/brazil/types';
import { erpFields } from '../../nodes/ErpDatacake/fields';
import type { FieldSpec, FormatOverrides } from '../../nodes/shared/fields';
import * as catalogue from '../../nodes/shared/fields';
import { sizeOf } from '../../nodes/shared/fields/binaryFiles';
import { fieldsOf } from '../../nodes/shared/fields/operations';
import { flagColumn, moneyColumn } from '../../nodes/ErpDatacake/brazil/columns';
import { dateColumn, mapRow, numberColumn, textColumn } from '../../nodes/shared/fields/columns';
import { isValidDocument, Provider } from '../../sandbox/erpDatacake/provider.mts';

const contract = JSON.parse(readFileSync('test/fixtures/datacake-contract.json', 'utf8')) as Record<string, { output: string[] }>;
const operations = resources.flatMap((resource) => resource.operations);

describe('CPF and CNPJ', () => {
	test.each([
		'529.982.247-25', '52998224725', ' 529 982 247 25 ', '11.222.333/0001-81', '11222333000181', '12.ABC.345/01DE-35', '12abc34501de35',
	])('%s is valid', (text) => expect(isTaxNumber(text)).toBe(true));

	test.each([
		'', '529.982.247-24', '11111111111', '00000000000000', '5299822472', '529982247255', '11.222.333/0001-82', '12.ABC.345/01DE-36',
		'12ABC34501DE3A', '529_982_247_25', 'CPF',
	])('%p is invalid', (text) => expect(isTaxNumber(text)).toBe(false));

	test('a CPF with one wrong digit is always invalid', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 1, max: 9 }), (position, shift) => {
				const digits = [...'52998224725'];
				digits[position] = String((Number(digits[position]) + shift) % 10);
				expect(isTaxNumber(digits.join(''))).toBe(false);
			}),
		);
	});

	test('the 400 clients of the sandbox have valid and distinct documents, some with letters', () => {
		const documents = [...new Provider(1, 400).clients.values()].map(({ fields }) => fields.cnpj_cpf);
		expect(documents.filter((text) => !isTaxNumber(text) || !isValidDocument(text))).toEqual([]);
		expect(documents.some((text) => /[A-Z]/.test(text))).toBe(true);
		expect(new Set(documents).size).toBe(400);
	});
});

describe('input on the wire', () => {
	const { date, file, json, reference } = catalogue;
	const { taxNumber, phone, postalCode, yesNo } = brazil;
	const sent = (spec: FieldSpec, value: unknown, settings: FormatOverrides = {}) => {
		const { x } = erpFields({ x: spec });
		const result = catalogue.schemaOf(x, settings).safeParse(value);
		return result.success ? result.data : `rejected: ${result.error.issues[0].message}`;
	};

	test.each<[string, FieldSpec, unknown, FormatOverrides, unknown]>([
		['an ID with leading zeros', reference('I'), ' 007 ', {}, '007'],
		['an ID as a number', reference('I'), 42, {}, '42'],
		['a document as entered', taxNumber('D'), '529.982.247-25', {}, '529.982.247-25'],
		['a document as digits', taxNumber('D'), '12.ABC.345/01DE-35', { digitsOnly: true }, '12ABC34501DE35'],
		['an invalid document with the check turned off', taxNumber('D'), '1', { checkDocuments: false }, '1'],
		['a CEP as entered', postalCode('C'), '01310-100', {}, '01310-100'],
		['a phone as digits', phone('P'), '+55 (11) 5555-0100', { digitsOnly: true }, '551155550100'],
		['yes', yesNo('Y'), true, {}, 'S'],
		['no, in another format', yesNo('Y'), false, { yesNoAs: 'Sim/Não' }, 'Não'],
		['yes as text, unchanged', yesNo('Y'), 'sim', { yesNoAs: '1/0' }, 'sim'],
		['a date', date('D'), '1990-05-01', {}, '1990-05-01'],
		['midnight in UTC, as the same day', date('D'), '1990-05-01T00:00:00.000Z', {}, '1990-05-01'],
		['late evening in Brazil, as the day there', date('D'), '2026-04-01T02:00:00Z', {}, '2026-03-31'],
		['a date in another format', date('D'), '2026-04-01', { dateFormat: 'dd/MM/yyyy' }, '01/04/2026'],
		['JSON as text', json('J'), '{"a": 1}', {}, '{"a": 1}'],
		['an object as text', json('J'), { a: 1 }, {}, '{"a":1}'],
		['JSON as an object', json('J'), '{"a": 1}', { jsonAs: 'object' }, { a: 1 }],
		['base64 in a data URL', file('F'), 'data:image/png;base64,aGVsbG8=', {}, 'aGVsbG8='],
	])('sends %s', (_name, spec, value, settings, wire) => expect(sent(spec, value, settings)).toEqual(wire));

	test.each<[string, FieldSpec, unknown, RegExp]>([
		['a CEP of 7 digits', postalCode('C'), '1310100', /CEP with 8 digits/],
		['another word for yes', yesNo('Y'), 'talvez', /true or false/],
		['incomplete JSON', json('J'), '{"a":', /must be valid JSON/],
		['invalid base64', file('F'), 'olá', /must be Base64 text/],
		['an invalid date with the day first', date('D'), '31/02/2026', /valid date, e\.g\. 2026-04-30/],
	])('rejects %s', (_name, spec, value, rule) => expect(sent(spec, value)).toMatch(rule));

	test('parameter names are the wire names in camelCase, without accents', () => {
		expect(['razão_social', 'endereco_instalação', 'Sexo', 'CEP', 'base_64', 'id_tipo_de_atendimento'].map((wire) => catalogue.parameterName(wire))).toEqual([
			'razaoSocial', 'enderecoInstalacao', 'sexo', 'cep', 'base64', 'idTipoDeAtendimento',
		]);
	});
});

describe('output columns', () => {
	test.each(operations.map((operation) => [operation.id as string, operation] as const))('%s has a column for every field of the contract', (id, { columns = {} }) => {
		expect(Object.keys(columns).sort()).toEqual([...contract[id].output].sort());
		const keys = Object.values(columns).map(({ key }) => key);
		expect(new Set(keys).size).toBe(keys.length);
		for (const key of keys) expect(key).toMatch(/^[a-z][A-Za-z]+$/);
	});

	test.each([
		['99.90', 99.9], ['1.234,56', 1234.56], ['1,234.56', 1234.56], ['R$ 1.234,56', 1234.56], ['1.234', 1234], ['0.500', 0.5], ['12,5', 12.5],
		['-3,10', -3.1], ['3.4.2026', '3.4.2026'], [7, 7], ['1.234.567,89', 1234567.89], ['', null], ['free', 'free'],
	])('reads the amount %p as %p', (value, amount) => expect(mapRow({ v: value }, { v: moneyColumn('m') })).toEqual({ m: amount }));

	test.each([
		['2026-12-05', '2026-12-05'], ['05/12/2026', '2026-12-05'], ['2026-12-05 10:20:30', '2026-12-05T10:20:30'], ['05/12/2026 10:20', '2026-12-05T10:20:00'],
		['2026-12-05T10:20:30-03:00', '2026-12-05T10:20:30-03:00'], ['0000-00-00', null], ['', null], ['dia 5', 'dia 5'],
	])('reads the date %p as %p', (value, date) => expect(mapRow({ v: value }, { v: dateColumn('d') })).toEqual({ d: date }));

	test.each([['S', true], ['N', false], ['sim', true], ['Não', false], [1, true], ['0', false], [true, true], ['ativo', true], ['I', false], ['', null], ['?', '?']])(
		'reads the flag %p as %p',
		(value, flag) => expect(mapRow({ v: value }, { v: flagColumn('f') })).toEqual({ f: flag }),
	);

	test('reads numbers and text, and keeps unknown fields', () => {
		const row = { a: '-23,55', b: '007', c: '', other: 'x' };
		expect(mapRow(row, { a: numberColumn('latitude'), b: textColumn('id'), c: textColumn('name') })).toEqual({ latitude: -23.55, id: '007', name: null, other: 'x' });
	});
});

describe('the credential', () => {
	const credentials = { baseUrl: 'https://erp.example.com/api/', token: 'secret-token' };
	const request = { url: '/clientes' };

	test.each([
		['https://erp.example.com', 'https://erp.example.com'], ['erp.example.com/api/v1/', 'https://erp.example.com/api/v1'],
		[' https://erp.example.com:8443/api ', 'https://erp.example.com:8443/api'], ['http://127.0.0.1:5702', 'http://127.0.0.1:5702'], ['http://localhost:5702/', 'http://localhost:5702'],
	])('the base URL %s becomes %s', (value, url) => expect(baseUrl(value)).toBe(url));

	test.each(['', ' ', 'http://erp.example.com', 'ftp://erp.example.com', 'https://a:b@erp.example.com', 'https://erp.example.com/?x=1', 'no address', undefined])(
		'rejects the base URL %p',
		(value) => expect(() => baseUrl(value)).toThrow(/'Base URL' in the credential/),
	);

	test('sends the token in its header, and only to its own host', () => {
		expect(authenticate(credentials, request)).toMatchObject({ url: 'https://erp.example.com/api/clientes', headers: { Authorization: 'Bearer secret-token' } });
		expect(authenticate({ ...credentials, headerName: 'X-Token', headerPrefix: '' }, request).headers).toEqual({ 'X-Token': 'secret-token' });
		for (const url of ['https://other.example.com/x', '//other.example.com/x']) {
			expect(() => authenticate(credentials, { url })).toThrow(/only to https:\/\/erp\.example\.com, not/);
		}
	});

	test('has an account ID without the token, and default limits', () => {
		const { accountId, limits, secrets } = connect(credentials);
		expect(accountId).not.toContain('secret');
		expect(limits).toEqual({ maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 });
		expect(secrets).toEqual(['secret-token']);
		expect(connect({ ...credentials, baseUrl: 'erp.example.com/api' }).accountId).toBe(accountId);
	});

	test('accepts a path for each of the 25 operations', () => {
		const lines = operations.map(({ id, path }) => `${id}: /novo${path}`);
		expect([...endpointPaths(lines.join('\n'))]).toEqual(operations.map(({ id, path }) => [id, `/novo${path}`]));
		expect(endpointPaths('\n# nothing\r\n\n').size).toBe(0);
		expect([...endpointPaths('edit_client : /c/{id_cliente}?acao=editar')]).toEqual([['edit_client', '/c/{id_cliente}?acao=editar']]);
	});

	test.each([
		['no_operation: /x', /line 1: "no_operation" is not an operation\. Use one of /],
		['\n\nget_client_info /x', /line 3: .* must be an operation, a colon and a path/],
		['get_client_info:', /"" is not a valid path\. Example: \/clientes/],
		['get_client_info: x', /"x" is not a valid path/],
		['get_client_info: https://other.example.com/x', /is not a valid path/],
		['get_client_info: //other.example.com/x', /is not a valid path/],
		['get_client_info: /a b', /is not a valid path/],
		['get_client_info: /../x', /is not a valid path/],
		['get_client_info: /c/{cnpj_cpf', /is not a valid path/],
		['get_client_info: /c/{id}', /\{id\} is not an input of get_client_info/],
		['get_client_info: /c/{checkDocuments}', /is not an input/],
		['create_prospect: /p/{anexos}', /is not an input/],
		['get_client_info: /a\nget_client_info: /b', /line 2: get_client_info already has a path/],
	])('rejects the endpoint paths %j', (lines, message) => expect(() => endpointPaths(lines)).toThrow(message));
});

test('every plain input of an operation can be a path placeholder', () => {
	for (const operation of operations) {
		for (const { wire, kind, isSetting } of Object.values(fieldsOf(operation))) {
			if (isSetting || kind === 'list' || kind === 'file') continue;
			expect(endpointPaths(`${operation.id}: /x/{${wire}}`).size).toBe(1);
		}
	}
});

test.each([[5, '5 bytes'], [2048, '2 kB'], [9 * 2 ** 20, '9 MB'], [10.5 * 2 ** 20, '10.5 MB']])('formats %i bytes as %s', (bytes, size) => expect(sizeOf(bytes)).toBe(size));
