/** The choices of the options Date Format and JSON Sent As. */

import type { Choice } from '../shared/fields';

export const dateFormats: Choice[] = [
	{ name: '2026-04-30', value: 'yyyy-MM-dd' },
	{ name: '30/04/2026', value: 'dd/MM/yyyy' },
	{ name: '2026/04/30', value: 'yyyy/MM/dd' },
	{ name: '30-04-2026', value: 'dd-MM-yyyy' },
];

export const jsonFormats: Choice[] = [
	{ name: 'Text', value: 'text', description: 'Send the JSON as text, exactly as entered' },
	{ name: 'Object', value: 'object', description: 'Send the JSON as an object' },
];
