/** Makes the operations of HotProfile: create, delete, get, getMany and update. A resource adds its own path, texts and fields. */

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

const readOptions: Collection = {
	name: 'options',
	fields: hotProfileFields({
		'page[date_format_option]': flag('ISO 8601 Dates', {
			help: 'Whether HotProfile returns dates as ISO 8601. Only the raw output shows the difference',
		}),
	}),
};

/**
 * Reads one record out of the list of its kind.
 * @param list key of the rows; a page size only where the list has no filter by ID
 */
export const get = (
	details: OperationDetails & Required<Pick<Operation, 'columns'>>,
	list: Omit<NonNullable<Operation['recordList']>, 'idField'>,
): Operation => ({
	...details,
	value: 'get',
	name: 'Get',
	method: 'POST',
	idempotent: true,
	pastTense: 'read',
	canClearFields: false,
	collections: [readOptions],
	recordList: { ...list, idField: 'id' },
});

/** @param lookUp reads a record, to see whether it is gone */
export const remove = (details: OperationDetails, lookUp: Operation): Operation => ({
	...details,
	value: 'delete',
	name: 'Delete',
	method: 'POST',
	idempotent: true,
	pastTense: 'deleted',
	recordIdField: 'id',
	canClearFields: false,
	collections: [],
	lookUp,
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
