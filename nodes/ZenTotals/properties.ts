import type { INodeProperties } from 'n8n-workflow';

/** What is asked beside the fields of a report: what happens when it is too soon, and how the answer comes out. */

const tooSoon: INodeProperties[] = [
	{
		displayName: 'When Too Soon',
		name: 'whenTooSoon',
		type: 'options',
		options: [
			{ name: 'Wait', value: 'wait', description: 'Until the report may be asked again; the execution can be stopped at any moment' },
			{
				name: 'Use the Last Answer',
				value: 'useLastAnswer',
				description: 'The same question asked again gets its answer from memory, with its age in seconds; a new question waits',
			},
			{ name: 'Stop with a Message', value: 'stop', description: 'That says when to come back' },
		],
		default: 'wait',
		description: 'What to do within the minutes in which CRM Zen answers no other request for the same report',
	},
	{
		displayName: 'Maximum Wait (Minutes)',
		name: 'maxWaitMinutes',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 60,
		description: 'Longest time that the node may spend waiting, for all items and days together; nothing is sent where that is known not to suffice',
		displayOptions: { show: { whenTooSoon: ['wait', 'useLastAnswer'] } },
	},
];

const raw = { name: 'Raw', value: 'raw', description: 'As received, one item per request' };

const forms = (resource: string[], rows: string, users?: string): INodeProperties => ({
	displayName: 'Output',
	name: 'output',
	type: 'options',
	options: [
		{ name: 'Rows', value: 'rows', description: rows },
		...(users ? [{ name: 'Users', value: 'users', description: users }] : []),
		raw,
	],
	default: 'rows',
	description: 'How the report comes out',
	displayOptions: { show: { resource } },
});

export const properties: INodeProperties[] = [
	...tooSoon,
	forms(
		['totals'],
		'One item per user and breakdown, then the totals of the users, of the day, and the counts of failures: ready for a spreadsheet',
		'One item per user and day, with its breakdowns as lists',
	),
	forms(['leadsByUser', 'leadFile'], 'One item per lead: ready for a spreadsheet', 'One item per user, with the leads as a list'),
	forms(['salesFunnel'], 'One item per period, with numbers as numbers'),
];
