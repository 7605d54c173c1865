/** Texts: plain, email addresses, URLs, and digits that are no number. */

import { z } from 'zod';

import type { FieldDetails, FieldSpec, FieldType } from '../field';
import { defineType } from '../field';
import { hasLoneSurrogate } from '../unknownValues';

/** A number as the text that it is shown as; other values as they are. */
export const numberAsText = (value: unknown) =>
	(typeof value === 'number' && Number.isFinite(value)) || typeof value === 'bigint' ? String(value) : value;

/** Characters as people count them: one code point is one character. */
const characters = (value: string) => [...value].length;

/** Refuses what UTF-8 cannot encode, such as an emoji that was cut in half. */
export const sendableText = (message: string) =>
	z.string({ message }).refine((value) => !hasLoneSurrogate(value), { message: 'must not contain an incomplete character (a lone surrogate)' });

export function textRule({ maxLength = Infinity }: Pick<FieldSpec, 'maxLength'>) {
	return z.preprocess(
		numberAsText,
		sendableText('must be text').refine((value) => characters(value) <= maxLength, {
			message: `must have at most ${maxLength} characters`,
		}),
	);
}

/** The property of a plain text field. */
export const textProperty = (placeholder?: string): FieldType['property'] => () => ({
	type: 'string',
	default: '',
	...(placeholder === undefined ? {} : { placeholder }),
});

/** Texts from this length on get several lines in the editor. */
const LONG_TEXT = 3000;

const textType: FieldType = {
	kind: 'text',
	rule: textRule,
	property: ({ maxLength = 0 }) => ({ type: 'string', default: '', ...(maxLength >= LONG_TEXT ? { typeOptions: { rows: 4 } } : {}) }),
	canBeCleared: true,
};

/** @param maxLength in characters */
export const text = (label: string, maxLength?: number, details: FieldDetails = {}): FieldSpec =>
	defineType(textType)(label, { maxLength, ...details });

/** A name, and a host of at least two parts. */
const EMAIL = /^[^\s@<>,;]+@[^\s@<>,;.]+(\.[^\s@<>,;.]+)+$/;

export const email = defineType({
	kind: 'email',
	rule: (spec) =>
		textRule(spec).refine((value) => EMAIL.test(value), {
			message: 'must be an email address, e.g. name@example.com',
		}),
	property: textProperty('name@email.com'),
	canBeCleared: true,
});

export const url = defineType({ kind: 'url', rule: textRule, property: textProperty('e.g. https://www.example.com'), canBeCleared: true });

/** Digits that are no number: leading zeros stay. */
export const digits = defineType({
	kind: 'digits',
	rule: ({ maxLength = Infinity }) =>
		z.preprocess(
			numberAsText,
			z
				.string({ message: 'must be digits' })
				.regex(/^\d+$/, { message: 'must be digits only' })
				.max(maxLength, { message: `must have at most ${maxLength} digits` }),
		),
	property: textProperty('e.g. 0123'),
	canBeCleared: true,
});
