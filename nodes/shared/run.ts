import type {
	DeclarativeRestApiSettings,
	IExecuteFunctions,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
	INodeType,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { pause } from './call';
import type { Dialect } from './dialect';
import { inputError } from './errors';
import { Meter } from './meter';
import type { Operation } from './operations';
import type { Run } from './send';
import { checkIds, inWords, prepare, send } from './send';

/** All items of one run of a node. */

/**
 * The operations of a node as n8n's custom operations: n8n keeps all that is declarative about the
 * node, but hands over the items. RoutingNode would resolve each expression twice, send the good
 * items before it looks at a bad one, link no items, and could not tell anything after the run.
 */
export function customOperations(dialect: Dialect): NonNullable<INodeType['customOperations']> {
	return Object.fromEntries(
		dialect.resources.map(({ value, operations }) => [
			value,
			Object.fromEntries(
				operations.map((operation) => [
					operation.value,
					async function (this: IExecuteFunctions) {
						return [await runAll(this, dialect, operation)];
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
export function sendThrough(dialect: Dialect) {
	return async function (
		this: IExecutePaginationFunctions,
		{ options }: DeclarativeRestApiSettings.ResultOptions,
	): Promise<INodeExecutionData[]> {
		const operation = operationOf(this, dialect);
		const run = runOf(occasionOf(this));
		try {
			const ready = await prepare(this, dialect, operation, run);
			await checkIds(this, dialect, operation, run, ready, options as IHttpRequestOptions);
			return await send(this, dialect, operation, run, ready, options as IHttpRequestOptions);
		} catch (error) {
			const known = await inWords(this, dialect, operation, run, error);
			// An agent that is not told that a record may have been stored stores another one.
			known.message = told(known);
			throw known;
		}
	};
}

/** After so many items n8n gets a chance to do something else: a thousand take about a second. */
const AT_A_STRETCH = 250;

/** What lasts over all tries of a run when n8n's "Retry On Fail" runs a node anew. */
const lasting = new WeakMap<object, Pick<Run, 'settled' | 'meter'>>();

/**
 * What stays the same object over all tries of a run. An agent's calls of a tool share the agent's
 * own execution, but n8n hands each of them its arguments, the same ones at every try.
 */
function occasionOf(caller: IExecutePaginationFunctions): object {
	const execution = caller.getExecuteData();
	if (execution.node.name === caller.getNode().name) return execution;
	return caller.getInputData(0, NodeConnectionTypes.AiTool).json;
}

/** @param occasion the same object at every try */
function runOf(occasion: object): Run {
	const known = lasting.get(occasion) ?? { settled: new Map(), meter: new Meter() };
	lasting.set(occasion, known);
	return { ...known, readAt: -Infinity, lists: new Map() };
}

/**
 * Checks all items, then sends them. Unless the node goes on after an error, one item that cannot
 * be sent holds back all others, and the first failure ends the run once all calls have ended.
 */
async function runAll(caller: IExecuteFunctions, dialect: Dialect, operation: Operation): Promise<INodeExecutionData[]> {
	const items = caller.getInputData().map((item, index) => single(caller, item, index));
	const goesOn = caller.continueOnFail();
	const run = runOf(caller.getExecuteData());
	const { options, turn } = requestOptions(caller);

	type Ends<Result> = Array<PromiseSettledResult<Result>>;
	/** The next step of all items that have come so far. */
	const forAll = async <Before, After>(before: Ends<Before>, step: (item: IExecuteSingleFunctions, value: Before, index: number) => Promise<After>) => {
		const breath = batches(AT_A_STRETCH, async () => await pause(1, caller.getExecutionCancelSignal()));
		const after = await Promise.allSettled(
			before.map(async (end, index) => {
				if (end.status === 'rejected') throw end.reason;
				await breath(index);
				return await step(items[index], end.value, index);
			}),
		);
		const failed = after.findIndex(({ status }) => status === 'rejected');
		if (failed >= 0 && !goesOn) {
			throw await inWords(items[failed], dialect, operation, run, (after[failed] as PromiseRejectedResult).reason);
		}
		return after;
	};

	const given: Ends<undefined> = items.map(() => ({ status: 'fulfilled', value: undefined }));
	const prepared = await forAll(given, async (item) => await prepare(item, dialect, operation, run));
	const ready = !dialect.lists ? prepared : await forAll(prepared, async (item, value) => {
		await checkIds(item, dialect, operation, run, value, options);
		return value;
	});
	const sent = await forAll(ready, async (item, value, index) => {
		await turn(index);
		return await send(item, dialect, operation, run, value, options);
	});
	const session = await run.session?.catch(() => undefined);
	const note = session && run.meter.note(dialect.service, session.connection.limits);
	if (note) caller.addExecutionHints(note);
	const outputs = sent.map(async (end, item) => {
		if (end.status === 'fulfilled') return end.value;
		const error = told(await inWords(items[item], dialect, operation, run, end.reason));
		return [{ json: { error }, pairedItem: { item } }];
	});
	return (await Promise.all(outputs)).flat();
}

/** Where n8n shows only the message of an error, what to do must stand beside what happened. */
const told = ({ message, description }: Error & { description?: string | null }) =>
	description && !message.includes(description) ? `${message}. ${description}` : message;

/** One item as n8n's declarative nodes see it. */
function single(caller: IExecuteFunctions, input: INodeExecutionData, index: number): IExecuteSingleFunctions {
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

/** n8n's own time limit for a call of a declarative node. */
const USUAL_TIMEOUT_MS = 300_000;

/** What the user chose under "Request Options", for the calls and for when an item may start. */
function requestOptions(caller: IExecuteFunctions) {
	const chosen = caller.getNodeParameter('requestOptions', 0, {}) as RequestOptions;
	const { batching, proxy, timeout, allowUnauthorizedCerts } = chosen;
	const options: Partial<IHttpRequestOptions> = {
		timeout: timeout || USUAL_TIMEOUT_MS,
		...(allowUnauthorizedCerts ? { skipSslCertificateValidation: true } : {}),
		...(proxy ? { proxy: proxyAt(proxy, caller) } : {}),
	};
	const { batchSize = 1, batchInterval = 0 } = batching?.batch ?? {};
	const signal = caller.getExecutionCancelSignal();
	// An expression may bring them as text.
	const pauseMs = Number(batchInterval);
	const size = pauseMs > 0 ? Math.max(1, Number(batchSize)) : Infinity;
	return { options, turn: batches(size, async () => await pause(pauseMs, signal)) };
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

function proxyAt(given: string, caller: IExecuteFunctions): IHttpRequestOptions['proxy'] {
	const found = /^\w+:\/\//.test(given) ? given : `http://${given}`;
	if (!URL.canParse(found)) throw inputError(caller.getNode(), ["'Proxy' under Request Options must be an address, e.g. http://proxy.example.com:3128"], undefined);
	const { protocol, hostname: host, port, username, password } = new URL(found);
	return {
		protocol: protocol.replace(/:$/, ''),
		host,
		port: Number(port) || (protocol === 'https:' ? 443 : 80),
		...(username ? { auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } } : {}),
	};
}

function operationOf(item: IExecuteSingleFunctions, { resources }: Dialect): Operation {
	const resource = item.getNodeParameter('resource');
	const operation = item.getNodeParameter('operation');
	const found = resources
		.find(({ value }) => value === resource)
		?.operations.find(({ value }) => value === operation);
	if (found) return found;
	throw inputError(item.getNode(), [`'Operation' ${String(operation)} is not known`], item.getItemIndex());
}
