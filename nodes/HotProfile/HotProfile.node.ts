/** The HotProfile node: puts its resources, methods and operations together. */

import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { durationHints } from '../shared/run/hints';
import { nodeProperties } from '../shared/fields/nodeProperties';
import { customOperations } from '../shared/run/run';
import { runTool } from '../shared/run/toolRun';
import { hotProfile } from './service';
import { listSearch } from './methods';
import { resources } from './resources';

export class HotProfile implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'HotProfile',
		name: 'hotProfile',
		icon: { light: 'file:hotProfile.svg', dark: 'file:hotProfile.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Create, update, get and delete leads, clients and business cards in HotProfile',
		defaults: { name: 'HotProfile' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'hotProfileApi', required: true }],
		requestDefaults: { method: 'POST' },
		requestOperations: { pagination: runTool(hotProfile) },
		hints: [
			...durationHints(),
			{
				message:
					"'Return All' reads 100 leads, or 1,000 clients or business cards, per request. At the default limit of 100 requests per minute, 10,000 leads take about 1 min.",
				displayCondition: '={{ $parameter["operation"] === "getMany" && $parameter["returnAll"] === true }}',
				whenToDisplay: 'beforeExecution',
				location: 'outputPane',
			},
		],
		properties: nodeProperties(resources),
	};

	customOperations = customOperations(hotProfile);

	methods = { listSearch };
}
