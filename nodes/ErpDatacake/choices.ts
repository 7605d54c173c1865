/** The fixed lists of values that the settings of ERP Datacake take. */

import type { Choice } from '../shared/fields/fields';

export const dateFormats: Choice[] = [
	{ name: '2026-04-30', value: 'yyyy-MM-dd' },
	{ name: '30/04/2026', value: 'dd/MM/yyyy' },
	{ name: '2026/04/30', value: 'yyyy/MM/dd' },
	{ name: '30-04-2026', value: 'dd-MM-yyyy' },
];

export const jsonForms: Choice[] = [
	{ name: 'Text', value: 'text', description: 'Send the JSON as text, exactly as entered' },
	{ name: 'Object', value: 'object', description: 'Send the JSON as an object' },
];
