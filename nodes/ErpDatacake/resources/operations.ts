import type { Fields, FieldSpec, Kind } from '../../shared/fields/fields';
import { choice, clearEmptyFields, decimal, document, fields, flag, pick, reference, setting, text } from '../../shared/fields/fields';
import type { Collection, Operation } from '../../shared/fields/operations';
import { textColumn, linkNames } from '../../shared/fields/columns';
import { dateFormats, jsonForms, yesAndNo } from '../choices';

/** What the operations of the contract have in common; a resource says only what is its own. */

/** Fields of the contract. It names no form for dates: they go out as yyyy-MM-dd, unless a setting says otherwise. */
export const erpFields = <Wire extends string>(specs: Record<Wire, FieldSpec>): Fields<Wire> =>
	fields('America/Sao_Paulo', specs, { dateFormat: 'yyyy-MM-dd' });

/** One thing under three names in the contract. */
export const taxDocument = document('CPF or CNPJ', { term: 'CPF/CNPJ', help: 'Tax document of the client, with or without punctuation' });

/** Fields that several resources have. */
export const common = erpFields({
	document: taxDocument,
	cnpj_cpf: taxDocument,
	id_cliente: reference('Client ID', { term: 'ID do cliente' }),
	id_contrato: reference('Contract ID', { term: 'ID do contrato' }),
	id_fatura: reference('Invoice ID', { term: 'ID da fatura' }),
	id_servico: reference('Client Service ID', {
		term: 'ID do serviço do cliente',
		help: "The client's own service, as Get Many of Client Service reads it, not a product",
	}),
	id_prospecto: reference('Prospect ID', { term: 'ID do prospecto' }),
	id_revendedor: reference('Reseller', { term: 'Revendedor', picker: 'searchResellers' }),
	latitude: decimal('Latitude', { term: 'Latitude', help: 'In degrees, such as -23.5505', min: -90, max: 90 }),
	longitude: decimal('Longitude', { term: 'Longitude', help: 'In degrees, such as -46.6333', min: -180, max: 180 }),
	obs: text('Remarks', undefined, { term: 'Observações' }),
});

/** The row of operations that only tell how it went. */
export const statusRow = { status: textColumn('status') };

const settings = erpFields({
	checkDocuments: setting(
		flag('Check CPF and CNPJ', { help: 'Whether a CPF or CNPJ with a wrong check digit is refused before the call. Turn this off for old data' }),
		true,
	),
	checkIds: setting(
		flag('Check IDs', {
			help: "Whether ids of resellers, products and the like are looked up in the ERP's own lists before the call. Each list is read at most once a minute",
		}),
		true,
	),
	clearEmptyFields,
	dateFormat: setting(choice('Date Format', dateFormats, { help: 'How the ERP wants dates' }), 'yyyy-MM-dd'),
	digitsOnly: setting(
		flag('Digits Only', { help: 'Whether CPF, CNPJ, CEP and phones are sent without punctuation. Otherwise they are sent as given' }),
		false,
	),
	downloadFiles: setting(flag('Download Files', { help: 'Whether the files behind the links come out as binary data' }), false),
	downloadTimeout: setting(decimal('Download Timeout (Seconds)', { min: 1, max: 900, help: 'Longest time for one file' }), 60),
	jsonAs: setting(choice('JSON Sent As', jsonForms, { help: 'How the ERP wants JSON fields' }), 'text'),
	maxFileSizeMb: setting(decimal('Max File Size (MB)', { min: 0.001, max: 500, help: 'Largest file that is taken' }), 10),
	outputField: setting(text('Put Output File in Field', undefined, { help: 'Name of the binary field of the downloaded file' }), 'data'),
	yesNoAs: setting(choice('Yes and No Sent As', yesAndNo, { help: 'How the ERP writes yes and no' }), 'S/N'),
});

type Setting = keyof typeof settings;

const settingsOfKind: Partial<Record<Kind, Setting[]>> = {
	document: ['checkDocuments', 'digitsOnly'],
	postalCode: ['digitsOnly'],
	phone: ['digitsOnly'],
	date: ['dateFormat'],
	yesNo: ['yesNoAs'],
	json: ['jsonAs'],
	file: ['maxFileSizeMb'],
};

/** The settings that matter for some fields and for what comes back. */
function optionsFor(all: Fields, row: Operation['columns'], isUpdate: boolean): Collection[] {
	const inside = (some: Fields): FieldSpec[] =>
		Object.values(some).flatMap((field) => [field, ...(field.of ? inside(field.of) : [])]);
	const names = inside(all).flatMap(({ kind, picker, pickedBy }): Setting[] => [
		...(settingsOfKind[kind] ?? []),
		...(picker && !pickedBy ? (['checkIds'] as const) : []),
	]);
	if (isUpdate) names.push('clearEmptyFields');
	if (linkNames(row).length > 0) names.push('downloadFiles', 'downloadTimeout', 'maxFileSizeMb', 'outputField');
	return names.length > 0 ? [{ name: 'options', fields: pick(settings, ...new Set(names)) }] : [];
}

type Shape = Pick<Operation, 'value' | 'name' | 'method' | 'idempotent' | 'pastTense' | 'canClearFields' | 'resultList'>;

type Own = Partial<Pick<Operation, 'value' | 'name' | 'pastTense' | 'recordIdField' | 'required'>> &
	Pick<Operation, 'id' | 'action' | 'description' | 'path' | 'columns'> & {
		/** Fields that may be left out. */
		optional?: Fields;
	};

const shaped =
	(shape: Shape, collection: Collection['name']) =>
	({ required = {}, optional = {}, ...own }: Own): Operation => ({
		...shape,
		...own,
		required,
		collections: [
			...(Object.keys(optional).length > 0 ? [{ name: collection, fields: optional }] : []),
			...optionsFor({ ...required, ...optional }, own.columns, shape.canClearFields),
		],
	});

/** Reads one record. */
export const get = shaped(
	{ value: 'get', name: 'Get', method: 'GET', idempotent: true, pastTense: 'read', canClearFields: false },
	'filters',
);

/** Reads a list; the contract knows no pages. */
export const getMany = shaped(
	{ value: 'getMany', name: 'Get Many', method: 'GET', idempotent: true, pastTense: 'read', canClearFields: false, resultList: {} },
	'filters',
);

/** Stores something, so it is never sent twice. */
export const create = shaped(
	{ value: 'create', name: 'Create', method: 'POST', idempotent: false, pastTense: 'created', canClearFields: false },
	'additionalFields',
);

/** Changes what is given and leaves the rest as it is. */
export const update = shaped(
	{ value: 'update', name: 'Update', method: 'PUT', idempotent: true, pastTense: 'updated', canClearFields: true },
	'updateFields',
);
