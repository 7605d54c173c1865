/** JSON, sent as text or as an object. */

import { z } from 'zod';

import type { WireValue } from '../field';
import { defineType } from '../field';
import { sendableText } from './text';

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

export const json = defineType({
	kind: 'json',
	rule: (_spec, { jsonAs }) =>
		z
			.preprocess((value) => (typeof value === 'string' ? value : JSON.stringify(value)), sendableText('must be valid JSON'))
			.refine((value) => parsed(value) !== undefined, { message: 'must be valid JSON, e.g. {"key": "value"}' })
			.transform((value): WireValue => (jsonAs === 'object' ? (parsed(value) as WireValue) : value)),
	property: () => ({ type: 'json', default: '', placeholder: 'e.g. {"key": "value"}' }),
	settings: ['jsonAs'],
});
