/** The Zen Totals node: puts the reports of CRM Zen together. */

import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { nodeProperties } from '../shared/fields/nodeProperties';
import { customOperations } from '../shared/run/run';
import { runTool } from '../shared/run/toolRun';
import { zenTotals } from './service';
import { waitHints } from './hints';
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
		description: 'Get lead totals and other reports from CRM Zen',
		defaults: { name: 'Zen Totals' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'crmZenApi', required: true }],
		requestDefaults: { method: 'GET' },
		requestOperations: { pagination: runTool(zenTotals) },
		hints: waitHints,
		properties: nodeProperties(resources, properties),
	};

	customOperations = customOperations(zenTotals);
}
