import type { DateTimeOptions } from 'luxon';
import { DateTime } from 'luxon';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { z } from 'zod';

import { isDocument } from './documents';
import { hasLoneSurrogate } from './text';

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
	| 'choice'
	| 'reference'
	| 'document'
	| 'postalCode'
	| 'state'
	| 'phone'
	| 'yesNo'
	| 'json'
	| 'file'
	| 'list';

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
	/** What stands in place of an id where one is picked, e.g. `Name`. */
	pickedBy?: string;
	/** `file`: the fields beside it that take the file's name and format, unless they are given. */
	fileName?: string;
	fileFormat?: string;
	/** `list`: the fields of an entry, and what an entry is called. */
	of?: Fields;
	entry?: string;
	/** A setting: it is not sent, but says how the other fields are checked and written. */
	isSetting?: boolean;
	/** Value of a setting that is not given. */
	default?: string | number | boolean;
}

/** How the values of a service are written. A setting of the same name changes it. */
export interface Form {
	/** Time zone of its dates, e.g. `Asia/Tokyo`. */
	zone: string;
	/** The workflow's own time zone: its midnight stands for a day. */
	workflowZone?: string;
	dateFormat: string;
	/** Whether documents are checked by their check digits. */
	checkDocuments: boolean;
	/** Whether documents, postal codes and phones lose their punctuation. */
	digitsOnly: boolean;
	/** What yes and no are, with a slash between, e.g. `S/N`. */
	yesNoAs: string;
	/** Whether JSON goes out as the text that was given or as the object that it says. */
	jsonAs: 'text' | 'object';
}

/** A field with its place on the wire and in the editor. */
export interface Field extends FieldSpec {
	/** Exact name on the wire, e.g. `search[client][name_kana]`. */
	wire: string;
	/** Parameter name in n8n, e.g. `clientNameKana`. */
	name: string;
	form: Form;
	/** Turns what the user gave into what is sent; throws a `ZodError` whose message is the rule. */
	schema: z.ZodType<WireValue, z.ZodTypeDef, unknown>;
}

export type WireValue = string | number | string[] | number[] | object;
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
/** A day up to today, sent as yyyy-MM-dd; also in words such as "yesterday", which are days of the service. */
export const day = kind('day');
export const dateTime = kind('dateTime');
export const choice = (label: string, choices: Choice[], more: More = {}): FieldSpec => ({
	kind: 'choice',
	label,
	choices,
	...more,
});
/** An id that is text: letters and leading zeros stay. */
export const reference = kind('reference');
/** CPF or CNPJ, with or without punctuation. */
export const document = kind('document');
/** CEP. */
export const postalCode = kind('postalCode');
/** UF, or a state's name. */
export const state = kind('state');
export const phone = kind('phone');
/** A yes or no that is sent in the words of the service. */
export const yesNo = kind('yesNo');
export const json = kind('json');
/** Base64, taken from binary data or from a text. */
export const file = kind('file');
export const list = (label: string, entry: string, of: Fields, more: More = {}): FieldSpec => ({
	kind: 'list',
	label,
	entry,
	of,
	...more,
});
/** Makes a field a setting. */
export const setting = (spec: FieldSpec, usual: FieldSpec['default']): FieldSpec => ({
	...spec,
	isSetting: true,
	default: usual,
});

/** For operations that change a record. Fields that are no text cannot be cleared. */
export const clearEmptyFields: FieldSpec = setting(
	flag('Clear Empty Fields', {
		help: 'Whether fields that are left empty are cleared. Otherwise an empty value leaves the field as it is',
	}),
	false,
);

/** `search[client][name_kana]` becomes `clientNameKana`: the wire name in camelCase, without brackets and accents. */
export function parameterName(wire: string): string {
	const words = wire
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.replace(/^search\[/, '')
		.replace(/^page\[/, '')
		.split(/[^A-Za-z0-9]+/)
		.filter(Boolean);
	return words
		.map((word, index) => (index === 0 ? lowerFirst(word) : word[0].toUpperCase() + word.slice(1)))
		.join('');
}

/** `CEP` becomes `cep`, `Sexo` becomes `sexo`. */
const lowerFirst = (word: string) => (word === word.toUpperCase() ? word : word[0]).toLowerCase() + (word === word.toUpperCase() ? '' : word.slice(1));

const usualForm: Omit<Form, 'zone'> = {
	dateFormat: 'yyyy/MM/dd',
	checkDocuments: true,
	digitsOnly: false,
	yesNoAs: 'S/N',
	jsonAs: 'text',
};

/**
 * Declares the fields of an operation.
 * @param zone time zone of the vendor's dates, e.g. `Asia/Tokyo`
 * @param form where the vendor's values are written in other than the usual ways
 */
export function fields<Wire extends string>(
	zone: string,
	specs: Record<Wire, FieldSpec>,
	form: Partial<Form> = {},
): Fields<Wire> {
	const whole = { ...usualForm, ...form, zone };
	const named = Object.entries<FieldSpec>(specs).map(([wire, spec]) => [
		wire,
		{ ...spec, wire, name: parameterName(wire), form: whole, schema: rules[spec.kind](spec, whole) },
	]);
	return Object.fromEntries(named) as Fields<Wire>;
}

/** Rules made for settings: there are few of these, but many items. */
const madeFor = new WeakMap<Field, Map<string, Field['schema']>>();

/** The rule of a field where settings change how its values are written. */
export function schemaOf(field: Field, settings: Partial<Form>): Field['schema'] {
	const { zone, workflowZone, dateFormat, checkDocuments, digitsOnly, yesNoAs, jsonAs } = { ...field.form, ...settings };
	const form: Form = { zone, workflowZone, dateFormat, checkDocuments, digitsOnly, yesNoAs, jsonAs };
	const made = madeFor.get(field) ?? new Map<string, Field['schema']>();
	madeFor.set(field, made);
	const key = Object.values(form).join();
	const schema = made.get(key) ?? rules[field.kind](field, form);
	made.set(key, schema);
	return schema;
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
	(typeof value === 'number' && Number.isFinite(value)) || typeof value === 'bigint' ? String(value) : value;

const textAsNumber = (value: unknown) =>
	typeof value === 'string' && /^\s*[-+]?\d+(\.0+)?\s*$/.test(value) ? Number(value) : value;

/** Characters as people count them: one code point is one character. */
const characters = (value: string) => [...value].length;

/** What no encoding can carry, such as an emoji that a cut went through. */
const WHOLE = { message: 'must be made of whole characters (it holds half of a surrogate pair)' };

function textRule({ maxLength = Infinity }: FieldSpec) {
	return z.preprocess(
		numberAsText,
		z
			.string({ message: 'must be text' })
			.refine((value) => !hasLoneSurrogate(value), WHOLE)
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

/** A number as people write it: its shortest form, without an exponent, and at most 14 decimals. */
function plainNumber(value: number): string {
	const shortest = String(value);
	return /e|\.\d{15}/.test(shortest) ? value.toFixed(14).replace(/\.?0+$/, '') : shortest;
}

/** At most 3 digits and 14 decimals, sent as typed: a JavaScript number would round the last ones. */
function decimalRule({ min = -999, max = 999 }: FieldSpec) {
	return z.preprocess(
		(value) => (typeof value === 'number' ? plainNumber(value) : value),
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
				const list = typeof value === 'object' ? [value].flat() : String(value).split(/[,、，\s]+/);
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
/** What an ISO text begins with; luxon alone would take "2026" or "10:30" for a date too. */
const ISO_DAY = /^\d{4}-?\d{2}-?\d{2}/;
const PLAIN_DATE_TIME = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$/;
/** A time of day that says how far it is from UTC; in "2026-04-30" the last part is no such thing. */
const HAS_OFFSET = /T.*(z|[+-]\d{2}(:?\d{2})?)(\[.*\])?$/i;
const DAY_FIRST = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/;

/** A date as the text that all libraries, their copies and realms have in common; empty where it is none. */
function writtenDate(value: unknown): string {
	if (typeof value === 'string') return value.trim();
	if (DateTime.isDateTime(value)) return value.toISO() ?? '';
	const isDate = Object.prototype.toString.call(value) === '[object Date]' && !Number.isNaN(Number(value));
	return isDate ? (value as Date).toISOString() : '';
}

/**
 * A moment as the user gave it; invalid where it is no real date.
 * @param options the zone in which it is told, which is also that of text without one
 */
function moment(text: string, options: DateTimeOptions): DateTime {
	const plain = PLAIN_DATE.exec(text) ?? PLAIN_DATE_TIME.exec(text);
	if (!plain) return ISO_DAY.test(text) ? DateTime.fromISO(text, options) : DateTime.invalid('no date');
	const [year, month, day, hour = 0, minute = 0, second = 0] = plain.slice(1).map((part) => Number(part ?? 0));
	return DateTime.fromObject({ year, month, day, hour, minute, second }, options);
}

/**
 * A day. Midnight stands for the day that begins with it, be it midnight where it was written or in the
 * workflow: so `$today` and a picked day stay what they are, wherever the service is. Text without a zone is
 * the day that it names. Only a moment with a time of day falls on the service's day.
 */
function calendarDay(value: unknown, { zone, workflowZone = zone, dateFormat }: Form): DateTime {
	const isDayFirst = dateFormat.startsWith('d') || zone.startsWith('America/');
	const written = writtenDate(value);
	const text = isDayFirst ? written.replace(DAY_FIRST, '$3-$2-$1') : written;
	// In UTC every day has a midnight; where summer time begins at midnight, one has none.
	if (!HAS_OFFSET.test(text)) return moment(text, { zone: 'utc' });
	const there = moment(text, { setZone: true });
	return [there, there.setZone(workflowZone)].find(isMidnight) ?? there.setZone(zone);
}

const isMidnight = (found: DateTime) => Number(found) === Number(found.startOf('day'));

/** Years that go out with four digits. */
const isWritable = ({ isValid, year }: DateTime) => isValid && year >= 1 && year <= 9999;

const dateRule = (read: (value: unknown, form: Form) => DateTime, formatOf: (form: Form) => string) => (_spec: FieldSpec, form: Form) =>
	z.unknown().transform((value, context): WireValue => {
		const found = read(value, form);
		if (isWritable(found)) return found.toFormat(formatOf(form));
		const message = `must be a date that exists, e.g. ${DateTime.utc(2026, 4, 30, 9, 30).toFormat(formatOf(form))}`;
		context.addIssue({ code: 'custom', message });
		return z.NEVER;
	});

const DAYS_AGO = new Map([['today', 0], ['hoje', 0], ['yesterday', 1], ['ontem', 1]]);

/** The day of a value, which may be a word for a day of the service; invalid where it is none. */
function dayOf(value: unknown, form: Form): DateTime {
	const days = typeof value === 'string' ? DAYS_AGO.get(value.trim().toLowerCase()) : undefined;
	return days === undefined ? calendarDay(value, form) : DateTime.now().setZone(form.zone).minus({ days });
}

const ISO_DATE = 'yyyy-MM-dd';

function dayRule(_spec: FieldSpec, { zone, workflowZone = zone, ...form }: Form) {
	return z.unknown().transform((value, context): WireValue => {
		const found = dayOf(value, { ...form, zone, workflowZone });
		const day = found.toFormat(ISO_DATE);
		// A day has begun where it has begun at the service or, as `$today`, in the workflow.
		const hasBegun = [zone, workflowZone].some((place) => day <= DateTime.now().setZone(place).toFormat(ISO_DATE));
		if (isWritable(found) && hasBegun) return day;
		const message = isWritable(found) ? 'must not be in the future' : 'must be a day that exists, e.g. 2026-04-30, 30/04/2026 or yesterday';
		context.addIssue({ code: 'custom', message });
		return z.NEVER;
	});
}

function documentRule(spec: FieldSpec, { checkDocuments, digitsOnly }: Form) {
	const written = textRule(spec);
	const checked = checkDocuments
		? written.refine(isDocument, { message: 'must be a CPF or CNPJ with the right check digits' })
		: written;
	return checked.transform((value): WireValue => (digitsOnly ? value.replace(/[^0-9A-Za-z]/g, '') : value));
}

const plainDigits = (value: string, { digitsOnly }: Form): WireValue => (digitsOnly ? value.replace(/\D/g, '') : value);

const yesWords = /^(s|sim|y|yes|true|1)$/i;
const noWords = /^(n|n[aã]o|no|false|0)$/i;

function yesNoRule(_spec: FieldSpec, { yesNoAs }: Form) {
	return z
		.preprocess(
			(value) => (typeof value === 'boolean' ? yesNoAs.split('/')[value ? 0 : 1] : numberAsText(value)),
			z.string({ message: 'must be true or false' }),
		)
		.refine((value) => yesWords.test(value) || noWords.test(value), { message: 'must be true or false' })
		.transform((value): WireValue => value);
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const jsonRule = (_spec: FieldSpec, { jsonAs }: Form) =>
	z
		.preprocess(
			(value) => (typeof value === 'string' ? value : JSON.stringify(value)),
			z.string({ message: 'must be JSON' }).refine((value) => !hasLoneSurrogate(value), WHOLE),
		)
		.refine((value) => parsed(value) !== undefined, { message: 'must be JSON, e.g. {"key": "value"}' })
		.transform((value): WireValue => (jsonAs === 'object' ? (parsed(value) as WireValue) : value));

const base64Rule = () =>
	z
		.preprocess(
			// Browsers put the type of a file in front of its content.
			(value) => (typeof value === 'string' ? value.replace(/^data:[^,]*;base64,/, '') : value),
			z.string({ message: 'must be text' }),
		)
		.refine((value) => isBase64(value), { message: 'must be base64' })
		.transform((value): WireValue => value);

function isBase64(value: string): boolean {
	const text = value.replace(/\s/g, '');
	return text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

/** A name, and a host of at least two parts. */
const EMAIL = /^[^\s@<>,;]+@[^\s@<>,;.]+(\.[^\s@<>,;.]+)+$/;

const STATES = new Set(
	'AC AL AP AM BA CE DF ES GO MA MT MS MG PA PB PR PE PI RJ RN RS RO RR SC SP SE TO'.split(' '),
);

const rules: Record<Kind, (spec: FieldSpec, form: Form) => Field['schema']> = {
	text: textRule,
	url: textRule,
	email: (spec) =>
		textRule(spec).refine((value) => EMAIL.test(value), {
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
	date: dateRule(calendarDay, ({ dateFormat }) => dateFormat),
	dateTime: dateRule((value, { zone }) => moment(writtenDate(value), { zone }), ({ dateFormat }) => `${dateFormat} HH:mm:ss`),
	reference: (spec) =>
		textRule(spec).transform((value): WireValue => value.trim()),
	document: documentRule,
	postalCode: (spec, form) =>
		textRule(spec)
			.refine((value) => /^\d{2}\.?\d{3}-?\d{3}$/.test(value.trim()), {
				message: 'must be a CEP of 8 digits, e.g. 01310-100',
			})
			.transform((value) => plainDigits(value, form)),
	state: (spec) =>
		textRule(spec).refine((value) => value.trim().length !== 2 || STATES.has(value.trim().toUpperCase()), {
			message: 'must be a state (UF) that exists, e.g. SP',
		}),
	phone: (spec, form) => textRule(spec).transform((value) => plainDigits(value, form)),
	yesNo: yesNoRule,
	json: jsonRule,
	file: base64Rule,
	list: () => z.array(z.unknown(), { message: 'must be a list' }) as unknown as Field['schema'],
};

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
	reference: () => ({ type: 'string', default: '', placeholder: 'e.g. 1042' }),
	document: () => ({ type: 'string', default: '', placeholder: 'e.g. 529.982.247-25' }),
	postalCode: () => ({ type: 'string', default: '', placeholder: 'e.g. 01310-100' }),
	state: () => ({ type: 'string', default: '', placeholder: 'e.g. SP' }),
	phone: () => ({ type: 'string', default: '', placeholder: 'e.g. (11) 5555-0100' }),
	yesNo: () => ({ type: 'boolean', default: false }),
	json: () => ({ type: 'json', default: '', placeholder: 'e.g. {"key": "value"}' }),
	file: () => ({ type: 'string', default: '', typeOptions: { rows: 2 } }),
	list: ({ entry = '', of = {} }) => ({
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: `Add ${entry}`,
		default: {},
		options: [
			{
				displayName: entry,
				name: ENTRIES,
				values: Object.values(of).flatMap(shapes),
			},
		],
	}),
};

/** Under this name n8n keeps the entries of a list. */
export const ENTRIES = 'entries';
/** Beside a file field: names binary data in the place of base64 text. */
export const binaryFields: INodeProperties = {
	displayName: 'Input Binary Fields',
	name: 'binaryFields',
	type: 'string',
	default: 'data',
	placeholder: 'e.g. data, contract',
	description: 'Names of the binary fields to send, separated by commas, unless base64 text is given',
};

function locator({ picker, pickedBy = 'ID', label }: Field): Partial<INodeProperties> {
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
			{
				displayName: `By ${pickedBy}`,
				name: pickedBy.toLowerCase(),
				type: 'string',
				placeholder: pickedBy === 'ID' ? 'e.g. 1250077' : '',
			},
		],
	};
}

function describe({ kind: type, label, help, term, maxLength, separate }: Field): string {
	const isFlag = type === 'flag' || type === 'yesNo';
	const parts = [
		help ?? (isFlag && `Whether ${label} is ticked`),
		term && (help || isFlag ? `In the vendor's words: ${term}` : term),
		maxLength && `Up to ${maxLength} characters`,
		type === 'idList' && `Several ids, separated by commas${separate === 'comma' ? '' : ' or as a list'}`,
	];
	return parts.filter(Boolean).join('. ');
}

/** The n8n properties of a field, with their routing to the request body. */
export function properties(field: Field): INodeProperties[] {
	const routing: INodeProperties['routing'] = {
		send: { type: 'body', property: field.wire, propertyInDotNotation: false },
	};
	return shapes(field).map((one) => (field.isSetting || one === binaryFields ? one : { ...one, routing }));
}

/** What the editor shows for a field. */
function shapes(field: Field): INodeProperties[] {
	const editor = field.picker ? locator(field) : editors[field.kind](field);
	const one = {
		displayName: field.label,
		name: field.name,
		description: describe(field),
		...(field.when ? { displayOptions: { show: field.when } } : {}),
		...editor,
		...(field.default === undefined ? {} : { default: field.default }),
	} as INodeProperties;
	return field.kind === 'file' ? [binaryFields, one] : [one];
}
