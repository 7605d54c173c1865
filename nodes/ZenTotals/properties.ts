/** The node's properties besides the fields of a report: When Too Soon, Maximum Wait and Output. */

import type { INodeProperties } from 'n8n-workflow';

import { reports } from './resources';
import type { Report } from './resources/report';

const waiting: INodeProperties[] = [
	{
		displayName: 'When Too Soon',
		name: 'whenTooSoon',
		type: 'options',
		options: [
			{ name: 'Wait', value: 'wait', description: 'Wait until CRM Zen allows the next request; you can stop the execution at any time' },
			{
				name: 'Use the Last Answer',
				value: 'useLastAnswer',
				description: 'Return the last answer to the same request, with its age in seconds; other requests wait',
			},
			{ name: 'Stop with a Message', value: 'stop', description: 'Stop, and say when the next request is allowed' },
		],
		default: 'wait',
		description: 'What to do while CRM Zen does not allow another request for the same report',
	},
	{
		displayName: 'Maximum Wait (Minutes)',
		name: 'maxWaitMinutes',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 60,
		description: 'Longest time to wait for all items and days together; nothing is sent if that is known not to be enough',
		displayOptions: { show: { whenTooSoon: ['wait', 'useLastAnswer'] } },
	},
];

const outputOf = ({ name, outputs: { rows, users } }: Report): INodeProperties => ({
	displayName: 'Output',
	name: 'output',
	type: 'options',
	options: [
		{ name: 'Rows', value: 'rows', description: rows.description },
		...(users ? [{ name: 'Users', value: 'users', description: users.description }] : []),
		{ name: 'Raw', value: 'raw', description: 'As received, one item per request' },
	],
	default: 'rows',
	description: 'The form of the output',
	displayOptions: { show: { resource: [name] } },
});

export const properties: INodeProperties[] = [...waiting, ...reports.map(outputOf)];
