/** One or several of a fixed list of values. */

import type { INodePropertyOptions } from 'n8n-workflow';
import { z } from 'zod';

import type { Choice, FieldDetails, FieldSpec, FieldType, WireValue } from '../field';
import { defineType } from '../field';
import { numberAsText } from './text';

/** Values that a message names before it breaks off. */
const NAMED_IN_MESSAGE = 10;

/** A rule for one of the listed values. */
function choiceRule({ choices = [] }: Pick<FieldSpec, 'choices'>) {
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
}

const choiceType: FieldType = {
	kind: 'choice',
	rule: choiceRule,
	property: ({ choices = [] }) => ({ type: 'options', default: choices[0]?.value ?? '', options: choices as INodePropertyOptions[] }),
};

export const choice = (label: string, choices: Choice[], details: FieldDetails = {}): FieldSpec =>
	defineType(choiceType)(label, { choices, ...details });

/** Several values of a fixed list, as an array or as text with commas; none of them is nothing to send. */
const choiceListType: FieldType = {
	kind: 'choiceList',
	rule: (spec) => {
		const one = choiceRule(spec);
		return z
			.preprocess((value) => (Array.isArray(value) ? value : String(value).split(/[,、，]/).map((entry) => entry.trim())), z.array(z.unknown()))
			.transform((entries, context) => {
				const chosen = entries.filter((entry) => entry !== '').map((entry) => one.safeParse(entry));
				const wrong = chosen.find(({ success }) => !success);
				if (wrong?.error) context.addIssue({ code: 'custom', message: wrong.error.issues[0]?.message.replace(/^must be one of/, 'must be one or more of') });
				const values = chosen.flatMap(({ data }) => (data === undefined ? [] : [String(data)]));
				return values.length > 0 ? values : undefined;
			});
	},
	property: ({ choices = [] }) => ({ type: 'multiOptions', default: [], options: choices as INodePropertyOptions[] }),
};

export const choiceList = (label: string, choices: Choice[], details: FieldDetails = {}): FieldSpec =>
	defineType(choiceListType)(label, { choices, ...details });
