/** One of a fixed list of values. */

import type { INodePropertyOptions } from 'n8n-workflow';
import { z } from 'zod';

import type { Choice, FieldDetails, FieldSpec, FieldType, WireValue } from '../field';
import { defineType } from '../field';
import { numberAsText } from './text';

/** Values that a message names before it breaks off. */
const NAMED_IN_MESSAGE = 10;

const choiceType: FieldType = {
	kind: 'choice',
	rule: ({ choices = [] }) => {
		const values = choices.map(({ value }) => String(value));
		const named = values.slice(0, NAMED_IN_MESSAGE).join(', ');
		return z
			.preprocess(
				numberAsText,
				z.string({ message: 'must be one of the listed values' }).refine((value) => values.includes(value), {
					message: `must be one of ${named}${values.length > NAMED_IN_MESSAGE ? ', …' : ''}`,
				}),
			)
			.transform((value): WireValue => value);
	},
	property: ({ choices = [] }) => ({ type: 'options', default: choices[0]?.value ?? '', options: choices as INodePropertyOptions[] }),
};

export const choice = (label: string, choices: Choice[], details: FieldDetails = {}): FieldSpec =>
	defineType(choiceType)(label, { choices, ...details });
