/** Reads the parameters of an operation from the node. */

import type { IDataObject, IExecuteSingleFunctions } from 'n8n-workflow';

import type { Field, Fields } from './field';
import type { Operation } from './operations';
import { binaryFields, isFile } from './fieldProperties';
import { isObject, textOf } from './unknownValues';

/**
 * What the user entered, by wire name. Each parameter is resolved once: n8n's own RoutingNode does so twice,
 * and expressions are the largest cost of an item.
 */
export function readParameters(item: IExecuteSingleFunctions, { required, collections }: Operation): IDataObject {
	const parameters: IDataObject = {};
	const visible = Object.values(required).filter((field) => isShown(item, field));
	for (const field of visible) parameters[field.wire] = locatorValue(item.getNodeParameter(field.name, ''), field);
	if (hasFile(required)) parameters[binaryFields.name] = item.getNodeParameter(binaryFields.name, '') as string;
	for (const { name: collection, fields } of collections) {
		const added = item.getNodeParameter(collection, {}) as unknown;
		if (!isObject(added)) continue;
		for (const field of Object.values(fields)) if (field.name in added) parameters[field.wire] = locatorValue(added[field.name], field);
		if (hasFile(fields) && binaryFields.name in added) parameters[binaryFields.name] = added[binaryFields.name];
	}
	return parameters;
}

/** The id of what was picked from a list. Workflows that were not made in the editor may lack n8n's mark on it. */
export const locatorValue = (value: unknown, field?: Field) =>
	(isObject(value) && 'value' in value && (field?.picker || '__rl' in value) ? value.value : value) as IDataObject[string];

const hasFile = (fields: Fields) => Object.values(fields).some(isFile);

const isShown = (item: IExecuteSingleFunctions, { when = {} }: Field) =>
	Object.entries(when).every(([name, values]) => values.includes(textOf(item.getNodeParameter(name, ''))));
