import type { Field } from '../../nodes/shared/fields/fields.ts';
import { type Operation, fieldsOf } from '../../nodes/shared/fields/operations.ts';
import { isRightDocument } from './provider.mts';

/** What is wrong with a call: the ERP's sentence, and plain English for whoever tests. */
export class Wrong extends Error {
	readonly sentence: string;
	readonly status: number;

	constructor(sentence: string, reason: string, status = 422) {
		super(reason);
		this.sentence = sentence;
		this.status = status;
	}
}

export type Input = Record<string, unknown>;

/** How this ERP wants its values. */
export interface Forms {
	dateFormat: 'yyyy-MM-dd' | 'dd/MM/yyyy';
}

const DATES: Record<Forms['dateFormat'], RegExp> = {
	'yyyy-MM-dd': /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})$/,
	'dd/MM/yyyy': /^(?<day>\d{2})\/(?<month>\d{2})\/(?<year>\d{4})$/,
};

/** Looks at everything that was sent: names of the contract only, and values of the right form. */
export function checkInput(operation: Operation, input: Input, forms: Forms): void {
	const known = Object.fromEntries(Object.entries(fieldsOf(operation)).filter(([, field]) => !field.isSetting));
	for (const name of Object.keys(operation.required)) {
		if (String(input[name] ?? '').trim() === '') throw new Wrong(`O campo ${name} é obrigatório.`, `${name} is required`);
	}
	checkRecord(known, input, forms);
}

function checkRecord(known: Record<string, Field>, input: Input, forms: Forms): void {
	for (const [name, value] of Object.entries(input)) {
		const field = known[name];
		if (!field) throw new Wrong(`O campo ${name} não existe.`, `${name} is no field of the contract here`, 400);
		if (field.kind === 'list') {
			if (!Array.isArray(value)) throw new Wrong(`O campo ${name} deve ser uma lista.`, `${name} is no list`, 400);
			for (const entry of value as Input[]) checkRecord(field.of ?? {}, entry, forms);
			continue;
		}
		if (typeof value !== 'string') throw new Wrong(`O campo ${name} deve ser texto.`, `${name} is no text`, 400);
		const isWrong = value !== '' && !(readers[field.kind]?.(value, forms) ?? true);
		if (isWrong) throw new Wrong(`O campo ${name} é inválido.`, `${name}: "${value.slice(0, 40)}" is no ${field.kind}`);
	}
}

const readers: Partial<Record<Field['kind'], (value: string, forms: Forms) => boolean>> = {
	document: isRightDocument,
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
		const { year, month, day } = DATES[dateFormat].exec(value)?.groups ?? {};
		const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
		return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
	},
};
