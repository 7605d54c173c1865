import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { toLines } from '../../sandbox/faults.mts';
import type { Call } from '../../sandbox/journal.mts';
import { type Job, run } from './engine.mts';
import { type RecordingHost, type Route, routeThrough, startRecordingHost } from './faultObstacles.mts';
import { environments, type TestCase, type TestedOperation } from './faultOperations.mts';
import { rejectsQueuedCalls, type FaultCase, runsAlone, blocksEveryConnection, type FaultDuration, type Position, timesOf } from './faults.mts';
import { CallTimeouts, UNREACHED_TIMEOUT_MS, withTimeouts } from './faultTimeouts.mts';

/** Runs one trial: three items against a separate service, with a fault in the second one. */

export interface Trial {
	operation: TestedOperation;
	/** Without one, everything succeeds. */
	fault?: FaultCase;
	duration: FaultDuration;
	/** Whether the node stops on an error. */
	stopOnError?: boolean;
}

/** What was observed of one item. */
export interface ItemObservation {
	position: Position;
	/** Calls that reached the service. */
	calls: number;
	/** Records that the service wrote for it. */
	stored: number;
	output: INodeExecutionData[];
	/** What the user sees if the item fails. */
	message?: string;
	description?: string;
}

export interface Observation {
	status: string;
	items: ItemObservation[];
	/** Connections that did not reach the service. */
	blocked: number;
	/** Calls that the service's own limit refused. */
	refused: number;
	/** The items in the order of their calls. */
	callOrder: number[];
	/** What the user sees if the node stops. */
	error?: string;
	/** What the target of a redirect received. */
	received: string[];
	/** Whether the key appears anywhere in the run or in a URL. */
	showsKey: boolean;
	key: string;
}

const POSITIONS: Position[] = ['before', 'failing', 'after'];
const FAILING = POSITIONS.indexOf('failing');

export async function runTrial({ operation, fault, duration, stopOnError = false }: Trial): Promise<Observation> {
	const { node, start, credential } = environments[operation.service];
	const service = await start(operation);
	const { parameters, items, fingerprints, target } = operation.testCase(service);
	const injection = fault?.injection;
	const times = fault ? timesOf(fault, operation, duration) : 0;
	const timeouts = new CallTimeouts();
	let route: Route | undefined;
	let host: RecordingHost | undefined;
	try {
		if (typeof injection === 'string') route = await routeThrough(injection, service.url, times);
		if (fault?.isRedirect) host = await startRecordingHost();
		// n8n up to 2.8 leaves the connection of a timed-out call open, so for the service the call is still running.
		if (fault?.isTimeout) service.set({ limit: null });
		if (typeof injection === 'object') service.fault({ location: host?.url, ...injection, times, ...selectCalls(fingerprints, target) } as never);
		if (fault?.isTimeout) service.onFault(() => timeouts.callUnanswered());

		const indices = fault && runsAlone(fault, duration) ? [FAILING] : items.map((_, index) => index);
		// Makes it deterministic which calls are queued when a key is rejected, and which one finds the port open.
		const isSequential = stopOnError || (fault && (rejectsQueuedCalls(fault) || blocksEveryConnection(fault)));
		const job = async () => await withTimeouts(timeouts, async () => await run({
			node,
			parameters: fault?.isTimeout ? withTimeout(parameters, operation.isFile) : parameters,
			items: indices.map((index) => ({ ...items[index], downloadTimeout: index === FAILING ? 1 : 600 })),
			credential: { ...credential(route?.base ?? service.url, service.apiKey), ...(isSequential ? { concurrentRequests: 1 } : {}) } as Job['credential'],
			onError: stopOnError ? undefined : 'continueRegularOutput',
			timezone: 'America/Sao_Paulo',
		}));
		const outcome = await (route ? route.inside(job) : job());
		return {
			status: outcome.status,
			items: indices.map((index, inputIndex) => ({
				position: POSITIONS[index] as Position,
				...observeItem(service.journal, fingerprints[index] ?? [], outcome.items.filter((item) => inputIndexOf(item) === inputIndex)),
			})),
			callOrder: service.journal.flatMap((call) => fingerprints.flatMap((own, item) => (belongsTo(call, own) ? [item] : []))),
			error: outcome.error && normalized(outcome.error.message),
			blocked: route?.blocked ?? 0,
			refused: service.journal.filter(({ refused }) => refused).length,
			received: host?.received ?? [],
			showsKey: JSON.stringify(outcome.run.data.resultData).includes(service.apiKey) || service.journal.some(({ keyIn }) => keyIn === 'url'),
			key: service.apiKey,
		};
	} finally {
		await route?.close();
		await host?.close();
		await service.close();
	}
}

/** The input item of an output item. */
const inputIndexOf = ({ pairedItem }: INodeExecutionData) => (pairedItem as { item: number }).item;

/** Replaces what differs in every run: the time of day and the service's own URL. */
const normalized = (text: string) =>
	text.replace(/ at \d\d:\d\d:\d\d/, ' at hh:mm:ss').replace(/(GET|POST|PUT) http:\/\/127\.0\.0\.1:\d+[^\s:]*/, '(the address of the call)');

/** The error of a failed item: what happened, which item it was, and what to do. */
const ITEM_ERROR = /^(?<message>.* \[item \d+\])(\. (?<description>.*))?$/s;

/** Selects the calls that fail: those of the second item, or one of its calls. */
function selectCalls(fingerprints: string[][], target: TestCase['target']): { path?: string; values?: string } {
	if (target?.path) return { path: `^${escapeRegExp(target.path(FAILING))}$` };
	const lines = [...(fingerprints[FAILING]?.slice(0, 1) ?? []), ...(target?.line ? [target.line] : [])];
	return { values: lines.map((line) => `(?=[^]*^${escapeRegExp(line)}$)`).join('') };
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A download has a separate timeout in seconds, set per item: only the second item's can be reached. */
function withTimeout(parameters: IDataObject, isFile?: boolean): IDataObject {
	if (isFile) return { ...parameters, options: { ...(parameters.options as IDataObject), downloadTimeout: '={{ $json.downloadTimeout }}' } };
	return { ...parameters, requestOptions: { timeout: UNREACHED_TIMEOUT_MS } };
}

/** Whether a call belongs to an item. */
const belongsTo = ({ path, pairs }: Call, fingerprints: string[]) => [path, ...toLines(pairs)].some((line) => fingerprints.includes(line));

function observeItem(journal: readonly Call[], fingerprints: string[], output: INodeExecutionData[]): Omit<ItemObservation, 'position'> {
	const calls = journal.filter((call) => belongsTo(call, fingerprints));
	const { message, description } = ITEM_ERROR.exec(normalized(String(output[0]?.json.error)))?.groups ?? {};
	return {
		calls: calls.length,
		stored: new Set(calls.flatMap(({ stored }) => (stored === undefined ? [] : [stored]))).size,
		output: output.map(({ json, binary }) => ({ json, ...(binary ? { binary } : {}) })),
		...(message ? { message, description } : {}),
	};
}
