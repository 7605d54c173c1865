/** Makes the operations of ERP Datacake: get, getMany, create and update, each with the options that its fields and columns need. */

import { linkNames, textColumn } from '../../shared/fields/columns';
import type { Field, Fields } from '../../shared/fields';
import { choice, clearEmptyFields, decimal, flag, pick, setting, text } from '../../shared/fields';
import type { Collection, Operation } from '../../shared/fields/operations';
import { yesNoPairs } from '../brazil/yesNo';
import { dateFormats, jsonFormats } from '../choices';
import { erpFields } from '../fields';

/** The row of operations that only return a status. */
export const statusColumns = { status: textColumn('status') };

const settings = erpFields({
	checkDocuments: setting(
		flag('Check CPF and CNPJ', { help: 'Whether to reject a CPF or CNPJ with a wrong check digit before it is sent. Turn off for legacy data' }),
		true,
	),
	checkIds: setting(
		flag('Check IDs', {
			help: "Whether to look up the IDs of resellers, products and similar records in the ERP's own lists before sending. Each list is read at most once per minute",
		}),
		true,
	),
	clearEmptyFields,
	dateFormat: setting(choice('Date Format', dateFormats, { help: 'The date format that the ERP expects' }), 'yyyy-MM-dd'),
	digitsOnly: setting(
		flag('Digits Only', { help: 'Whether to remove punctuation from CPF, CNPJ, CEP and phone numbers. Otherwise, they are sent as entered' }),
		false,
	),
	downloadFiles: setting(flag('Download Files', { help: 'Whether to download the linked files as binary data' }), false),
	downloadTimeout: setting(decimal('Download Timeout (Seconds)', { min: 1, max: 900, help: 'Maximum time to wait for one file' }), 60),
	jsonAs: setting(choice('JSON Format', jsonFormats, { help: 'The form in which the ERP expects JSON fields' }), 'text'),
	maxFileSizeMb: setting(decimal('Max File Size (MB)', { min: 0.001, max: 500, help: 'Larger files are rejected' }), 10),
	outputField: setting(text('Put Output File in Field', undefined, { help: 'Name of the binary field to put the downloaded file in' }), 'data'),
	yesNoAs: setting(choice('Yes/No Format', yesNoPairs, { help: 'The words that the ERP expects for yes and no' }), 'S/N'),
});

type Setting = keyof typeof settings;

const isSettingName = (name: string): name is Setting => name in settings;

/** The settings that matter for some fields and for what comes back. */
function optionsFor(all: Fields, row: Operation['columns'], isUpdate: boolean): Collection[] {
	const withEntries = (fields: Fields): Field[] => Object.values(fields).flatMap((field) => [field, ...(field.of ? withEntries(field.of) : [])]);
	const names = withEntries(all).flatMap(({ settings: own = [], picker, pickedBy }): Setting[] => [
		...own.filter(isSettingName),
		...(picker && !pickedBy ? (['checkIds'] as const) : []),
	]);
	if (isUpdate) names.push('clearEmptyFields');
	if (linkNames(row).length > 0) names.push('downloadFiles', 'downloadTimeout', 'maxFileSizeMb', 'outputField');
	return names.length > 0 ? [{ name: 'options', fields: pick(settings, ...new Set(names)) }] : [];
}

/** What a kind of operation decides. */
type OperationKind = Pick<Operation, 'value' | 'name' | 'method' | 'idempotent' | 'pastTense' | 'canClearFields' | 'resultList'>;

/** What an operation adds to its kind, or overrides. */
type OperationDetails = Partial<Pick<Operation, 'value' | 'name' | 'pastTense' | 'recordIdField' | 'required'>> &
	Pick<Operation, 'id' | 'action' | 'description' | 'path' | 'columns'> & { optional?: Fields };

const defineOperation =
	(kind: OperationKind, collection: Collection['name']) =>
	({ required = {}, optional = {}, ...details }: OperationDetails): Operation => ({
		...kind,
		...details,
		required,
		collections: [
			...(Object.keys(optional).length > 0 ? [{ name: collection, fields: optional }] : []),
			...optionsFor({ ...required, ...optional }, details.columns, kind.canClearFields),
		],
	});

/** Reads one record. */
export const get = defineOperation(
	{ value: 'get', name: 'Get', method: 'GET', idempotent: true, pastTense: 'read', canClearFields: false },
	'filters',
);

/** Reads a list; the contract has no pages. */
export const getMany = defineOperation(
	{ value: 'getMany', name: 'Get Many', method: 'GET', idempotent: true, pastTense: 'read', canClearFields: false, resultList: {} },
	'filters',
);

/** Stores something, so it is never sent twice. */
export const create = defineOperation(
	{ value: 'create', name: 'Create', method: 'POST', idempotent: false, pastTense: 'created', canClearFields: false },
	'additionalFields',
);

/** Changes the fields that are set and leaves the others unchanged. */
export const update = defineOperation(
	{ value: 'update', name: 'Update', method: 'PUT', idempotent: true, pastTense: 'updated', canClearFields: true },
	'updateFields',
);
