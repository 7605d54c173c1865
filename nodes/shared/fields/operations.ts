import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Field, Fields, WireValue } from './fields';
import { properties } from './fields';
import type { Columns } from './columns';
import { outputKeys } from './columns';

/** One operation of a resource: what the editor shows, what is sent, and how the answer is read. */
export interface Operation {
	/** Name in the service's own document, where the user meets it. */
	id?: string;
	/** Value in the workflow, e.g. `getMany`. */
	value: string;
	/** Name in the editor, e.g. `Get Many`. */
	name: string;
	/** Sentence case without articles, e.g. `Get many leads`. */
	action: string;
	description: string;
	method: 'GET' | 'POST' | 'PUT';
	path: string;
	/** Whether sending it twice does no more than sending it once. Only such a call is retried once it may have reached the service. */
	idempotent: boolean;
	/** What has been done with a record when it went well, e.g. `created`. */
	pastTense: string;
	/** For operations that change a record: the wire name of its id. */
	recordIdField?: string;
	required: Fields;
	/** Collections of optional fields, in the order in which the editor shows them. */
	collections: Collection[];
	/** Whether it changes a record: what is left empty stays as it is there, unless the setting `clearEmptyFields` is on. */
	canClearFields: boolean;
	/** For operations that read many. */
	resultList?: {
		/** Key of the rows in an answer, where they are not found by themselves. */
		root?: string;
		/** Most rows of a page; without it all rows come in one answer. */
		pageSize?: number;
	};
	/** The columns of what comes back. */
	columns?: Columns;
}

export interface Collection {
	name: (typeof collectionNames)[number];
	fields: Fields;
}

export interface Resource {
	/** Value in the workflow, e.g. `businessCard`. */
	value: string;
	/** Name in the editor, e.g. `Business Card`. */
	name: string;
	operations: Operation[];
}

export type WireValues = Record<string, WireValue>;

const collectionNames = ['additionalFields', 'updateFields', 'filters', 'sort', 'options'] as const;

const titles: Record<Collection['name'], [title: string, button: string]> = {
	additionalFields: ['Additional Fields', 'Add Field'],
	updateFields: ['Update Fields', 'Add Field'],
	filters: ['Filters', 'Add Filter'],
	sort: ['Sort', 'Add Sort Option'],
	options: ['Options', 'Add Option'],
};

const allFields = new WeakMap<Operation, Fields>();

/** All fields of an operation, wherever the editor shows them. */
export function fieldsOf(operation: Operation): Fields {
	const { required, collections } = operation;
	const all = allFields.get(operation) ?? (Object.assign({}, required, ...collections.map(({ fields }) => fields)) as Fields);
	allFields.set(operation, all);
	return all;
}

/**
 * The node's properties: resource, operation, and the fields of each operation.
 * @param output what is asked about the output, where it is not the usual
 */
export function nodeProperties(
	resources: Resource[],
	output?: INodeProperties[],
): INodeProperties[] {
	const [{ value: first }] = resources;
	const places = resources.flatMap((resource) => resource.operations.map((operation) => ({ resource, operation })));
	return [
		throttleEveryCall,
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: resources.map(({ name, value }) => ({ name, value })),
			default: first,
		},
		...resources.map(operationSelector),
		...requiredProperties(places),
		...limitProperties(places),
		...collectionNames.flatMap((name) => collectionProperties(name, places)),
		...(output ?? outputProperties(places)),
	];
}

/**
 * RoutingNode hands only "paginated" requests to the node's own function, and the first property
 * that says so wins: with this one in front, every call of every operation passes the throttle.
 */
const throttleEveryCall: INodeProperties = {
	displayName: 'Throttle',
	name: 'throttle',
	type: 'hidden',
	default: '',
	routing: { send: { paginate: true } },
};

function operationSelector({ value: resource, operations }: Resource): INodeProperties {
	const [{ value: first }] = operations;
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource] } },
		options: operations.map(
			({ name, value, action, description, method, path }): INodePropertyOptions => ({
				name,
				value,
				action,
				description,
				routing: { request: { method, url: path } },
			}),
		),
		default: first,
	};
}

/** Where a field is shown: one resource's one operation. */
interface Usage {
	resource: Resource;
	operation: Operation;
}

/*
 * RoutingNode resolves every property for every item, whether it is shown or not, and one by name
 * for each that bears it. So a field that looks the same in several places is one property.
 */

/** A field where it is shown. */
interface ShownField {
	place: Usage;
	field: Field;
}

/** The properties of some fields, each once, with the places where it is shown. */
function sharedProperties(shown: ShownField[]): Array<{ one: INodeProperties; field: Field; places: Usage[] }> {
	const known = new Map<string, { one: INodeProperties; field: Field; places: Usage[] }>();
	for (const { place, field } of shown) {
		for (const one of properties(field)) {
			const key = JSON.stringify(one);
			const entry = known.get(key) ?? { one, field, places: [] };
			entry.places.push(place);
			known.set(key, entry);
		}
	}
	return [...known.values()];
}

const unique = (values: string[]) => [...new Set(values)];

function requiredProperties(places: Usage[]): INodeProperties[] {
	const shown = places.flatMap((place) =>
		Object.values(place.operation.required).map((field) => ({ place, field })),
	);
	// A field stands behind all that come before it in any of its operations.
	const position = ({ field: { wire }, places: where }: ReturnType<typeof sharedProperties>[number]) =>
		Math.max(...where.map(({ operation }) => Object.keys(operation.required).indexOf(wire)));
	const inOrder = sharedProperties(shown).sort((a, b) => position(a) - position(b));
	return inOrder.flatMap(({ one, field, places: where }) =>
		byOperations(where).map(([resource, operation]) => ({
			...one,
			// A file is given in one of two ways, so neither of them alone is required.
			...(field.kind === 'file' ? {} : { required: true }),
			displayOptions: { show: { resource, operation, ...one.displayOptions?.show } },
		})),
	);
}

/** Places as resources and operations: display options know no other pairs than all with all. */
function byOperations(places: Usage[]): Array<[resources: string[], operations: string[]]> {
	const groups = new Map<string, [string[], string[]]>();
	for (const resource of unique(places.map((place) => place.resource.value))) {
		const operations = places
			.filter((place) => place.resource.value === resource)
			.map(({ operation }) => operation.value);
		const group = groups.get(operations.join()) ?? [[], operations];
		group[0].push(resource);
		groups.set(operations.join(), group);
	}
	return [...groups.values()];
}

function collectionProperties(name: Collection['name'], places: Usage[]): INodeProperties[] {
	const [displayName, placeholder] = titles[name];
	const fieldsAt = ({ operation }: Usage) =>
		operation.collections.filter((one) => one.name === name).flatMap(({ fields }) => Object.values(fields));
	const having = places.filter((place) => fieldsAt(place).length > 0);
	return byOperations(having).map(([resource, operation]) => {
		const here = having.filter((place) => resource.includes(place.resource.value));
		const shown = here.flatMap((place) => fieldsAt(place).map((field) => ({ place, field })));
		const options = sharedProperties(shown).flatMap(({ one, places: where }) =>
			byOperations(where).map(([resources, operations]) => {
				const show = {
					...(resources.length < resource.length ? { '/resource': resources } : {}),
					...(operations.length < operation.length ? { '/operation': operations } : {}),
				};
				return Object.keys(show).length > 0 ? { ...one, displayOptions: { show } } : one;
			}),
		);
		return {
			displayName,
			name,
			type: 'collection',
			placeholder,
			default: {},
			displayOptions: { show: { resource, operation } },
			options: options.sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
		};
	});
}

function limitProperties(places: Usage[]): INodeProperties[] {
	return byOperations(places.filter((place) => place.operation.resultList)).flatMap(([resource, operation]) => [
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
			displayOptions: { show: { resource, operation } },
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 50,
			description: 'Max number of results to return',
			displayOptions: { show: { resource, operation, returnAll: [false] } },
		},
	]);
}

/** Whether the rows of an operation come out in a form that the user chooses. */
export const hasOutput = ({ resultList, columns }: Operation): boolean => resultList !== undefined || columns !== undefined;

/** How rows come out. */
function outputProperties(places: Usage[]): INodeProperties[] {
	const typed = places.filter(({ operation }) => hasOutput(operation));
	const usages = new Map<Columns, Usage[]>();
	for (const place of typed) {
		const { columns = {} } = place.operation;
		usages.set(columns, [...(usages.get(columns) ?? []), place]);
	}
	return [
		...byOperations(typed).map(([resource, operation]): INodeProperties => ({
			displayName: 'Output',
			name: 'output',
			type: 'options',
			options: [
				{
					name: 'Simplified',
					value: 'simplified',
					description: 'Flags as true or false, dates as ISO 8601, numbers as numbers',
				},
				{ name: 'Raw', value: 'raw', description: 'As received' },
				{ name: 'Selected Fields', value: 'selectedFields', description: 'Some of the simplified fields' },
			],
			default: 'simplified',
			description: 'How the rows come out',
			displayOptions: { show: { resource, operation } },
		})),
		...[...usages].flatMap(([columns, where]) =>
			byOperations(where).map(([resource, operation]): INodeProperties => {
				return {
					displayName: 'Fields',
					name: 'outputFields',
					type: 'multiOptions',
					options: Object.values(columns).map(({ key, title }) => ({ name: title, value: key })),
					default: [...outputKeys(columns).slice(0, 1)],
					description: 'The fields that each row keeps',
					displayOptions: { show: { resource, operation, output: ['selectedFields'] } },
				};
			}),
		),
	];
}
