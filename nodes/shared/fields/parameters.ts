import type { IDataObject, IExecuteSingleFunctions } from 'n8n-workflow';

import { isObject } from './text';
import type { Field, Fields } from './fields';
import { binaryFields } from './fields';
import type { Operation } from './operations';
import { textOf } from './text';

/**
 * What the user gave for an operation, by wire name. Each parameter is resolved once: n8n's own
 * RoutingNode does so twice, and expressions are what an item costs most.
 */
export function readParameters(item: IExecuteSingleFunctions, { required, collections }: Operation): IDataObject {
	const given: IDataObject = {};
	const alone = Object.values(required).filter((field) => isShown(item, field));
	for (const field of alone) given[field.wire] = locatorValue(item.getNodeParameter(field.name, ''), field);
	if (hasFile(required)) given[binaryFields.name] = item.getNodeParameter(binaryFields.name, '') as string;
	for (const { name: collection, fields } of collections) {
		const chosen = item.getNodeParameter(collection, {}) as unknown;
		if (!isObject(chosen)) continue;
		for (const field of Object.values(fields)) if (field.name in chosen) given[field.wire] = locatorValue(chosen[field.name], field);
		if (hasFile(fields) && binaryFields.name in chosen) given[binaryFields.name] = chosen[binaryFields.name];
	}
	return given;
}

/** What is picked from a list is its id. Workflows that were not made in the editor may lack n8n's mark on it. */
export const locatorValue = (value: unknown, field?: Field) =>
	(isObject(value) && 'value' in value && (field?.picker || '__rl' in value) ? value.value : value) as IDataObject[string];

const hasFile = (fields: Fields) => Object.values(fields).some(({ kind }) => kind === 'file');

const isShown = (item: IExecuteSingleFunctions, { when = {} }: Field) =>
	Object.entries(when).every(([name, values]) => values.includes(textOf(item.getNodeParameter(name, ''))));
