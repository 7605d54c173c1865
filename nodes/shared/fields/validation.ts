import type { IDataObject } from 'n8n-workflow';

import { isObject } from './text';
import type { Field, Form } from './fields';
import { binaryFields, ENTRIES, schemaOf } from './fields';
import { BinaryFields } from './binaryFiles';
import { locatorValue } from './parameters';
import type { Operation, WireValues } from './operations';
import { fieldsOf } from './operations';
import { textOf } from './text';

/** The settings of an operation, with their usual values where none are given. */
export type OperationSettings = Partial<Form> & IDataObject;

export interface ValidationResult {
	/** What is sent. */
	values: WireValues;
	settings: OperationSettings;
	/** One sentence for each value that cannot be sent. */
	problems: string[];
}

/**
 * Checks what the user gave against the catalogue and turns it into what is sent.
 * @param given wire names and values
 * @param zone the workflow's time zone, for days in words
 */
export function validateParameters(operation: Operation, given: IDataObject, zone = 'utc'): ValidationResult {
	const all = Object.values(fieldsOf(operation));
	const problems: string[] = [];
	const own = all.filter(({ isSetting }) => isSetting);
	const usual = Object.fromEntries(own.map(({ wire, default: value }) => [wire, value]));
	const isEmptySetting = (value: unknown) => value === undefined || isEmpty(value);
	const chosen = Object.fromEntries(own.map(({ wire }) => [wire, given[wire]]).filter(([, value]) => !isEmptySetting(value)));
	const settings = { workflowZone: zone, ...usual, ...validateFields(own, chosen, {}, problems) } as OperationSettings;
	const sent = all.filter(({ isSetting }) => !isSetting);
	return { values: validateFields(sent, given, settings, problems, operation), settings, problems };
}

type FieldRules = Partial<Pick<Operation, 'required' | 'canClearFields'>>;

function validateFields(
	all: Field[],
	given: IDataObject,
	settings: OperationSettings,
	problems: string[],
	{ required = {}, canClearFields }: FieldRules = {},
	place = '',
): WireValues {
	const values: WireValues = {};
	for (const field of all) {
		const say = (what: string) => problems.push(`${place}'${field.label}' ${what}`);
		const isRequired = field.wire in required;
		if (field.kind === 'file') {
			const value = validateFile(field, given, say);
			if (value !== undefined) values[field.wire] = value;
			continue;
		}
		if (!(isRequired && !field.when) && !(field.wire in given)) continue;
		const value = given[field.wire];
		if (isRequired || canClearFields ? isBlank(value) : isEmpty(value)) {
			if (isRequired) say(`is required, but ${describeValue(value)}`);
			// Only an empty text clears a field: null and undefined are what a missing column gives.
			else if (canClearFields && settings.clearEmptyFields && typeof value === 'string' && takesEmptyText(field)) values[field.wire] = '';
			continue;
		}
		if (value === undefined) {
			say('has no value: its expression found nothing');
			continue;
		}
		if (field.kind === 'list') {
			const entries = listEntries(value);
			if (!entries) say(`must be a list, but ${describeValue(value)}`);
			else if (entries.length > 0) {
				const checked = entries.map((entry, index) =>
					validateFields(Object.values(field.of ?? {}), toWireNames(field, entry), settings, problems, {}, `${field.entry} ${index + 1}: `),
				);
				// An entry in which nothing is filled says nothing.
				values[field.wire] = checked.filter((entry) => Object.keys(entry).length > 0);
			}
			continue;
		}
		const result = schemaOf(field, settings).safeParse(value);
		if (result.success) values[field.wire] = result.data;
		else say(`${result.error.issues[0].message}, but ${describeValue(value)}`);
	}
	return values;
}

/** A file as base64 text, or the binary fields that hold it. */
function validateFile(field: Field, given: IDataObject, say: (what: string) => void): WireValues[string] | undefined {
	const text = given[field.wire];
	const named = given[binaryFields.name] ?? binaryFields.default;
	const names = textOf(named).split(',').map((name) => name.trim()).filter(Boolean);
	if (text === undefined || isEmpty(text)) {
		if (names.length > 0) return new BinaryFields(names);
		say('is missing: name binary fields, or give base64 text');
		return undefined;
	}
	if (names.length > 0 && named !== binaryFields.default) {
		say('is given twice: as base64 text and as binary fields');
		return undefined;
	}
	const result = field.schema.safeParse(text);
	if (result.success) return result.data;
	say(`${result.error.issues[0].message}, but ${describeValue(text)}`);
	return undefined;
}

/** The entries of a list, as n8n keeps them or as an expression brings them. */
function listEntries(value: unknown): IDataObject[] | undefined {
	const entries = isObject(value) ? (value[ENTRIES] ?? []) : value;
	return Array.isArray(entries) && entries.every(isObject) ? entries : undefined;
}

/** An entry under the wire names of its fields. */
function toWireNames({ of = {} }: Field, entry: IDataObject): IDataObject {
	const byName = new Map(Object.values(of).map((field) => [field.name, field]));
	const byWire = new Map(Object.entries(of));
	const named = Object.entries(entry).map(([name, value]) => {
		const field = byName.get(name) ?? byWire.get(name);
		return [field?.wire ?? name, locatorValue(value, field)];
	});
	return Object.fromEntries(named) as IDataObject;
}

const isEmpty = (value: unknown) => value === '' || value === null;
const isBlank = (value: unknown) =>
	value === undefined || value === null || (typeof value === 'string' ? value.trim() === '' : Array.isArray(value) && value.length === 0);

const textKinds = new Set<Field['kind']>(['text', 'email', 'url', 'digits', 'phone', 'postalCode', 'state']);

const takesEmptyText = ({ kind }: Field) => textKinds.has(kind);

/** What was found instead, in words: long values by their length, others as they are. */
function describeValue(value: unknown): string {
	if (value === undefined) return 'its expression found nothing';
	if (value === null || value === '') return 'it is empty';
	if (Array.isArray(value)) return 'a list was given';
	if (typeof value === 'object') return 'an object was given';
	const shown = String(value).replace(/\p{Surrogate}/gu, '\ufffd');
	const length = [...shown].length;
	return length > 40 ? `${length} characters were given` : `"${shown}" was given`;
}
