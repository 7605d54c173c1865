/** Makes the editor's properties of one field. */

import type { INodeProperties } from 'n8n-workflow';

import type { Field } from './field';

/** Name under which n8n keeps the entries of a list. */
export const ENTRIES = 'entries';

/** Beside a file field: names binary data to send instead of base64 text. */
export const binaryFields: INodeProperties = {
	displayName: 'Input Binary Fields',
	name: 'binaryFields',
	type: 'string',
	default: 'data',
	placeholder: 'e.g. data, contract',
	description: 'Names of the binary fields to send, separated by commas (keep the default if you enter Base64 text instead)',
};

export const isFile = ({ kind }: Pick<Field, 'kind'>): boolean => kind === 'file';

/** The properties of a field: for a file, the one that names binary fields comes first. */
export function fieldProperties(field: Field): INodeProperties[] {
	const description = describe(field);
	const property = {
		displayName: withTerm(field.label, field.term),
		name: field.name,
		...(description === '' ? {} : { description }),
		...(field.when ? { displayOptions: { show: field.when } } : {}),
		...(field.picker ? locator(field) : field.property(field)),
		...(field.default === undefined ? {} : { default: field.default }),
	} as INodeProperties;
	return isFile(field) ? [binaryFields, property] : [property];
}

const plain = (text: string) => text.normalize('NFD').replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();

/** `Invoice (Rechnung)`; a label that ends with a bracket takes the term into it: `Price (Net, Netto)`. */
export function withTerm(label: string, term?: string): string {
	if (term === undefined || plain(term) === plain(label)) return label;
	return label.endsWith(')') ? `${label.slice(0, -1)}, ${term})` : `${label} (${term})`;
}

function describe(field: Field): string {
	const { help, maxLength, hint } = field;
	return [help, maxLength && `Up to ${maxLength} characters`, hint?.(field)].filter(Boolean).join('. ');
}

const withArticle = (noun: string) => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;

function locator({ picker, pickedBy = 'ID', label }: Field): Partial<INodeProperties> {
	return {
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: `Select ${withArticle(label.replace(/ ID$/, '').toLowerCase())}...`,
				typeOptions: { searchListMethod: picker, searchable: true },
			},
			{
				displayName: `By ${pickedBy}`,
				name: pickedBy.toLowerCase(),
				type: 'string',
				placeholder: pickedBy === 'ID' ? 'e.g. 1250077' : '',
			},
		],
	};
}
