import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { nodeProperties } from '../shared/operations';
import { customOperations, sendThrough } from '../shared/run';
import { zenTotals } from './dialect';
import { properties } from './properties';
import { resources } from './resources';

export class ZenTotals implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Zen Totals',
		name: 'zenTotals',
		icon: { light: 'file:zenTotals.svg', dark: 'file:zenTotals.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Read the lead totals of CRM Zen and its other reports',
		defaults: { name: 'Zen Totals' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'crmZenApi', required: true }],
		requestDefaults: { method: 'GET' },
		requestOperations: { pagination: sendThrough(zenTotals) },
		hints: [
			{
				message:
					'Each day is one request, and CRM Zen answers one in 5 minutes: 7 days take half an hour, 30 days two and a half hours. The node waits by itself, up to its Maximum Wait.',
				displayCondition:
					'={{ ["totals", "leadFile"].includes($parameter["resource"]) && ($parameter["period"] === "range" || $input.all().length > 1) }}',
				whenToDisplay: 'beforeExecution',
				location: 'outputPane',
			},
			{
				message:
					'50 leads are one request, and CRM Zen answers one in a minute: 1,000 leads take about 20 minutes. The node waits by itself, up to its Maximum Wait.',
				displayCondition:
					'={{ $parameter["resource"] === "leadsByUser" && ($parameter["returnAll"] === true || $parameter["limit"] > 50 || $input.all().length > 1) }}',
				whenToDisplay: 'beforeExecution',
				location: 'outputPane',
			},
		],
		properties: nodeProperties(resources, properties),
	};

	customOperations = customOperations(zenTotals);
}
