/** Whole numbers, and decimals that are sent with all their digits. */

import { z } from 'zod';

import type { FieldSpec } from '../field';
import { defineType } from '../field';
import { textProperty } from './text';

const textAsNumber = (value: unknown) => (typeof value === 'string' && /^\s*[-+]?\d+(\.0+)?\s*$/.test(value) ? Number(value) : value);

export function wholeNumberRule({ min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: Pick<FieldSpec, 'min' | 'max'>) {
	const message = `must be a whole number${boundsText(min, max)}`;
	return z.preprocess(textAsNumber, z.number({ message }).int({ message }).min(min, { message }).max(max, { message }));
}

function boundsText(min: number, max: number): string {
	if (max < Number.MAX_SAFE_INTEGER) return ` from ${min} to ${max}`;
	return min > Number.MIN_SAFE_INTEGER ? ` of ${min} or more` : '';
}

export const integer = defineType({ kind: 'integer', rule: wholeNumberRule, property: textProperty('e.g. 1250077') });

/** The shortest form of a number without an exponent, with at most 14 decimals. */
function plainNumber(value: number): string {
	const shortest = String(value);
	return /e|\.\d{15}/.test(shortest) ? value.toFixed(14).replace(/\.?0+$/, '') : shortest;
}

/** At most 3 digits and 14 decimals, sent as typed: a JavaScript number would round the last ones. */
export const decimal = defineType({
	kind: 'decimal',
	rule: ({ min = -999, max = 999 }) =>
		z.preprocess(
			(value) => (typeof value === 'number' ? plainNumber(value) : value),
			z
				.string({ message: 'must be a number' })
				.trim()
				.regex(/^[-+]?\d{1,3}(\.\d{1,14})?$/, { message: 'must be a number with at most 3 digits before the decimal point and 14 after it' })
				.refine((value) => Number(value) >= min && Number(value) <= max, { message: `must be a number from ${min} to ${max}` }),
		),
	property: ({ min, max }) => ({ type: 'number', default: 0, typeOptions: { numberPrecision: 14, minValue: min, maxValue: max } }),
});
