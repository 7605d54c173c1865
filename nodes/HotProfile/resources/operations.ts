/** Makes the operations of HotProfile: create, update and getMany. A resource adds its own path, texts and fields. */

import { clearEmptyFields, flag } from '../../shared/fields';
import type { Fields } from '../../shared/fields';
import type { Collection, Operation } from '../../shared/fields/operations';
import { hotProfileFields } from '../fields';

type OperationDetails = Pick<Operation, 'action' | 'description' | 'path' | 'required'>;

export const create = (details: OperationDetails, additionalFields: Fields): Operation => ({
	...details,
	value: 'create',
	name: 'Create',
	method: 'POST',
	idempotent: false,
	pastTense: 'created',
	canClearFields: false,
	collections: [{ name: 'additionalFields', fields: additionalFields }],
});

export const update = (details: OperationDetails, updateFields: Fields): Operation => ({
	...details,
	value: 'update',
	name: 'Update',
	method: 'POST',
	idempotent: true,
	pastTense: 'updated',
	recordIdField: 'id',
	canClearFields: true,
	collections: [
		{ name: 'updateFields', fields: updateFields },
		{ name: 'options', fields: hotProfileFields({ clearEmptyFields }) },
	],
});

export const getMany = (
	details: Omit<OperationDetails, 'required'> & Required<Pick<Operation, 'columns'>>,
	resultList: NonNullable<Operation['resultList']>,
	filters: Fields,
	sort: Fields,
): Operation => ({
	...details,
	value: 'getMany',
	name: 'Get Many',
	method: 'POST',
	idempotent: true,
	pastTense: 'read',
	canClearFields: false,
	required: {},
	collections: [{ name: 'filters', fields: filters }, { name: 'sort', fields: sort }, readOptions],
	resultList,
});

const readOptions: Collection = {
	name: 'options',
	fields: hotProfileFields({
		'page[date_format_option]': flag('ISO 8601 Dates', {
			help: 'Whether HotProfile returns dates in ISO 8601 format. This only changes the raw output',
		}),
	}),
};
