import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecuteFunctions,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
	INodeType,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { cancelableSleep } from '../http/cancellation';
import { toNodeError } from '../http/nodeErrors';
import { DEFAULT_TIMEOUT_MS } from '../http/timing';
import type { ServiceAdapter } from '../http/service';
import { pluralize, joinSentences } from '../http/format';
import { duplicateWarning } from '../http/messages';
import { ServiceError } from '../http/errors';
import { RunStats } from './stats';
import type { Operation } from '../fields/operations';
import { describeOutcome, failureData, firstFailure, isFromEarlierTry, storedBefore, summarizeOutcome } from './outcome';
import type { RunContext } from './item';
import { checkIds, toItemError, prepareItem, sendItem } from './item';
import { mapInChunks, SLICE_MS } from './mapInChunks';

/** All items of one run of a node. */

/**
 * The operations of a node as n8n's custom operations: n8n keeps all that is declarative about the
 * node, but hands over the items. RoutingNode would resolve each expression twice, send the good
 * items before it looks at a bad one, link no items, and could not tell anything after the run.
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

/**
 * The pagination function of a node. RoutingNode comes here when the node is a tool of an AI agent,
 * with one item: n8n knows no custom operations there.
 */
export function runTool(service: ServiceAdapter) {
	return async function (
		this: IExecutePaginationFunctions,
		{ options }: DeclarativeRestApiSettings.ResultOptions,
	): Promise<INodeExecutionData[]> {
		const operation = selectedOperation(this, service);
		const run = createRun(runIdentity(this), this.getExecutionCancelSignal());
		try {
			const ready = await prepareItem(this, service, operation, run);
			await checkIds(this, service, operation, ready, options as IHttpRequestOptions);
			const items = await sendItem(this, service, operation, run, ready, options as IHttpRequestOptions);
			for (const note of run.notes) this.logger.warn(note);
			return items;
		} catch (error) {
			throw withDescriptionInMessage(toItemError(this, service, operation, run, error));
		}
	};
}

/** After so many items it is looked whether n8n should get a chance to do something else. */
const YIELD_EVERY = 10;

/** What lasts over all tries of a run when n8n's "Retry On Fail" runs a node anew. */
const retainedRuns = new WeakMap<object, Pick<RunContext, 'settledCalls' | 'stats'>>();

/**
 * What stays the same object over all tries of a run. An agent's calls of a tool share the agent's
 * own execution, but n8n hands each of them its arguments, the same ones at every try.
 */
function runIdentity(caller: IExecutePaginationFunctions): object {
	const execution = caller.getExecuteData();
	if (execution.node.name === caller.getNode().name) return execution;
	return caller.getInputData(0, NodeConnectionTypes.AiTool).json;
}

/**
 * @param occasion the same object at every try
 * @param signal ends what has not been sent
 */
function createRun(occasion: object, signal?: AbortSignal): RunContext {
	const known = retainedRuns.get(occasion) ?? { settledCalls: new Map(), stats: new RunStats() };
	retainedRuns.set(occasion, known);
	return { ...known, executionStartedAt: performance.now(), signal, secrets: new Set(), lastCallByRecord: new Map(), refusedKeys: new Map(), notes: new Set() };
}

type Results<Result> = Array<PromiseSettledResult<Result>>;

/**
 * Checks all items, then sends them. Unless the node goes on after an error, one item that cannot
 * be sent holds back all others, and the first failure ends what has not been sent.
 */
async function runItems(caller: IExecuteFunctions, service: ServiceAdapter, operation: Operation): Promise<INodeExecutionData[]> {
	const items = caller.getInputData().map((item, index) => itemContext(caller, item, index));
	const goesOn = caller.continueOnFail();
	const stop = new AbortController();
	const cancel = caller.getExecutionCancelSignal();
	const end = () => stop.abort();
	cancel?.addEventListener('abort', end);
	if (cancel?.aborted) end();
	const run: RunContext = { ...createRun(caller.getExecuteData(), stop.signal), onFailure: goesOn ? undefined : end };
	try {
		const { options, turn } = requestOptions(caller, stop.signal);

		/** The next step of all items that have come so far. */
		const forAll = async <Before, After>(before: Results<Before>, step: (item: IExecuteSingleFunctions, value: Before, index: number) => Promise<After>) => {
			const breath = batches(YIELD_EVERY, breather(stop.signal));
			return await Promise.allSettled(
				before.map(async (end, index) => {
					if (end.status === 'rejected') throw end.reason;
					await breath(index);
					return await step(items[index], end.value, index);
				}),
			);
		};
		const checked = <Value>(ends: Results<Value>): Results<Value> => {
			const first = ends.findIndex(({ status }) => status === 'rejected');
			if (first < 0 || goesOn) return ends;
			const { reason } = ends[first] as PromiseRejectedResult;
			const isOwn = reason instanceof ServiceError && reason.reason === 'invalidInput';
			if (isOwn) reason.details.batchSummary = describeInvalidItems(ends);
			const error = toItemError(items[first], service, operation, run, reason);
			// What n8n or the credential's check says tells of one item only.
			if (!isOwn && !stop.signal.aborted) error.description = joinSentences(error.description ?? '', describeInvalidItems(ends));
			throw error;
		};

		const given: Results<undefined> = items.map(() => ({ status: 'fulfilled', value: undefined }));
		const prepared = checked(await forAll(given, async (item) => await prepareItem(item, service, operation, run)));
		const ready = !service.referenceLists ? prepared : checked(await forAll(prepared, async (item, value) => {
			await checkIds(item, service, operation, value, options);
			return value;
		}));
		const sent = await forAll(ready, async (item, value, index) => {
			await turn(index);
			return await sendItem(item, service, operation, run, value, options).catch((error) => {
				// What failed at an earlier try does not stop this one, which is there to send the rest.
				if (!goesOn && !isFromEarlierTry(error)) end();
				throw error;
			});
		});
		const failed = goesOn ? -1 : firstFailure(sent);
		if (failed >= 0) throw withOutcome(failed, sent, operation, service, (item, reason) => toItemError(items[item], service, operation, run, reason));
		const notes = [run.stats.summary(service.serviceName, run.limits, summarizeOutcome(operation, sent))];
		for (const message of run.notes) notes.push({ message, type: 'warning', location: 'outputPane' });
		caller.addExecutionHints(...notes.filter((note) => note !== undefined));
		// An error takes n8n as long as many rows do.
		const outputs = await mapInChunks(sent, (end, item) => {
			if (end.status === 'fulfilled') return end.value;
			const error = withDescriptionInMessage(toItemError(items[item], service, operation, run, end.reason)).message;
			return [{ json: { error }, pairedItem: { item } }];
		});
		return outputs.flat();
	} catch (error) {
		const known = toNodeError(caller, error, { serviceName: service.serviceName, action: operation.action, idempotent: operation.idempotent, secrets: [...run.secrets] });
		// A tool's error is handed to the agent's model as its message alone.
		throw caller.getNode().type.endsWith('Tool') ? withDescriptionInMessage(known) : known;
	} finally {
		cancel?.removeEventListener('abort', end);
	}
}

/** The error of the run's first failure, with what became of all items. */
function withOutcome(
	failed: number,
	sent: Results<INodeExecutionData[]>,
	operation: Operation,
	{ serviceName }: ServiceAdapter,
	inWords: (item: number, reason: unknown) => Error & { context?: IDataObject },
): Error {
	const { reason } = sent[failed] as PromiseRejectedResult;
	const error = inWords(failed, reason);
	// An agent's model reads nothing but the message.
	error.message = joinSentences(error.message, duplicateWarning(reason, { serviceName, idempotent: operation.idempotent }), storedBefore(reason), describeOutcome(operation, sent));
	error.context = { ...error.context, data: failureData(operation, sent, inWords) };
	return error;
}

/** How many items cannot be sent, and which are the first of them. */
function describeInvalidItems(ends: Results<unknown>): string {
	if (ends.length === 1) return 'Nothing was sent';
	const bad = ends.flatMap((end, item) => (end.status === 'rejected' ? [{ item, message: (end.reason as Error).message }] : []));
	const named = bad.slice(0, NAMED).map(({ item, message }) => `item ${item}: ${message}`);
	const more = bad.length > NAMED ? [`${bad.length - NAMED} more`] : [];
	const list = bad.length > 1 ? ` ${[...named, ...more].join('; ')}` : '';
	return `Nothing was sent for any of the ${pluralize(ends.length, 'item')}, since ${bad.length.toLocaleString('en')} of them cannot be sent.${list}`;
}

/** Items that are named one by one. */
const NAMED = 5;

/** Where n8n shows only the message of an error, what to do must stand beside what happened. */
function withDescriptionInMessage<Told extends Error & { description?: string | null }>(error: Told): Told {
	const { message, description } = error;
	if (description && !message.includes(description)) error.message = joinSentences(message, description);
	return error;
}

/** One item as n8n's declarative nodes see it. */
function itemContext(caller: IExecuteFunctions, input: INodeExecutionData, index: number): IExecuteSingleFunctions {
	const { helpers } = caller;
	const own = {
		getItemIndex: () => index,
		getInputData: () => input,
		getNodeParameter: (name: string, fallback?: unknown) => caller.getNodeParameter(name, index, fallback),
		getCredentials: async (type: string) => await caller.getCredentials(type, index),
		helpers: Object.assign(Object.create(helpers) as object, {
			assertBinaryData: (name: string) => helpers.assertBinaryData(index, name),
			getBinaryDataBuffer: async (name: string) => await helpers.getBinaryDataBuffer(index, name),
		}),
	};
	return Object.assign(Object.create(caller) as object, own) as IExecuteSingleFunctions;
}

/** n8n adds "Request Options" to every declarative node. */
interface RequestOptions {
	batching?: { batch?: { batchSize?: number; batchInterval?: number } };
	proxy?: string;
	timeout?: number;
	allowUnauthorizedCerts?: boolean;
}

/** What the user chose under "Request Options", for the calls and for when an item may start. */
function requestOptions(caller: IExecuteFunctions, signal: AbortSignal) {
	const chosen = caller.getNodeParameter('requestOptions', 0, {}) as RequestOptions;
	const { batching, proxy, timeout, allowUnauthorizedCerts } = chosen;
	const options: Partial<IHttpRequestOptions> = {
		timeout: timeout || DEFAULT_TIMEOUT_MS,
		...(allowUnauthorizedCerts ? { skipSslCertificateValidation: true } : {}),
		...(proxy ? { proxy: proxyAt(proxy) } : {}),
	};
	const { batchSize = 1, batchInterval = 0 } = batching?.batch ?? {};
	// An expression may bring them as text.
	const pauseMs = Number(batchInterval);
	const size = pauseMs > 0 ? Math.max(1, Number(batchSize)) : Infinity;
	return { options, turn: batches(size, async () => await cancelableSleep(pauseMs, signal)) };
}

/** Lets n8n do something else wherever the work before took longer than a slice. */
function breather(signal: AbortSignal) {
	let since = performance.now();
	return async () => {
		if (performance.now() - since < SLICE_MS) return;
		await cancelableSleep(1, signal);
		since = performance.now();
	};
}

/** Lets items start in batches, with something between two of them. */
function batches(size: number, between: () => Promise<void>) {
	const starts = [Promise.resolve()];
	return async (index: number) => {
		const batch = Math.floor(index / size);
		while (starts.length <= batch) starts.push(starts[starts.length - 1].then(between));
		await starts[batch];
	};
}

function proxyAt(given: string): IHttpRequestOptions['proxy'] {
	const found = /^\w+:\/\//.test(given) ? given : `http://${given}`;
	if (!URL.canParse(found)) throw invalidSetting("'Proxy' under Request Options must be an address, e.g. http://proxy.example.com:3128");
	const { protocol, hostname: host, port, username, password } = new URL(found);
	return {
		protocol: protocol.replace(/:$/, ''),
		host,
		port: Number(port) || (protocol === 'https:' ? 443 : 80),
		...(username ? { auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } } : {}),
	};
}

function selectedOperation(item: IExecuteSingleFunctions, { resources }: ServiceAdapter): Operation {
	const resource = item.getNodeParameter('resource');
	const operation = item.getNodeParameter('operation');
	const found = resources
		.find(({ value }) => value === resource)
		?.operations.find(({ value }) => value === operation);
	if (found) return found;
	throw invalidSetting(`'Operation' ${String(operation)} is not known`);
}

/** A setting of the node that cannot be used, with one sentence that names it. */
const invalidSetting = (sentence: string) => new ServiceError('invalidInput', { messages: [sentence], batchSummary: 'Nothing was sent' });
