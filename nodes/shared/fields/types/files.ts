/** Files, sent as base64: taken from binary data or from text. */

import { z } from 'zod';

import type { FieldType, WireValue } from '../field';
import { defineType } from '../field';

function isBase64(value: string): boolean {
	const text = value.replace(/\s/g, '');
	return text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

const fileType: FieldType = {
	kind: 'file',
	rule: () =>
		z
			.preprocess(
				// Browsers put the media type in front of the content.
				(value) => (typeof value === 'string' ? value.replace(/^data:[^,]*;base64,/, '') : value),
				z.string({ message: 'must be text' }),
			)
			.refine((value) => isBase64(value), { message: 'must be Base64 text' })
			.transform((value): WireValue => value),
	property: () => ({ type: 'string', default: '', typeOptions: { rows: 2 } }),
	settings: ['maxFileSizeMb'],
};

export const file = defineType(fileType);
