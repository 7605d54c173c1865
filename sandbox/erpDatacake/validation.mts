import type { Field } from '../../nodes/shared/fields/index.ts';
import { type Operation, fieldsOf } from '../../nodes/shared/fields/operations.ts';
import { isValidDocument } from './provider.mts';

/** A rejected call: the ERP's message, and the reason in plain English for whoever tests. */
export class ValidationError extends Error {
	readonly vendorMessage: string;
	readonly status: number;

	constructor(sentence: string, reason: string, status = 422) {
		super(reason);
		this.vendorMessage = sentence;
		this.status = status;
	}
}

export type Input = Record<string, unknown>;

/** The value formats of this ERP. */
export interface ValueFormats {
	dateFormat: 'yyyy-MM-dd' | 'dd/MM/yyyy';
}

const DATE_PATTERNS: Record<ValueFormats['dateFormat'], RegExp> = {
	'yyyy-MM-dd': /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})$/,
	'dd/MM/yyyy': /^(?<day>\d{2})\/(?<month>\d{2})\/(?<year>\d{4})$/,
};

/** Validates all parameters: only names of the contract, and values in the right format. */
export function validateInput(operation: Operation, input: Input, forms: ValueFormats): void {
	const known = Object.fromEntries(Object.entries(fieldsOf(operation)).filter(([, field]) => !field.isSetting));
	for (const name of Object.keys(operation.required)) {
		if (String(input[name] ?? '').trim() === '') throw new ValidationError(`O campo ${name} é obrigatório.`, `${name} is required`);
	}
	validateRecord(known, input, forms);
}

function validateRecord(known: Record<string, Field>, input: Input, forms: ValueFormats): void {
	for (const [name, value] of Object.entries(input)) {
		const field = known[name];
		if (!field) throw new ValidationError(`O campo ${name} não existe.`, `${name} is not a field of this operation`, 400);
		if (field.kind === 'list') {
			if (!Array.isArray(value)) throw new ValidationError(`O campo ${name} deve ser uma lista.`, `${name} is not a list`, 400);
			for (const entry of value as Input[]) validateRecord(field.of ?? {}, entry, forms);
			continue;
		}
		if (typeof value !== 'string') throw new ValidationError(`O campo ${name} deve ser texto.`, `${name} is not text`, 400);
		const isWrong = value !== '' && !(readers[field.kind]?.(value, forms) ?? true);
		if (isWrong) throw new ValidationError(`O campo ${name} é inválido.`, `${name}: "${value.slice(0, 40)}" is not a valid ${field.kind}`);
	}
}

const readers: Partial<Record<Field['kind'], (value: string, forms: ValueFormats) => boolean>> = {
	taxNumber: isValidDocument,
	postalCode: (value) => /^\d{5}-?\d{3}$/.test(value),
	email: (value) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value),
	decimal: (value) => /^-?\d{1,3}(\.\d+)?$/.test(value),
	yesNo: (value) => /^[SN]$/.test(value),
	phone: (value) => /\d{8}/.test(value.replace(/\D/g, '')),
	choice: (value) => /^[A-Z]{2}$/.test(value),
	json(value) {
		try {
			return typeof JSON.parse(value) === 'object';
		} catch {
			return false;
		}
	},
	file: (value) => Buffer.from(value, 'base64').toString('base64') === value,
	date(value, { dateFormat }) {
		const { year, month, day } = DATE_PATTERNS[dateFormat].exec(value)?.groups ?? {};
		const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
		return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
	},
};
