/** Makes the properties of a node from its resources: resource, operation, and the fields of each operation. */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Collection, Operation, Resource } from './operations';
import { hasOutput } from './operations';
import { fieldProperties, isFile, withTerm } from './fieldProperties';

/** @param output what is asked about the output, where it is not the usual */
export function nodeProperties(resources: Resource[], output?: INodeProperties[]): INodeProperties[] {
	const perOperation = (make: (operation: Operation) => INodeProperties[]) =>
		resources.flatMap((resource) => resource.operations.flatMap((operation) => make(operation).map(shownFor(resource, operation))));
	const [first = ''] = resources.map(({ value }) => value);
	return [
		throttleEveryCall,
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: resources.map(({ name, term, value }) => ({ name: withTerm(name, term), value })),
			default: first,
		},
		...resources.map(operationSelector),
		...perOperation(requiredProperties),
		...perOperation(({ resultList }) => (resultList ? limitProperties : [])),
		...perOperation(({ collections }) => collections.map(collectionProperty)),
		...(output ?? perOperation(outputProperties)),
	];
}

/**
 * RoutingNode, through which AI tools run, hands only paginated requests to the node's own function. The first
 * property that sets `paginate` wins, so this one sends every call through the throttle.
 */
const throttleEveryCall: INodeProperties = {
	displayName: 'Throttle',
	name: 'throttle',
	type: 'hidden',
	default: '',
	routing: { send: { paginate: true } },
};

/** Shows a property for one operation only. */
const shownFor =
	({ value: resource }: Resource, { value: operation }: Operation) =>
	(property: INodeProperties): INodeProperties => ({
		...property,
		displayOptions: { show: { resource: [resource], operation: [operation], ...property.displayOptions?.show } },
	});

function operationSelector({ value: resource, operations }: Resource): INodeProperties {
	const [first = ''] = operations.map(({ value }) => value);
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource] } },
		options: operations.map(({ name, value, action, description }): INodePropertyOptions => ({ name, value, action, description })),
		default: first,
	};
}

const requiredProperties = ({ required }: Operation): INodeProperties[] =>
	Object.values(required).flatMap((field) =>
		// A file is entered in one of two ways, so neither of them alone is required.
		fieldProperties(field).map((property) => (isFile(field) ? property : { ...property, required: true })),
	);

const limitProperties: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

const titles: Record<Collection['name'], [title: string, button: string]> = {
	additionalFields: ['Additional Fields', 'Add Field'],
	updateFields: ['Update Fields', 'Add Field'],
	filters: ['Filters', 'Add Filter'],
	sort: ['Sort', 'Add Sort Option'],
	options: ['Options', 'Add Option'],
};

export function collectionProperty({ name, fields }: Collection): INodeProperties {
	const [displayName, placeholder] = titles[name];
	const options = Object.values(fields).flatMap(fieldProperties);
	return {
		displayName,
		name,
		type: 'collection',
		placeholder,
		default: {},
		options: options.sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
	};
}

export function outputProperties(operation: Operation): INodeProperties[] {
	if (!hasOutput(operation)) return [];
	const columns = Object.values(operation.columns ?? {});
	const [first = ''] = columns.map(({ key }) => key);
	return [
		{
			displayName: 'Output',
			name: 'output',
			type: 'options',
			options: [
				{ name: 'Simplified', value: 'simplified', description: 'English keys where they are known, with typed values: booleans, numbers and ISO 8601 dates' },
				{ name: 'Raw', value: 'raw', description: 'The response as the service sent it' },
				{ name: 'Selected Fields', value: 'selectedFields', description: 'Only the simplified fields that you select' },
			],
			default: 'simplified',
			description: 'How to return the data',
		},
		{
			displayName: 'Fields',
			name: 'outputFields',
			type: 'multiOptions',
			options: columns.map(({ key, title }) => ({ name: title, value: key })),
			default: [first],
			description: 'The fields to return',
			displayOptions: { show: { output: ['selectedFields'] } },
		},
	];
}
