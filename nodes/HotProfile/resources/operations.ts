import { clearEmptyFields, fields, flag } from '../../shared/fields/fields';
import type { Collection, Operation } from '../../shared/fields/operations';
import type { Fields } from '../../shared/fields/fields';

/** The three shapes that operations of HotProfile have; a resource says only what is its own. */

type Own = Pick<Operation, 'action' | 'description' | 'path' | 'required'>;

export const create = (own: Own, additionalFields: Fields): Operation => ({
	...own,
	value: 'create',
	name: 'Create',
	method: 'POST',
	idempotent: false,
	pastTense: 'created',
	canClearFields: false,
	collections: [{ name: 'additionalFields', fields: additionalFields }],
});

export const update = (own: Own, updateFields: Fields): Operation => ({
	...own,
	value: 'update',
	name: 'Update',
	method: 'POST',
	idempotent: true,
	pastTense: 'updated',
	recordIdField: 'id',
	canClearFields: true,
	collections: [
		{ name: 'updateFields', fields: updateFields },
		{ name: 'options', fields: fields('Asia/Tokyo', { clearEmptyFields }) },
	],
});

export const getMany = (
	own: Omit<Own, 'required'> & Required<Pick<Operation, 'columns'>>,
	resultList: NonNullable<Operation['resultList']>,
	filters: Fields,
	sort: Fields,
): Operation => ({
	...own,
	value: 'getMany',
	name: 'Get Many',
	method: 'POST',
	idempotent: true,
	pastTense: 'read',
	canClearFields: false,
	required: {},
	collections: [{ name: 'filters', fields: filters }, { name: 'sort', fields: sort }, options],
	resultList,
});

const options: Collection = {
	name: 'options',
	fields: fields('Asia/Tokyo', {
		'page[date_format_option]': flag('ISO 8601 Dates', {
			help: 'Whether HotProfile writes dates as ISO 8601, which shows in the raw output',
		}),
	}),
};
