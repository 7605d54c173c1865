/** Ids of records: numbers, lists of numbers, and ids that are text. */

import { z } from 'zod';

import type { WireValue } from '../field';
import { defineType } from '../field';
import { wholeNumberRule } from './numbers';
import { textProperty, textRule } from './text';

export const id = defineType({
	kind: 'id',
	rule: (spec) => wholeNumberRule({ ...spec, min: spec.min ?? 1 }),
	property: textProperty('e.g. 1250077'),
});

export const idList = defineType({
	kind: 'idList',
	rule: (spec) =>
		z
			.preprocess(
				(value) => {
					const entries = typeof value === 'object' ? [value].flat() : String(value).split(/[,、，\s]+/);
					return entries.filter((entry) => entry !== '');
				},
				z.array(wholeNumberRule({ ...spec, min: spec.min ?? 1 })).min(1, { message: 'must be one or more IDs, separated by commas' }),
			)
			.transform((ids): WireValue => (spec.separate === 'comma' ? ids.join(',') : ids)),
	property: textProperty('e.g. 501,502'),
	hint: () => 'One or more IDs, separated by commas or as an array',
});

/** An id that is text: letters and leading zeros stay. */
export const reference = defineType({
	kind: 'reference',
	rule: (spec) => textRule(spec).transform((value): WireValue => value.trim()),
	property: textProperty('e.g. 1042'),
});
