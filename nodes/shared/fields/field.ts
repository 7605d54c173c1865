/**
 * What a field is, and how fields are declared: one line each, from which the editor's property, the check before a
 * call and the value on the wire all come.
 */

import type { INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';

/** A value as it is sent. */
export type WireValue = string | number | string[] | number[] | object;

/** Turns what the user entered into what is sent, or into nothing; fails with an issue whose message is the rule. */
export type Rule = z.ZodType<WireValue | undefined, z.ZodTypeDef, unknown>;

/**
 * A kind of value, with its own rule and its own property in the editor. A vendor adds a type by defining
 * another object of this shape in its own folder.
 * @example
 * export const postalCode = defineType({ kind: 'postalCode', rule: () => z.string(), property: () => ({ type: 'string', default: '' }) });
 */
export interface FieldType {
	/** Name of the type, e.g. `text`. */
	kind: string;
	rule: (spec: FieldSpec, formats: Formats) => Rule;
	/** What its property in the editor has beyond a name, a label and a description. */
	property: (field: Field) => Partial<INodeProperties>;
	/** Whether sending an empty text clears the field of a record. */
	canBeCleared?: boolean;
	/** Names of the settings that the rule or the sending depends on. */
	settings?: readonly string[];
	/** What every description of the type ends with. */
	hint?: (spec: FieldSpec) => string;
}

export interface Choice {
	name: string;
	value: string | number;
	description?: string;
}

/** What one line of a catalogue says about a field. */
export interface FieldSpec extends FieldType {
	/** Plain label, as messages quote it. */
	label: string;
	/** The vendor's own word, shown in brackets behind the label so that a search for either word finds it. */
	term?: string;
	/** What the field does: one sentence without a final period. */
	help?: string;
	/** In characters, not bytes. */
	maxLength?: number;
	min?: number;
	max?: number;
	choices?: Choice[];
	/** How several ids are sent: the name once per id, or one value with commas. */
	separate?: 'repeat' | 'comma';
	/** Shown only where other parameters have one of these values. */
	when?: Record<string, string[]>;
	/** Name of a `listSearch` method: the field is then picked from a list or typed as an id. */
	picker?: string;
	/** What is entered instead of an id where one is picked, e.g. `Name`. */
	pickedBy?: string;
	/** For files: the fields beside it that take the file's name and format, unless they are filled in. */
	fileName?: string;
	fileFormat?: string;
	/** For lists: the fields of an entry, and what an entry is called. */
	of?: Fields;
	entry?: string;
	/** For lists: the wire names of fields that an entry must have, unless all of them are empty. */
	requiredInEntry?: readonly string[];
	/** A setting is not sent, but controls how the other fields are checked and written. */
	isSetting?: boolean;
	/** Value of a setting that is not set. */
	default?: string | number | boolean;
}

/** The formats that every service has. */
interface CommonFormats {
	/** IANA time zone of the service's dates. */
	zone: string;
	/** The workflow's own time zone: its midnight stands for a day. */
	workflowZone?: string;
	dateFormat: string;
	/** Whether 4/3/2026 can be entered and is 4 March. */
	dayFirst: boolean;
	/** Words for days besides "today" and "yesterday", with the number of days that they lie back. */
	dayWords: Readonly<Record<string, number>>;
	/** Whether JSON is sent as the text that was entered or as the object that it describes. */
	jsonAs: 'text' | 'object';
}

/** How the values of a service are written. A setting of the same name overrides an entry; vendors add their own. */
export type Formats = CommonFormats & { [name: string]: unknown };

/** Formats that override the usual ones. */
export type FormatOverrides = Partial<CommonFormats> & { [name: string]: unknown };

/** A field with its place on the wire and in the editor. */
export interface Field extends FieldSpec {
	/** Exact name on the wire, e.g. `client[full_name]`. */
	wire: string;
	/** Parameter name in n8n, e.g. `clientFullName`. */
	name: string;
	formats: Formats;
	/** The rule under the usual formats. */
	schema: Rule;
}

export type Fields<Wire extends string = string> = Record<Wire, Field>;

/** Name of a field type. */
export type Kind = FieldType['kind'];

/** What a line may say beyond its type and label. */
export type FieldDetails = Partial<Omit<FieldSpec, keyof FieldType | 'label'>>;

/** Makes the function that declares fields of a type. */
export const defineType =
	(type: FieldType) =>
	(label: string, details: FieldDetails = {}): FieldSpec => ({ ...type, label, ...details });

/** Makes a field a setting with a default value. */
export const setting = (spec: FieldSpec, defaultValue: FieldSpec['default']): FieldSpec => ({
	...spec,
	isSetting: true,
	default: defaultValue,
});

/** `client[full_name]` becomes `clientFullName`: the wire name in camelCase, without brackets and accents. */
export function parameterName(wire: string): string {
	const words = wire.normalize('NFD').replace(/\p{M}/gu, '').split(/[^A-Za-z0-9]+/).filter(Boolean);
	return words.map((word, index) => (index === 0 ? lowerFirst(word) : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}

/** `URL` becomes `url`, `Name` becomes `name`. */
const lowerFirst = (word: string) => (word === word.toUpperCase() ? word.toLowerCase() : word.charAt(0).toLowerCase() + word.slice(1));

const USUAL_FORMATS: Omit<CommonFormats, 'zone'> = {
	workflowZone: undefined,
	dateFormat: 'yyyy/MM/dd',
	dayFirst: false,
	dayWords: {},
	jsonAs: 'text',
};

/**
 * Declares the fields of an operation.
 * @param zone IANA time zone of the service's dates
 * @param formats where values are written in other than the usual ways, and the vendor's own settings
 * @param nameOf how the vendor's wire names become parameter names
 */
export function fields<Wire extends string>(
	zone: string,
	specs: Record<Wire, FieldSpec>,
	formats: FormatOverrides = {},
	nameOf: (wire: string) => string = parameterName,
): Fields<Wire> {
	const all: Formats = { ...USUAL_FORMATS, ...formats, zone };
	const named = Object.entries<FieldSpec>(specs).map(([wire, spec]): [string, Field] => [
		wire,
		{ ...spec, wire, name: nameOf(wire), formats: all, schema: spec.rule(spec, all) },
	]);
	return Object.fromEntries(named) as Fields<Wire>;
}

/** Rules by field and settings: few combinations serve many items. */
const rulesOf = new WeakMap<Field, Map<string, Rule>>();

/** The rule of a field where settings change how its values are written. */
export function schemaOf(field: Field, settings: FormatOverrides): Rule {
	const formats: Formats = { ...field.formats };
	for (const name of Object.keys(formats)) if (settings[name] !== undefined) formats[name] = settings[name];
	const rules = rulesOf.get(field) ?? new Map<string, Rule>();
	rulesOf.set(field, rules);
	const key = Object.values(formats).join();
	const rule = rules.get(key) ?? field.rule(field, formats);
	rules.set(key, rule);
	return rule;
}

/** Some fields of a catalogue by their wire names. */
export function pick<Wire extends string, Some extends Wire>(all: Fields<Wire>, ...wires: Some[]): Fields<Some> {
	return Object.fromEntries(wires.map((wire) => [wire, all[wire]])) as Fields<Some>;
}

/** All fields of a catalogue but some. */
export function omit<Wire extends string, Some extends Wire>(all: Fields<Wire>, ...wires: Some[]): Fields<Exclude<Wire, Some>> {
	const remaining = Object.entries(all).filter(([wire]) => !wires.includes(wire as Some));
	return Object.fromEntries(remaining) as Fields<Exclude<Wire, Some>>;
}
