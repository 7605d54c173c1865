import type { FieldSpec, Kind } from '../../nodes/shared/fields/index.ts';
import type { Pair } from '../parseRequest.mts';
import type { Operation } from './operations.mts';
import type { Value } from './tenant.mts';

/** A rejected call: the message in the vendor's style, and the reason in plain English for whoever tests. */
export class ValidationError extends Error {
	readonly vendorMessage: string;
	readonly status: number | undefined;

	/**
	 * @param vendorMessage Japanese, starts with the label of the field
	 * @param reason English, names the field by its wire name
	 * @param status if it differs from the usual status of such errors
	 */
	constructor(sentence: string, reason: string, status?: number) {
		super(reason);
		this.vendorMessage = sentence;
		this.status = status;
	}
}

/** Validated parameters by wire name, without empty brackets. */
export type Input = Map<string, Value>;

/** Reads all parameters of a call and collects all errors. */
export function readInput(operation: Operation, pairs: Pair[]): { input: Input; errors: ValidationError[] } {
	const sent = new Map<string, string[]>();
	for (const [wire, value] of pairs) sent.set(wire, [...(sent.get(wire) ?? []), value]);

	const input: Input = new Map();
	const errors: ValidationError[] = [];
	for (const [wire, values] of sent) {
		const field = operation.find(wire);
		if (!field) {
			errors.push(new ValidationError(`${wire}は使用できないパラメータです。`, `${wire} is not a parameter of this operation`));
			continue;
		}
		try {
			const value = readValue(field, wire, values, operation.action === 'list');
			if (value !== undefined) input.set(wire.replace(/\[\]$/, ''), value);
		} catch (error) {
			errors.push(error as ValidationError);
		}
	}
	return { input, errors: [...missingFields(operation, sent), ...errors] };
}

function missingFields({ required, action, find }: Operation, sent: Map<string, string[]>): ValidationError[] {
	return required
		.filter((wire) => !sent.get(wire)?.at(-1)?.trim())
		.map((wire) => new ValidationError(`${labelOf(find(wire)!)}を入力してください。`, `${wire} is required to ${action}`));
}

/** The vendor's own label of a field. */
export const labelOf = ({ term, label }: FieldSpec): string => term ?? label;

/** A value as it is stored; `undefined` for an empty filter. */
function readValue(field: FieldSpec, wire: string, values: string[], isFilter: boolean): Value | undefined {
	if (field.kind === 'idList' || field.kind === 'choiceList') return readIds(field, wire, values);
	// If a name is repeated, the last value wins, as in Rails.
	const text = values[values.length - 1];
	if (text === '' && isFilter) return undefined;
	if (text === '' && field.kind !== 'flag') return isText(field.kind) ? '' : null;
	return readers[field.kind]!(field, wire, text);
}

const isText = (kind: Kind) => ['text', 'email', 'url', 'digits'].includes(kind);

function readIds(field: FieldSpec, wire: string, values: string[]): number[] {
	const parts = field.separate === 'comma' ? values.flatMap((value) => value.split(',')) : values;
	const known = field.choices?.map(({ value }) => Number(value));
	return parts.filter((part) => part !== '').map((part) => {
		const number = readWhole(field, wire, part);
		if (known && !known.includes(number)) throw notListedError(field, wire, part);
		return number;
	});
}

const notListedError = (field: FieldSpec, wire: string, text: string) =>
	new ValidationError(`${labelOf(field)}の値が正しくありません。`, `${wire}: "${text}" is not one of the allowed values`);

function readText(field: FieldSpec, wire: string, text: string): string {
	const { maxLength = Infinity } = field;
	const length = [...text].length;
	if (length > maxLength) {
		throw new ValidationError(
			`${labelOf(field)}は${maxLength}文字以内で入力してください。`,
			`${wire} has ${length} characters where ${maxLength} are allowed`,
		);
	}
	return text;
}

function readWhole(field: FieldSpec, wire: string, text: string): number {
	const { min = 0, max = Number.MAX_SAFE_INTEGER } = field;
	if (!/^\d{1,15}$/.test(text) || Number(text) < min || Number(text) > max) {
		throw new ValidationError(
			`${labelOf(field)}は整数で入力してください。`,
			`${wire}: "${text}" is no whole number of ${min} or more in plain digits`,
		);
	}
	return Number(text);
}

function readDecimal(field: FieldSpec, wire: string, text: string): string {
	const { min = -999, max = 999 } = field;
	if (!/^-?\d{1,3}(\.\d{1,14})?$/.test(text) || Number(text) < min || Number(text) > max) {
		throw new ValidationError(
			`${labelOf(field)}は整数部3桁、小数部14桁以内の数値で入力してください。`,
			`${wire}: "${text}" is no number from ${min} to ${max} with at most 3 digits and 14 decimals`,
		);
	}
	return text;
}

function readDate(field: FieldSpec, wire: string, text: string): string {
	const [, year, month, day] = /^(\d{4})\/(\d{2})\/(\d{2})$/.exec(text)?.map(Number) ?? [];
	const date = new Date(Date.UTC(year, month - 1, day));
	if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
		throw new ValidationError(
			`${labelOf(field)}は存在する日付をYYYY/MM/DDの形式で入力してください。`,
			`${wire}: "${text}" is no date that exists, written yyyy/MM/dd`,
		);
	}
	return text;
}

function readDateTime(field: FieldSpec, wire: string, text: string): string {
	const [day, time = '00:00:00', ...more] = text.split(' ');
	readDate(field, wire, day);
	if (more.length > 0 || !/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(time)) {
		throw new ValidationError(
			`${labelOf(field)}は時刻をHH:MM:SSの形式で入力してください。`,
			`${wire}: "${text}" is no moment, written yyyy/MM/dd HH:mm:ss`,
		);
	}
	return `${day} ${time}`;
}

const readers: Partial<Record<Kind, (field: FieldSpec, wire: string, text: string) => Value>> = {
	text: readText,
	email: readText,
	url: readText,
	digits(field, wire, text) {
		if (/^\d+$/.test(text)) return readText(field, wire, text);
		throw new ValidationError(`${labelOf(field)}は半角数字で入力してください。`, `${wire}: "${text}" has characters other than digits`);
	},
	integer: readWhole,
	id: readWhole,
	decimal: readDecimal,
	flag(field, wire, text) {
		if (text === '0' || text === '1') return Number(text);
		throw new ValidationError(`${labelOf(field)}は0または1を入力してください。`, `${wire}: "${text}" is neither 0 nor 1`);
	},
	choice(field, wire, text) {
		const found = field.choices!.find(({ value }) => String(value) === text);
		if (!found) throw notListedError(field, wire, text);
		return found.value;
	},
	/** The name alone switches it on. */
	trueOrNothing: (_field, _wire, text) => text,
	day: readDate,
	date: readDate,
	dateTime: readDateTime,
};
