/** The ERP Datacake node: puts its resources, methods and operations together. */

import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { durationHints } from '../shared/run/hints';
import { nodeProperties } from '../shared/fields/nodeProperties';
import { customOperations } from '../shared/run/run';
import { runTool } from '../shared/run/toolRun';
import { erpDatacake } from './service';
import { listSearch } from './methods';
import { resources } from './resources';

export class ErpDatacake implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'ERP Datacake',
		name: 'erpDatacake',
		icon: { light: 'file:erpDatacake.svg', dark: 'file:erpDatacake.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: "Read clients, services and invoices in an internet provider's ERP, create orders and tickets, and record payments",
		defaults: { name: 'ERP Datacake' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'erpDatacakeApi', required: true }],
		requestDefaults: { method: 'GET' },
		requestOperations: { pagination: runTool(erpDatacake) },
		hints: durationHints(),
		properties: nodeProperties(resources),
	};

	customOperations = customOperations(erpDatacake);

	methods = { listSearch };
}
