/** The interfaces of operations and resources: what the editor shows, what is sent, and how the response is read. */

import type { Columns } from './columns';
import type { Fields, WireValue } from './field';

export interface Operation {
	/** Name in the service's own documentation, where users see it. */
	id?: string;
	/** Value in the workflow, e.g. `getMany`. */
	value: string;
	/** Name in the editor, e.g. `Get Many`. */
	name: string;
	/** Sentence case without articles, e.g. `Get many leads`. */
	action: string;
	description: string;
	/** A `DELETE` returns `{ deleted: true }`. */
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	path: string;
	/** Whether sending it twice does no more than sending it once. Only such a call is retried once it may have reached the service. */
	idempotent: boolean;
	/** What has happened to a record when the call succeeded, e.g. `created`. */
	pastTense: string;
	/** For operations that change a record: the wire name of its id. */
	recordIdField?: string;
	/** Wire name of a row's ID. Default: `id`. */
	idKey?: string;
	required: Fields;
	/** Collections of optional fields, in the order in which the editor shows them. */
	collections: Collection[];
	/** Whether it changes a record: empty fields stay unchanged there, unless the setting `clearEmptyFields` is on. */
	canClearFields: boolean;
	/** For operations that read many. */
	resultList?: {
		/** Key of the rows in a response, where it cannot be recognized without it. */
		root?: string;
		/** Maximum number of rows in a page; without it all rows come in one response. */
		pageSize?: number;
	};
	/** For operations that read one record by its ID out of the service's list. */
	recordList?: {
		/** Key of the rows in a response. */
		root: string;
		/** Wire name of the field that takes the ID. */
		idField: string;
		/** Most rows of a page, where the service has no filter by ID: the pages are then searched. */
		pageSize?: number;
	};
	/** For operations that delete a record: the one that reads it. */
	lookUp?: Operation;
	/** The columns of what comes back. */
	columns?: Columns;
}

export interface Collection {
	name: 'additionalFields' | 'updateFields' | 'filters' | 'sort' | 'options';
	fields: Fields;
}

export interface Resource {
	/** Value in the workflow, e.g. `businessCard`. */
	value: string;
	/** Name in the editor, e.g. `Business Card`. */
	name: string;
	/** The vendor's own word, shown in brackets behind the name. */
	term?: string;
	operations: Operation[];
}

export type WireValues = Record<string, WireValue>;

const fieldsByOperation = new WeakMap<Operation, Fields>();

/** All fields of an operation, wherever the editor shows them. */
export function fieldsOf(operation: Operation): Fields {
	const cached = fieldsByOperation.get(operation);
	if (cached) return cached;
	const { required, collections } = operation;
	const all = Object.assign({}, required, ...collections.map(({ fields }) => fields)) as Fields;
	fieldsByOperation.set(operation, all);
	return all;
}

/** Whether the user chooses how the rows of an operation are returned: simplified, raw or some fields. */
export const hasOutput = ({ resultList, columns }: Operation): boolean => resultList !== undefined || columns !== undefined;
