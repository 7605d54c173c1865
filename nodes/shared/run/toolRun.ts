/** A run of a node as a tool of an AI agent, always with one item. */

import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import type { Operation } from '../fields/operations';
import { textOf } from '../fields/unknownValues';
import type { ServiceAdapter } from '../http/service';
import { createRun } from './context';
import { invalidSetting, toItemError, withDescriptionInMessage } from './itemErrors';
import { checkIds, prepareItem } from './prepareItem';
import { sendItem } from './sendItem';

/**
 * The run of a node as a tool of an AI agent, with one item: n8n ignores custom operations there, and
 * its RoutingNode calls the pagination function instead.
 */
export function runTool(service: ServiceAdapter) {
	return async function (
		this: IExecutePaginationFunctions,
		{ options }: DeclarativeRestApiSettings.ResultOptions,
	): Promise<INodeExecutionData[]> {
		const run = createRun({
			service,
			operation: selectedOperation(this, service),
			identity: runIdentity(this),
			// RoutingNode fills in the address and the method before it calls a pagination function.
			requestOptions: options as IHttpRequestOptions,
			signal: this.getExecutionCancelSignal(),
		});
		try {
			const prepared = await prepareItem(this, run);
			await checkIds(prepared, run);
			const outputItems = await sendItem(prepared, run);
			for (const note of run.notes) this.logger.warn(note);
			return outputItems;
		} catch (error) {
			throw withDescriptionInMessage(toItemError(this, this.getItemIndex(), run, error));
		}
	};
}

/**
 * An object that is the same each time a run is retried. Several calls of a tool share the agent's
 * execution, but n8n gives each of them its own arguments, which stay the same when it retries.
 */
function runIdentity(caller: IExecutePaginationFunctions): object {
	const execution = caller.getExecuteData();
	if (execution.node.name === caller.getNode().name) return execution;
	return caller.getInputData(0, NodeConnectionTypes.AiTool).json;
}

function selectedOperation(item: IExecuteSingleFunctions, { resources }: ServiceAdapter): Operation {
	const resource = item.getNodeParameter('resource');
	const operation = item.getNodeParameter('operation');
	const selected = resources.find(({ value }) => value === resource)?.operations.find(({ value }) => value === operation);
	if (selected) return selected;
	throw invalidSetting(`'Operation' has an unknown value: "${textOf(operation)}"`);
}
