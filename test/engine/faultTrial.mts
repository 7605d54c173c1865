import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { toLines } from '../../sandbox/faults.mts';
import type { Call } from '../../sandbox/journal.mts';
import { type Job, run } from './engine.mts';
import { type RecordingHost, type Route, routeThrough, startRecordingHost } from './faultObstacles.mts';
import { environments, type TestCase, type TriedOperation } from './faultOperations.mts';
import { cancelsWaitingCalls, type FaultCase, runsAlone, blocksEveryConnection, type FaultDuration, type Place, timesOf } from './faults.mts';
import { CallTimeouts, UNREACHED_TIMEOUT_MS, withTimeouts } from './faultTimeouts.mts';

/** Runs one trial: three items against a service of its own, of which the second meets the fault. */

export interface Trial {
	operation: TriedOperation;
	/** Without one, everything succeeds. */
	fault?: FaultCase;
	lasts: FaultDuration;
	/** Whether the node stops on an error. */
	stops?: boolean;
}

/** What was observed of one item. */
export interface ItemObservation {
	place: Place;
	/** Calls that reached the service. */
	calls: number;
	/** Records that the service wrote for it. */
	stored: number;
	output: INodeExecutionData[];
	/** What the user reads if the item fails. */
	message?: string;
	description?: string;
}

export interface Observation {
	status: string;
	items: ItemObservation[];
	/** Connections that ended before the service. */
	stopped: number;
	/** Calls that the service's own limit refused. */
	refused: number;
	/** The items in the order of their calls. */
	order: number[];
	/** What the user reads where the node stops. */
	error?: string;
	/** What the target of a redirect received. */
	received: string[];
	/** Whether the key appears anywhere in the run or in a URL. */
	showsKey: boolean;
	key: string;
}

const PLACES: Place[] = ['before', 'hit', 'after'];
/** The item that meets the fault. */
const HIT = PLACES.indexOf('hit');

export async function runTrial({ operation, fault, lasts, stops = false }: Trial): Promise<Observation> {
	const { node, start, credential } = environments[operation.service];
	const service = await start(operation);
	const { parameters, items, fingerprints, target } = operation.testCase(service);
	const order = fault?.order;
	const times = fault ? timesOf(fault, operation, lasts) : 0;
	const timeouts = new CallTimeouts();
	let route: Route | undefined;
	let host: RecordingHost | undefined;
	try {
		if (typeof order === 'string') route = await routeThrough(order, service.url, times);
		if (fault?.isRedirect) host = await startRecordingHost();
		// n8n up to 2.8 gives up a call that gets no response, but leaves its connection open: to the service it still runs.
		if (fault?.isTimeout) service.set({ limit: null });
		if (typeof order === 'object') service.fault({ location: host?.url, ...order, times, ...aim(fingerprints, target) } as never);
		if (fault?.isTimeout) service.onFault(() => timeouts.callUnanswered());

		const indices = fault && runsAlone(fault, lasts) ? [HIT] : items.map((_, index) => index);
		// So that it is certain which calls a refused key finds waiting, and which one meets an open port.
		const isOneByOne = stops || (fault && (cancelsWaitingCalls(fault) || blocksEveryConnection(fault)));
		const job = async () => await withTimeouts(timeouts, async () => await run({
			node,
			parameters: fault?.isTimeout ? withTimeout(parameters, operation.isFile) : parameters,
			items: indices.map((index) => ({ ...items[index], downloadTimeout: index === HIT ? 1 : 600 })),
			credential: { ...credential(route?.base ?? service.url, service.apiKey), ...(isOneByOne ? { concurrentRequests: 1 } : {}) } as Job['credential'],
			onError: stops ? undefined : 'continueRegularOutput',
			timezone: 'America/Sao_Paulo',
		}));
		const outcome = await (route ? route.inside(job) : job());
		return {
			status: outcome.status,
			items: indices.map((index, position) => ({
				place: PLACES[index] as Place,
				...observeItem(service.journal, fingerprints[index] ?? [], outcome.items.filter((item) => itemOf(item) === position)),
			})),
			order: service.journal.flatMap((call) => fingerprints.flatMap((own, item) => (isOf(call, own) ? [item] : []))),
			error: outcome.error && normalized(outcome.error.message),
			stopped: route?.stopped ?? 0,
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
const itemOf = ({ pairedItem }: INodeExecutionData) => (pairedItem as { item: number }).item;

/** Replaces what differs in every run: the time of day and the service's own URL. */
const normalized = (text: string) =>
	text.replace(/ at \d\d:\d\d:\d\d/, ' at hh:mm:ss').replace(/(GET|POST|PUT) http:\/\/127\.0\.0\.1:\d+[^\s:]*/, '(the address of the call)');

/** The error of a failed item: what happened, which item it was, and what to do. */
const ITEM_ERROR = /^(?<message>.* \[item \d+\])(\. (?<description>.*))?$/s;

/** Selects the calls that are to fail: those of the second item, or one of its calls. */
function aim(fingerprints: string[][], target: TestCase['target']): { path?: string; values?: string } {
	if (target?.path) return { path: `^${escapeRegExp(target.path(HIT))}$` };
	const lines = [...(fingerprints[HIT]?.slice(0, 1) ?? []), ...(target?.line ? [target.line] : [])];
	return { values: lines.map((line) => `(?=[^]*^${escapeRegExp(line)}$)`).join('') };
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A download has a time limit of its own, in seconds and for each item: only the second one's can be reached. */
function withTimeout(parameters: IDataObject, isFile?: boolean): IDataObject {
	if (isFile) return { ...parameters, options: { ...(parameters.options as IDataObject), downloadTimeout: '={{ $json.downloadTimeout }}' } };
	return { ...parameters, requestOptions: { timeout: UNREACHED_TIMEOUT_MS } };
}

/** Whether a call belongs to an item. */
const isOf = ({ path, pairs }: Call, fingerprints: string[]) => [path, ...toLines(pairs)].some((line) => fingerprints.includes(line));

function observeItem(journal: readonly Call[], fingerprints: string[], output: INodeExecutionData[]): Omit<ItemObservation, 'place'> {
	const calls = journal.filter((call) => isOf(call, fingerprints));
	const { message, description } = ITEM_ERROR.exec(normalized(String(output[0]?.json.error)))?.groups ?? {};
	return {
		calls: calls.length,
		stored: new Set(calls.flatMap(({ stored }) => (stored === undefined ? [] : [stored]))).size,
		output: output.map(({ json, binary }) => ({ json, ...(binary ? { binary } : {}) })),
		...(message ? { message, description } : {}),
	};
}
