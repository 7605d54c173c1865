/** The properties of HotProfile Trigger: what is watched, the filters of Get Many, and the output. */

import type { INodeProperties } from 'n8n-workflow';

import { collectionProperty, outputProperties } from '../../shared/fields/nodeProperties';
import { withTerm } from '../../shared/fields/fieldProperties';
import { watchedResources } from './resources';

/** The properties that differ by resource. */
const ofEachResource = watchedResources.flatMap(({ value, operation }) =>
	[...operation.collections.map(collectionProperty), ...outputProperties(operation)].map((property): INodeProperties => ({
		...property,
		displayOptions: { show: { resource: [value], ...property.displayOptions?.show } },
	})),
);

export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: watchedResources.map(({ name, term, value }) => ({ name: withTerm(name, term), value })),
		default: 'lead',
		description: 'The kind of records to watch',
	},
	{
		displayName: 'Trigger On',
		name: 'triggerOn',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Created', value: 'created', description: 'Once for each new record' },
			{ name: 'Created or Updated', value: 'createdOrUpdated', description: 'Once for each new record and each change' },
			{ name: 'Updated', value: 'updated', description: 'Once for each change of a record after it was created' },
		],
		default: 'created',
	},
	...ofEachResource,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Emit Existing Records',
				name: 'emitExistingRecords',
				type: 'boolean',
				default: false,
				description: 'Whether to start with all records that already exist when the workflow is first published',
			},
		],
	},
];
