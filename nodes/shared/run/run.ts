/** A run of a node with all its input items, as n8n's custom operations: checks all items, then sends them. */

import type { IExecuteFunctions, IExecuteSingleFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';

import type { Operation } from '../fields/operations';
import { toNodeError } from '../http/nodeErrors';
import { ServiceError } from '../http/errors';
import { joinSentences } from '../http/format';
import { duplicateWarning } from '../http/messages';
import type { ServiceAdapter } from '../http/service';
import { startInBatches } from './batches';
import type { RunContext } from './context';
import { createRun } from './context';
import { yieldToEventLoop } from './eventLoop';
import type { ItemError } from './itemErrors';
import { toItemError, withDescriptionInMessage } from './itemErrors';
import { mapInChunks } from './mapInChunks';
import type { ItemResults } from './outcome';
import { describeInvalidItems, describeOutcome, firstFailure, isFromEarlierTry, outcomeData, progressBefore, summarizeOutcome } from './outcome';
import { checkIds, prepareItem } from './prepareItem';
import { readRequestOptions } from './requestOptions';
import { sendItem } from './sendItem';

/**
 * The operations of a node as n8n's custom operations: the node stays declarative, but n8n hands over
 * all items. RoutingNode would resolve each expression twice, send valid items before it looks at an
 * invalid one, link no output items, and could not show a hint after the run.
 */
export function customOperations(service: ServiceAdapter): NonNullable<INodeType['customOperations']> {
	return Object.fromEntries(
		service.resources.map(({ value, operations }) => [
			value,
			Object.fromEntries(
				operations.map((operation) => [
					operation.value,
					async function (this: IExecuteFunctions) {
						return [await runItems(this, service, operation)];
					},
				]),
			),
		]),
	);
}

/** Items between two looks at whether the event loop needs a break. */
const YIELD_EVERY = 10;

type Results<Result> = Array<PromiseSettledResult<Result>>;

/**
 * Checks all items, then sends them. Unless the node continues on errors, one invalid item holds back
 * all others, and the first failure stops what has not been sent.
 */
async function runItems(caller: IExecuteFunctions, service: ServiceAdapter, operation: Operation): Promise<INodeExecutionData[]> {
	const stopController = new AbortController();
	const stop = () => stopController.abort();
	const cancelSignal = caller.getExecutionCancelSignal();
	cancelSignal?.addEventListener('abort', stop);
	if (cancelSignal?.aborted) stop();
	const run = createRun({
		service,
		operation,
		identity: caller.getExecuteData(),
		signal: stopController.signal,
		onFailure: caller.continueOnFail() ? undefined : stop,
	});
	try {
		return await checkAndSend(caller, run, stopController);
	} catch (error) {
		const { action, idempotent } = operation;
		const nodeError = toNodeError(caller, error, { serviceName: service.serviceName, action, idempotent, secrets: [...run.secrets] });
		// An AI agent sees nothing of an error but its message.
		throw caller.getNode().type.endsWith('Tool') ? withDescriptionInMessage(nodeError) : nodeError;
	} finally {
		cancelSignal?.removeEventListener('abort', stop);
	}
}

async function checkAndSend(caller: IExecuteFunctions, run: RunContext, stopController: AbortController): Promise<INodeExecutionData[]> {
	const { signal } = stopController;
	const continuesOnFail = caller.continueOnFail();
	const toError = (itemIndex: number, reason: unknown) => toItemError(caller, itemIndex, run, reason);
	const { requestOptions, waitForBatch } = readRequestOptions(caller, signal);
	run.requestOptions = requestOptions;

	/** Takes all items that have come so far one step further. */
	const runStep = async <In, Out>(previous: Results<In>, step: (input: In) => Promise<Out>): Promise<Results<Out>> => {
		const takeBreak = startInBatches(YIELD_EVERY, yieldToEventLoop(signal));
		return await Promise.allSettled(
			previous.map(async (result, index) => {
				if (result.status === 'rejected') throw result.reason;
				await takeBreak(index);
				return await step(result.value);
			}),
		);
	};
	const requireValid = <Value>(results: Results<Value>): Results<Value> => {
		const firstInvalid = results.findIndex(({ status }) => status === 'rejected');
		const result = results[firstInvalid];
		if (result?.status !== 'rejected' || continuesOnFail) return results;
		const reason: unknown = result.reason;
		const isInvalidInput = reason instanceof ServiceError && reason.reason === 'invalidInput';
		if (isInvalidInput) reason.details.batchSummary = describeInvalidItems(results);
		const error = toError(firstInvalid, reason);
		// The description of any other error is about one item only.
		if (!isInvalidInput && !signal.aborted) error.description = joinSentences(error.description ?? '', describeInvalidItems(results));
		throw error;
	};

	const items = caller.getInputData().map((input, index) => fulfilled(itemContext(caller, input, index)));
	const prepared = requireValid(await runStep(items, async (item) => await prepareItem(item, run)));
	const checked = !run.service.referenceLists ? prepared : requireValid(await runStep(prepared, async (preparedItem) => {
		await checkIds(preparedItem, run);
		return preparedItem;
	}));
	const results = await runStep(checked, async (preparedItem) => {
		await waitForBatch(preparedItem.item.getItemIndex());
		return await sendItem(preparedItem, run).catch((error) => {
			// A failure of an earlier attempt does not stop this one, which is there to send the other items.
			if (!continuesOnFail && !isFromEarlierTry(error)) stopController.abort();
			throw error;
		});
	});

	const failure = continuesOnFail ? undefined : firstFailure(results);
	if (failure) throw withOutcome(toError(failure.item, failure.reason), failure.reason, results, run, toError);
	addHints(caller, run, results);
	// Formatting an error takes as long as many rows.
	const outputItems = await mapInChunks(results, (result, item) => {
		if (result.status === 'fulfilled') return result.value;
		const { message } = withDescriptionInMessage(toError(item, result.reason));
		return [{ json: { error: message }, pairedItem: { item } }];
	});
	return outputItems.flat();
}

const fulfilled = <Value>(value: Value): PromiseSettledResult<Value> => ({ status: 'fulfilled', value });

/** Shows the statistics of the run and the notes about its responses at the node. */
function addHints(caller: IExecuteFunctions, { service, operation, stats, limits, notes }: RunContext, results: ItemResults): void {
	const summary = stats.summary(service.serviceName, limits, summarizeOutcome(operation, results));
	const warnings = [...notes].map((message) => ({ message, type: 'warning' as const, location: 'outputPane' as const }));
	caller.addExecutionHints(...(summary ? [summary] : []), ...warnings);
}

/** The error of the run's first failure, with the outcome of all items. */
function withOutcome(
	error: ItemError,
	reason: unknown,
	results: ItemResults,
	{ service: { serviceName }, operation }: RunContext,
	toError: (item: number, reason: unknown) => Error,
): ItemError {
	const { idempotent } = operation;
	// In the message, since AI agents see nothing else.
	error.message = joinSentences(error.message, duplicateWarning(reason, { serviceName, idempotent }), progressBefore(reason), describeOutcome(operation, results));
	error.context = { ...error.context, data: outcomeData(operation, results, toError) };
	return error;
}

/** The context of one item, as n8n's declarative nodes see it. */
function itemContext(caller: IExecuteFunctions, input: INodeExecutionData, index: number): IExecuteSingleFunctions {
	const { helpers } = caller;
	const itemMethods = {
		getItemIndex: () => index,
		getInputData: () => input,
		getNodeParameter: (name: string, fallback?: unknown) => caller.getNodeParameter(name, index, fallback),
		getCredentials: async (type: string) => await caller.getCredentials(type, index),
		helpers: Object.assign(Object.create(helpers) as object, {
			assertBinaryData: (name: string) => helpers.assertBinaryData(index, name),
			getBinaryDataBuffer: async (name: string) => await helpers.getBinaryDataBuffer(index, name),
		}),
	};
	// Everything else is inherited from the context of all items.
	return Object.assign(Object.create(caller) as object, itemMethods) as IExecuteSingleFunctions;
}
