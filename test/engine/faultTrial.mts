import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { linesOf } from '../../sandbox/faults.mts';
import type { Call } from '../../sandbox/journal.mts';
import { type Job, run } from './engine.mts';
import { type Stranger, startStranger, type Way, wayThrough } from './faultObstacles.mts';
import { grounds, type TriedOperation, type Work } from './faultOperations.mts';
import { endsOthers, type FaultLine, goesAlone, isInTheWay, type Lasts, type Place, timesOf } from './faults.mts';

/** One trial: a service of its own, three items of which the second meets the fault, and what was seen of it. */

export interface Trial {
	operation: TriedOperation;
	/** Without one, all goes well. */
	fault?: FaultLine;
	lasts: Lasts;
	/** Whether the node stops on an error. */
	stops?: boolean;
}

/** What was seen of one item. */
export interface SeenItem {
	place: Place;
	/** Calls that reached the service. */
	calls: number;
	/** Records that the service wrote for it. */
	stored: number;
	output: INodeExecutionData[];
	/** What the user reads, where it ends badly. */
	message?: string;
	description?: string;
}

export interface Seen {
	status: string;
	items: SeenItem[];
	/** Connections that ended before the service. */
	stopped: number;
	/** Calls that the service's own limit refused. */
	refused: number;
	/** The items in the order of their calls. */
	order: number[];
	/** What the user reads where the node stops. */
	error?: string;
	/** What a redirect's target got. */
	heard: string[];
	/** Whether the key stands anywhere in the run or in an address. */
	showsKey: boolean;
	key: string;
}

const PLACES: Place[] = ['before', 'hit', 'after'];
/** The item that meets the fault. */
const HIT = PLACES.indexOf('hit');

export async function carryOut({ operation, fault, lasts, stops = false }: Trial): Promise<Seen> {
	const { node, start, credential } = grounds[operation.service];
	const service = await start(operation);
	const work = operation.work(service);
	const order = fault?.order;
	const times = fault ? timesOf(fault, operation, lasts) : 0;
	let way: Way | undefined;
	let stranger: Stranger | undefined;
	try {
		if (typeof order === 'string') way = await wayThrough(order, service.url, times);
		if (fault?.isRedirect) stranger = await startStranger();
		// n8n up to 2.8 gives up a call that gets no answer, but leaves its connection open: to the service it still runs.
		if (fault?.timeoutS) service.set({ limit: null });
		if (typeof order === 'object') service.fault({ location: stranger?.url, ...order, times, ...aim(work) } as never);

		const indices = fault && goesAlone(fault, lasts) ? [HIT] : work.items.map((_, index) => index);
		// So that it is certain which calls a refused key finds waiting, and which one meets an open port.
		const isOneByOne = stops || (fault && (endsOthers(fault) || isInTheWay(fault)));
		const job = async () => await run({
			node,
			parameters: withTimeout(work.parameters, fault?.timeoutS, operation.isFile),
			items: indices.map((index) => work.items[index]),
			credential: { ...credential(way?.base ?? service.url, service.apiKey), ...(isOneByOne ? { concurrentRequests: 1 } : {}) } as Job['credential'],
			onError: stops ? undefined : 'continueRegularOutput',
			timezone: 'America/Sao_Paulo',
		});
		const outcome = await (way ? way.inside(job) : job());
		const items = indices.map((index, position) => ({
			place: PLACES[index],
			...seenItem(service.journal, work.marks[index], outcome.items.filter((item) => itemOf(item) === position)),
		}));
		return {
			status: outcome.status,
			items,
			order: service.journal.flatMap((call) => work.marks.flatMap((marks, item) => (isOf(call, marks) ? [item] : []))),
			error: outcome.error && steady(outcome.error.message),
			stopped: way?.stopped ?? 0,
			refused: service.journal.filter(({ refused }) => refused).length,
			heard: stranger?.heard ?? [],
			showsKey: JSON.stringify(outcome.run.data.resultData).includes(service.apiKey) || service.journal.some(({ keyIn }) => keyIn === 'url'),
			key: service.apiKey,
		};
	} finally {
		await way?.close();
		await stranger?.close();
		await service.close();
	}
}

/** The input item of an output item. */
const itemOf = ({ pairedItem }: INodeExecutionData) => (pairedItem as { item: number }).item;

/** Without what is another one each time: the time of day, and the address of a service of its own. */
const steady = (text: string) =>
	text.replace(/ at \d\d:\d\d:\d\d/, ' at hh:mm:ss').replace(/(GET|POST|PUT) http:\/\/127\.0\.0\.1:\d+[^\s:]*/, '(the address of the call)');

/** What an item that failed says: what happened, which item it was, and what to do. */
const TOLD = /^(?<message>.* \[item \d+\])(\. (?<description>.*))?$/s;

/** The calls that are to fail: those of the second item, or one of its calls. */
function aim({ marks, target }: Work): { path?: string; values?: string } {
	if (target?.path) return { path: `^${escaped(target.path(HIT))}$` };
	const lines = [marks[HIT][0], ...(target?.line ? [target.line] : [])];
	return { values: lines.map((line) => `(?=[^]*^${escaped(line)}$)`).join('') };
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function withTimeout(parameters: IDataObject, seconds?: number, isFile?: boolean): IDataObject {
	if (seconds === undefined) return parameters;
	if (isFile) return { ...parameters, options: { ...(parameters.options as IDataObject), downloadTimeout: seconds } };
	return { ...parameters, requestOptions: { timeout: seconds * 1000 } };
}

/** Whether a call is that of an item. */
const isOf = ({ path, pairs }: Call, marks: string[]) => [path, ...linesOf(pairs)].some((line) => marks.includes(line));

function seenItem(journal: readonly Call[], marks: string[], output: INodeExecutionData[]): Omit<SeenItem, 'place'> {
	const calls = journal.filter((call) => isOf(call, marks));
	const { message, description } = TOLD.exec(steady(String(output[0]?.json.error)))?.groups ?? {};
	return {
		calls: calls.length,
		stored: new Set(calls.flatMap(({ stored }) => (stored === undefined ? [] : [stored]))).size,
		output: output.map(({ json, binary }) => ({ json, ...(binary ? { binary } : {}) })),
		...(message ? { message, description } : {}),
	};
}
