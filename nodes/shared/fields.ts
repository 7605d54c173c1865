import { DateTime } from 'luxon';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { z } from 'zod';

/**
 * The field catalogue. A field of a service is one line; the editor's property, the check before a
 * call and the value on the wire all come from that line.
 */

export type Kind =
	| 'text'
	| 'email'
	| 'url'
	| 'digits'
	| 'integer'
	| 'decimal'
	| 'id'
	| 'idList'
	| 'flag'
	| 'day'
	| 'date'
	| 'dateTime'
	| 'choice';

export interface Choice {
	name: string;
	value: string | number;
	description?: string;
}

/** What one line of a catalogue says about a field. */
export interface FieldSpec {
	kind: Kind;
	label: string;
	/** The vendor's own word for it, shown in the description so that people find the field they know. */
	term?: string;
	/** One plain sentence without a final period. */
	help?: string;
	/** Longest text allowed, in characters (not bytes). */
	maxLength?: number;
	/** Smallest number allowed. */
	min?: number;
	/** Largest number allowed. */
	max?: number;
	choices?: Choice[];
	/** How several ids are sent: the name once per id, or one value with commas. */
	separate?: 'repeat' | 'comma';
	/** Shown only where other parameters have one of these values. */
	when?: Record<string, string[]>;
	/** Name of a `listSearch` method: the field is then picked from a list or typed as an id. */
	picker?: string;
}

/** A field with its place on the wire and in the editor. */
export interface Field extends FieldSpec {
	/** Exact name on the wire, e.g. `search[client][name_kana]`. */
	wire: string;
	/** Parameter name in n8n, e.g. `clientNameKana`. */
	name: string;
	/** Turns what the user gave into what is sent; throws a `ZodError` whose message is the rule. */
	schema: z.ZodType<WireValue, z.ZodTypeDef, unknown>;
}

export type WireValue = string | number | string[] | number[];
export type Fields<Wire extends string = string> = Record<Wire, Field>;

type More = Partial<Omit<FieldSpec, 'kind' | 'label'>>;

const kind =
	(name: Kind) =>
	(label: string, more: More = {}): FieldSpec => ({ kind: name, label, ...more });

export const text = (label: string, maxLength?: number, more: More = {}): FieldSpec => ({
	kind: 'text',
	label,
	maxLength,
	...more,
});
export const email = kind('email');
export const url = kind('url');
/** Digits that are no number: leading zeros stay. */
export const digits = kind('digits');
export const integer = kind('integer');
export const decimal = kind('decimal');
export const id = kind('id');
export const idList = kind('idList');
/** A yes or no that is sent as 1 or 0. */
export const flag = kind('flag');
export const date = kind('date');
/** A day up to today, sent as yyyy-MM-dd; also in words such as "yesterday", in the workflow's time zone. */
export const day = kind('day');
export const dateTime = kind('dateTime');
export const choice = (label: string, choices: Choice[], more: More = {}): FieldSpec => ({
	kind: 'choice',
	label,
	choices,
	...more,
});

/** `search[client][name_kana]` becomes `clientNameKana`: the wire name in camelCase, without the brackets. */
export function parameterName(wire: string): string {
	const words = wire
		.replace(/^search\[/, '')
		.replace(/^page\[/, '')
		.split(/[^A-Za-z0-9]+/)
		.filter(Boolean);
	return words
		.map((word, index) => (index === 0 ? word : word[0].toUpperCase() + word.slice(1)))
		.join('');
}

/**
 * Declares the fields of an operation.
 * @param zone time zone of the vendor's dates, e.g. `Asia/Tokyo`
 */
export function fields<Wire extends string>(
	zone: string,
	specs: Record<Wire, FieldSpec>,
): Fields<Wire> {
	const named = Object.entries<FieldSpec>(specs).map(([wire, spec]) => [
		wire,
		{ ...spec, wire, name: parameterName(wire), schema: rules[spec.kind](spec, zone) },
	]);
	return Object.fromEntries(named) as Fields<Wire>;
}

/** Some fields of a catalogue by their wire names. */
export function pick<Wire extends string, Some extends Wire>(
	all: Fields<Wire>,
	...wires: Some[]
): Fields<Some> {
	return Object.fromEntries(wires.map((wire) => [wire, all[wire]])) as Fields<Some>;
}

/** All fields of a catalogue but some. */
export function omit<Wire extends string, Some extends Wire>(
	all: Fields<Wire>,
	...wires: Some[]
): Fields<Exclude<Wire, Some>> {
	const left = Object.entries(all).filter(([wire]) => !wires.includes(wire as Some));
	return Object.fromEntries(left) as Fields<Exclude<Wire, Some>>;
}

// ---------------------------------------------------------------------------------------------
// The check: one rule per kind

const numberAsText = (value: unknown) =>
	typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;

const textAsNumber = (value: unknown) =>
	typeof value === 'string' && value.trim() !== '' ? Number(value) : value;

/** Characters as people count them: one code point is one character. */
const characters = (value: string) => [...value].length;

function textRule({ maxLength = Infinity }: FieldSpec) {
	return z.preprocess(
		numberAsText,
		z
			.string({ message: 'must be text' })
			.refine((value) => characters(value) <= maxLength, {
				message: `must have at most ${maxLength} characters`,
			}),
	);
}

function wholeNumberRule({ min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: FieldSpec) {
	const bounds =
		max < Number.MAX_SAFE_INTEGER
			? ` from ${min} to ${max}`
			: min > Number.MIN_SAFE_INTEGER
				? ` of ${min} or more`
				: '';
	const message = `must be a whole number${bounds}`;
	return z.preprocess(
		textAsNumber,
		z.number({ message }).int({ message }).min(min, { message }).max(max, { message }),
	);
}

/** At most 3 digits and 14 decimals, sent as typed: a JavaScript number would round the last ones. */
function decimalRule({ min = -999, max = 999 }: FieldSpec) {
	return z.preprocess(
		(value) => (typeof value === 'number' ? value.toFixed(14).replace(/\.?0+$/, '') : value),
		z
			.string({ message: 'must be a number' })
			.trim()
			.regex(/^[-+]?\d{1,3}(\.\d{1,14})?$/, {
				message: 'must be a number with at most 3 digits and 14 decimals',
			})
			.refine((value) => Number(value) >= min && Number(value) <= max, {
				message: `must be a number from ${min} to ${max}`,
			}),
	);
}

function idListRule(spec: FieldSpec) {
	const one = wholeNumberRule({ ...spec, min: spec.min ?? 1 });
	return z
		.preprocess(
			(value) => {
				const list = Array.isArray(value) ? value : String(value).split(/[,、，\s]+/);
				return list.filter((entry) => entry !== '');
			},
			z.array(one).min(1, { message: 'must be one or more ids, separated by commas' }),
		)
		.transform((ids): WireValue => (spec.separate === 'comma' ? ids.join(',') : (ids as number[])));
}

const yes = new Set<unknown>([true, 1, '1', 'true']);
const no = new Set<unknown>([false, 0, '0', 'false']);

function flagRule() {
	return z
		.unknown()
		.refine((value) => yes.has(value) || no.has(value), { message: 'must be true or false' })
		.transform((value) => (yes.has(value) ? 1 : 0));
}

function choiceRule({ choices = [] }: FieldSpec) {
	const known = choices.map((entry) => String(entry.value));
	return z
		.preprocess(
			numberAsText,
			z.string({ message: 'must be one of the listed values' }).refine((value) => known.includes(value), {
				message: `must be one of ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''}`,
			}),
		)
		.transform((value): WireValue => value);
}

const PLAIN_DATE = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/;
const PLAIN_DATE_TIME = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$/;

/**
 * A moment as the user gave it, in the vendor's time zone; invalid where it is no real date.
 * Text without a zone means the vendor's own zone, so a day stays the day that was picked.
 */
function moment(value: unknown, zone: string): DateTime {
	if (value instanceof Date) return DateTime.fromJSDate(value, { zone });
	// Another copy of luxon made this one, so only its text form is shared.
	const written = DateTime.isDateTime(value) ? value.toISO() : value;
	if (typeof written !== 'string') return DateTime.invalid('no text');
	const plain = PLAIN_DATE.exec(written.trim()) ?? PLAIN_DATE_TIME.exec(written.trim());
	if (!plain) return DateTime.fromISO(written.trim(), { zone });
	const [year, month, day, hour = 0, minute = 0, second = 0] = plain.slice(1).map((part) => Number(part ?? 0));
	return DateTime.fromObject({ year, month, day, hour, minute, second }, { zone });
}

function dateRule(format: string, example: string) {
	return (_spec: FieldSpec, zone: string) =>
		z
			.unknown()
			.refine((value) => moment(value, zone).isValid, {
				message: `must be a date that exists, e.g. ${example}`,
			})
			.transform((value): WireValue => moment(value, zone).toFormat(format));
}

const DAYS_AGO = new Map([['today', 0], ['hoje', 0], ['yesterday', 1], ['ontem', 1]]);
const BRAZILIAN_DATE = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/;
const ISO_START = /^\d{4}-\d{2}-\d{2}T/;

/** The day of a value in a time zone; invalid where it is none. */
function dayOf(value: unknown, zone: string): DateTime {
	if (typeof value !== 'string') return moment(value, zone).startOf('day');
	const written = value.trim().toLowerCase();
	const days = DAYS_AGO.get(written);
	if (days !== undefined) return DateTime.now().setZone(zone).startOf('day').minus({ days });
	const turned = written.replace(BRAZILIAN_DATE, '$3-$2-$1');
	const isDate = PLAIN_DATE.test(turned) || ISO_START.test(value.trim());
	return isDate ? moment(turned.toUpperCase(), zone).startOf('day') : DateTime.invalid('no date');
}

function dayRule(_spec: FieldSpec, zone: string) {
	return z
		.unknown()
		.refine((value) => dayOf(value, zone).isValid, {
			message: 'must be a day that exists, e.g. 2026-04-30, 30/04/2026 or yesterday',
		})
		.refine((value) => !(dayOf(value, zone) > DateTime.now()), { message: 'must not be in the future' })
		.transform((value): WireValue => dayOf(value, zone).toFormat('yyyy-MM-dd'));
}

const rules: Record<Kind, (spec: FieldSpec, zone: string) => Field['schema']> = {
	text: textRule,
	url: textRule,
	email: (spec) =>
		textRule(spec).refine((value) => /^[^\s@]+@[^\s@]+$/.test(value), {
			message: 'must be an email address, e.g. name@example.com',
		}),
	digits: ({ maxLength = Infinity }) =>
		z.preprocess(
			numberAsText,
			z
				.string({ message: 'must be digits' })
				.regex(/^\d+$/, { message: 'must be digits only' })
				.max(maxLength, { message: `must have at most ${maxLength} digits` }),
		),
	integer: wholeNumberRule,
	id: (spec) => wholeNumberRule({ ...spec, min: spec.min ?? 1 }),
	idList: idListRule,
	decimal: decimalRule,
	flag: flagRule,
	choice: choiceRule,
	day: dayRule,
	date: dateRule('yyyy/MM/dd', '2026/04/30'),
	dateTime: dateRule('yyyy/MM/dd HH:mm:ss', '2026/04/30 09:30:00'),
};

/** The check of a field in a workflow: a day in words or without a zone means the workflow's own. */
export const schemaIn = (field: Field, zone: string): Field['schema'] =>
	field.kind === 'day' ? dayRule(field, zone) : field.schema;

// ---------------------------------------------------------------------------------------------
// The editor's property

const editors: Record<Kind, (field: Field) => Partial<INodeProperties>> = {
	text: ({ maxLength = 0 }) => ({
		type: 'string',
		default: '',
		...(maxLength >= 3000 ? { typeOptions: { rows: 4 } } : {}),
	}),
	email: () => ({ type: 'string', default: '', placeholder: 'name@email.com' }),
	url: () => ({ type: 'string', default: '', placeholder: 'e.g. https://www.example.co.jp' }),
	digits: () => ({ type: 'string', default: '', placeholder: 'e.g. 0123' }),
	integer: () => ({ type: 'string', default: '', placeholder: 'e.g. 1250077' }),
	id: () => ({ type: 'string', default: '', placeholder: 'e.g. 1250077' }),
	idList: () => ({ type: 'string', default: '', placeholder: 'e.g. 501,502' }),
	decimal: ({ min, max }) => ({
		type: 'number',
		default: 0,
		typeOptions: { numberPrecision: 14, minValue: min, maxValue: max },
	}),
	flag: () => ({ type: 'boolean', default: false }),
	day: () => ({ type: 'dateTime', default: '' }),
	date: () => ({ type: 'dateTime', default: '' }),
	dateTime: () => ({ type: 'dateTime', default: '' }),
	choice: ({ choices = [] }) => ({
		type: 'options',
		default: choices[0].value,
		options: choices as INodePropertyOptions[],
	}),
};

function locator({ picker, label }: Field): Partial<INodeProperties> {
	return {
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: `Select a ${label.replace(/ ID$/, '').toLowerCase()}...`,
				typeOptions: { searchListMethod: picker, searchable: true },
			},
			{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. 1250077' },
		],
	};
}

function describe({ kind: type, label, help, term, maxLength, separate }: Field): string {
	const parts = [
		help ?? (type === 'flag' && `Whether ${label} is ticked`),
		term && (help || type === 'flag' ? `In the vendor's words: ${term}` : term),
		maxLength && `Up to ${maxLength} characters`,
		type === 'idList' && `Several ids, separated by commas${separate === 'comma' ? '' : ' or as a list'}`,
	];
	return parts.filter(Boolean).join('. ');
}

/** The n8n property of a field, with its routing to the request body. */
export function property(field: Field): INodeProperties {
	const editor = field.picker ? locator(field) : editors[field.kind](field);
	return {
		displayName: field.label,
		name: field.name,
		description: describe(field),
		...(field.when ? { displayOptions: { show: field.when } } : {}),
		routing: { send: { type: 'body', property: field.wire, propertyInDotNotation: false } },
		...editor,
	} as INodeProperties;
}
