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
			{ name: 'Wait', value: 'wait', description: 'Wait until CRM Zen allows the next request, unless you stop the execution' },
			{
				name: 'Use the Last Answer',
				value: 'useLastAnswer',
				description: 'Return the last response to the same request, with its age in seconds, or wait if there is none',
			},
			{ name: 'Stop with a Message', value: 'stop', description: 'Stop with an error that says when CRM Zen allows the next request' },
		],
		default: 'wait',
		description: 'What to do when CRM Zen does not allow another request for this report yet',
	},
	{
		displayName: 'Maximum Wait (Minutes)',
		name: 'maxWaitMinutes',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 60,
		description: 'Maximum time to wait for all items and days together (nothing is sent if this is known to be too short)',
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
		{ name: 'Raw', value: 'raw', description: 'The response as CRM Zen sent it, one item per request' },
	],
	default: 'rows',
	description: 'How to return the data',
	displayOptions: { show: { resource: [name] } },
});

export const properties: INodeProperties[] = [...waiting, ...reports.map(outputOf)];
