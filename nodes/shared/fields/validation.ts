/** Checks what the user entered against the catalogue and turns it into what is sent. */

import type { IDataObject } from 'n8n-workflow';

import { BinaryFields } from './binaryFiles';
import type { Field, FormatOverrides } from './field';
import { pick, schemaOf } from './field';
import type { Operation, WireValues } from './operations';
import { fieldsOf } from './operations';
import { locatorValue } from './parameters';
import { binaryFields, ENTRIES, isFile } from './fieldProperties';
import { isObject, textOf } from './unknownValues';

/** The settings of an operation, with their defaults where they are not set. */
export type OperationSettings = FormatOverrides & IDataObject;

export interface ValidationResult {
	/** What is sent. */
	values: WireValues;
	settings: OperationSettings;
	/** One sentence for each value that cannot be sent. */
	problems: string[];
}

/**
 * @param parameters values as entered, by wire name
 * @param zone the workflow's time zone, whose midnight stands for a day
 */
export function validateParameters(operation: Operation, parameters: IDataObject, zone = 'utc'): ValidationResult {
	const all = Object.values(fieldsOf(operation));
	const problems: string[] = [];
	const settingFields = all.filter(({ isSetting }) => isSetting);
	const defaults = Object.fromEntries(settingFields.map(({ wire, default: value }) => [wire, value]));
	const entered = settingFields.map(({ wire }) => [wire, parameters[wire]] as const).filter(([, value]) => value !== undefined && !isEmpty(value));
	const chosen = validateFields(settingFields, Object.fromEntries(entered), {}, problems);
	const settings = { workflowZone: zone, ...defaults, ...chosen } as OperationSettings;
	const sent = all.filter(({ isSetting }) => !isSetting);
	return { values: validateFields(sent, parameters, settings, problems, operation), settings, problems };
}

type FieldRules = Partial<Pick<Operation, 'required' | 'canClearFields'>>;

/** @param prefix where the fields are, e.g. `Attachment 1: ` */
function validateFields(
	all: Field[],
	parameters: IDataObject,
	settings: OperationSettings,
	problems: string[],
	{ required = {}, canClearFields = false }: FieldRules = {},
	prefix = '',
): WireValues {
	const values: WireValues = {};
	for (const field of all) {
		const report = (problem: string) => void problems.push(`${prefix}'${field.label}' ${problem}`);
		const isRequired = field.wire in required;
		if (isFile(field)) {
			const value = validateFile(field, parameters, report);
			if (value !== undefined) values[field.wire] = value;
			continue;
		}
		if (!(isRequired && !field.when) && !(field.wire in parameters)) continue;
		const value = parameters[field.wire];
		if (isRequired || canClearFields ? isBlank(value) : isEmpty(value)) {
			if (isRequired) report(`is required, but ${describeValue(value)}`);
			// Only an empty text clears a field: null and undefined are what a missing column gives.
			else if (canClearFields && settings.clearEmptyFields && typeof value === 'string' && field.canBeCleared) values[field.wire] = '';
			continue;
		}
		if (value === undefined) {
			report('is empty: the expression returned undefined');
			continue;
		}
		if (field.of) {
			const entries = listEntries(value);
			if (!entries) report(`must be a list, but ${describeValue(value)}`);
			else if (entries.length > 0) {
				const checked = entries.map((entry, index) => validateEntry(field, toWireNames(field, entry), settings, problems, index + 1));
				// The editor keeps entries in which nothing is filled in.
				values[field.wire] = checked.filter((entry) => Object.keys(entry).length > 0);
			}
			continue;
		}
		const result = schemaOf(field, settings).safeParse(value);
		if (!result.success) report(`${brokenRule(result.error)}, but ${describeValue(value)}`);
		else if (result.data !== undefined) values[field.wire] = result.data;
	}
	return values;
}

/** An entry of a list; one without any of the fields that an entry must have is empty. */
function validateEntry(field: Field, entry: IDataObject, settings: OperationSettings, problems: string[], number: number): WireValues {
	const { of = {}, requiredInEntry = [] } = field;
	const isUnused = requiredInEntry.length > 0 && requiredInEntry.every((wire) => !(wire in entry) || isEmpty(entry[wire]));
	if (isUnused) return {};
	const rules = { required: pick(of, ...requiredInEntry) };
	return validateFields(Object.values(of), entry, settings, problems, rules, `${field.entry} ${number}: `);
}

const brokenRule = ({ issues }: { issues: Array<{ message: string }> }) => issues[0]?.message ?? 'is not valid';

/** A file as base64 text, or the binary fields that contain it. */
function validateFile(field: Field, parameters: IDataObject, report: (problem: string) => void): WireValues[string] | undefined {
	const text = parameters[field.wire];
	const entered = parameters[binaryFields.name] ?? binaryFields.default;
	const names = textOf(entered).split(',').map((name) => name.trim()).filter(Boolean);
	if (text === undefined || isEmpty(text)) {
		if (names.length > 0) return new BinaryFields(names);
		report('is missing. Enter the names of binary fields, or Base64 text');
		return undefined;
	}
	if (names.length > 0 && entered !== binaryFields.default) {
		report('is set both as Base64 text and as binary fields. Use only one of them');
		return undefined;
	}
	const result = field.schema.safeParse(text);
	if (result.success) return result.data;
	report(`${brokenRule(result.error)}, but ${describeValue(text)}`);
	return undefined;
}

/** The entries of a list, as n8n keeps them or as an expression returns them. */
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

/** Longer values are described by their length. */
const SHOWN_CHARACTERS = 40;

/** What a value is instead, as a clause. */
function describeValue(value: unknown): string {
	if (value === undefined) return 'the expression returned undefined';
	if (value === null || value === '') return 'it is empty';
	if (Array.isArray(value)) return 'it is a list';
	if (typeof value === 'object') return 'it is an object';
	const shown = String(value).replace(/\p{Surrogate}/gu, '\ufffd');
	const length = [...shown].length;
	return length > SHOWN_CHARACTERS ? `it has ${length} characters` : `it is "${shown}"`;
}
