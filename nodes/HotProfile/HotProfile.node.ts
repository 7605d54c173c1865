import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { nodeProperties } from '../shared/operations';
import { customOperations, sendThrough } from '../shared/run';
import { hotProfile } from './dialect';
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
		description: 'Create, update and read leads, clients and business cards in HotProfile',
		defaults: { name: 'HotProfile' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'hotProfileApi', required: true }],
		requestDefaults: { method: 'POST' },
		requestOperations: { pagination: sendThrough(hotProfile) },
		hints: [
			{
				message:
					'More than 100 items: at the usual 100 calls a minute, allow about one minute for every 100 items. Nothing gets lost while they wait.',
				displayCondition: '={{ $input.all().length > 100 && $parameter["operation"] !== "getMany" }}',
				whenToDisplay: 'beforeExecution',
				location: 'outputPane',
			},
		],
		properties: nodeProperties(resources),
	};

	customOperations = customOperations(hotProfile);

	methods = { listSearch };
}
