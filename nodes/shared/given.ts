import type { IDataObject, IExecuteSingleFunctions } from 'n8n-workflow';

import { isObject } from './answers';
import type { Field, Fields } from './fields';
import { binaryFields } from './fields';
import type { Operation } from './operations';

/**
 * What the user gave for an operation, by wire name. Each parameter is resolved once: n8n's own
 * RoutingNode does so twice, and expressions are what an item costs most.
 */
export function givenFor(item: IExecuteSingleFunctions, { required, collections }: Operation): IDataObject {
	const given: IDataObject = {};
	const alone = Object.values(required).filter((field) => isShown(item, field));
	for (const { name, wire } of alone) given[wire] = picked(item.getNodeParameter(name, ''));
	if (hasFile(required)) given[binaryFields.name] = item.getNodeParameter(binaryFields.name, '') as string;
	for (const { name: collection, fields } of collections) {
		const chosen = item.getNodeParameter(collection, {}) as unknown;
		if (!isObject(chosen)) continue;
		for (const { name, wire } of Object.values(fields)) if (name in chosen) given[wire] = picked(chosen[name]);
		if (hasFile(fields) && binaryFields.name in chosen) given[binaryFields.name] = chosen[binaryFields.name];
	}
	return given;
}

/** What is picked from a list is its id. */
export const picked = (value: unknown) => (isObject(value) && '__rl' in value ? value.value : value) as IDataObject[string];

const hasFile = (fields: Fields) => Object.values(fields).some(({ kind }) => kind === 'file');

const isShown = (item: IExecuteSingleFunctions, { when = {} }: Field) =>
	Object.entries(when).every(([name, values]) => values.includes(String(item.getNodeParameter(name, ''))));
