/** The HotProfile Trigger node: puts its properties and its poll together. */

import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { listSearch } from './methods';
import { poll } from './trigger/poll';
import { properties } from './trigger/properties';

export class HotProfileTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'HotProfile Trigger',
		name: 'hotProfileTrigger',
		icon: { light: 'file:hotProfile.svg', dark: 'file:hotProfile.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["triggerOn"] + ": " + $parameter["resource"] }}',
		description: 'Starts the workflow when leads, clients or business cards are created or updated in HotProfile',
		defaults: { name: 'HotProfile Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'hotProfileApi', required: true }],
		properties,
	};

	methods = { listSearch };

	poll = poll;
}
