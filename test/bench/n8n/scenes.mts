import type { LimitSettings } from '../../../sandbox/rateLimit.mts';
import type { Execution } from '../../../scripts/n8n/commandLine.mts';
import { countOf, leastMs, median, summarize, type Row, type Scene, formatNumber } from '../figures.mts';
import { FIRST_NODE, httpCreate, httpReturnAll, type Node, ownCreate, ownReturnAll, splitOut, workflow } from './contestants.mts';
import { openTestBed, type TestBed } from './testBed.mts';

/** The scenes on a real n8n: this package and n8n's own HTTP Request node take turns. */

/** Two seconds represent one minute. */
const MINUTE = 2000;
const LIMIT: LimitSettings = { maxCalls: 100, windowMs: MINUTE, maxConcurrent: 2 };
/** Two seconds at that scale. */
const JITTER_MS = (2000 / 60_000) * MINUTE;
/** For the scenes without a limit: a window too short to fill up. */
const SHORT_MINUTE = 10;
const LEADS = 10_000;
const OWN = 'this package';

interface Contestant {
	name: string;
	/** Each list is a workflow; several run at the same time. */
	workflows: Node[][];
}

interface N8nScene extends Omit<Scene, 'rows' | 'unit'> {
	unit: 's' | 'ms';
	contestants: Contestant[];
	/** Rows of each workflow. */
	rows: number;
	/** The service's limit, if any. */
	limit: LimitSettings | null;
	/** The package's window. */
	minuteMs: number;
	/** Shortest and longest response time. */
	delay?: [number, number];
	rounds: number;
	/** The deciding time: n8n's execution time of the nodes, or the time from the first call to the last response at the service. */
	decidedBy: 'nodes' | 'calls';
	/** Divisor of the value: 1000 for seconds. */
	per: number;
	/** How many leads must be stored or read. */
	expected: number;
}

interface Run {
	ms: number;
	figures: ReturnType<TestBed['service']['figures']>;
	missing: number;
	sentAgain: number;
	failed: boolean;
	peakMb?: number;
}

const idOf = (scene: string, contestant: number, number: number) => `${scene}-${contestant}${number}`;

async function playContestant(testBed: TestBed, { id, rows, limit, minuteMs, delay, decidedBy, expected }: N8nScene, { workflows }: Contestant, index: number): Promise<Run> {
	const { service } = testBed;
	service.reset();
	service.set({ limit, delay: delay ?? [0, 0] });
	await testBed.setMinute(minuteMs);
	const ids = workflows.map((_, number) => idOf(id, index, number));
	const { execution, peakMb, failed } = await run(testBed, ids);
	const runData = Object.entries(execution?.data.resultData.runData ?? {}).filter(([name]) => Number(name) >= FIRST_NODE);
	const nodesMs = runData.reduce((sum, [, [{ executionTime }]]) => sum + executionTime, 0);
	const { journal } = service;
	const callsMs = Math.max(...journal.map(({ endedAt = 0 }) => endedAt)) - Math.min(...journal.map(({ at }) => at));
	const stored = journal.filter((call) => call.stored !== undefined).length;
	const read = runData.at(-1)?.[1][0].data?.main[0].length ?? 0;
	const figures = service.figures(limit?.windowMs);
	return {
		ms: decidedBy === 'nodes' ? nodesMs : callsMs,
		figures,
		missing: expected - (rows > 1 ? stored : read),
		sentAgain: rows > 1 ? journal.length - figures.refused - stored : 0,
		failed,
		peakMb,
	};
}

/** A single workflow runs in a separate n8n process, which gives more details. */
async function run(testBed: TestBed, ids: string[]): Promise<{ execution?: Execution; peakMb?: number; failed: boolean }> {
	if (ids.length > 1) return { failed: !(await testBed.executeTogether(ids)) };
	const end = await testBed.execute(ids[0]);
	return { ...end, failed: end.execution?.status !== 'success' };
}

async function playScene(testBed: TestBed, settings: N8nScene): Promise<Scene> {
	const { contestants, rows: count, rounds, per, limit, unit, id, title, setting, measure, best, goals, why } = settings;
	const { clientId } = testBed;
	await testBed.importAll(contestants.flatMap(({ workflows }, index) =>
		workflows.map((nodes, number) => workflow(idOf(id, index, number), nodes, { rows: count, clientId })),
	));
	const runs = contestants.map((): Run[] => []);
	for (let round = 0; round < rounds; round++) {
		for (const [index, contestant] of contestants.entries()) {
			const run = await playContestant(testBed, settings, contestant, index);
			runs[index].push(run);
			console.log(`  round ${round + 1}: ${contestant.name}: ${formatNumber(run.ms / per)} ${unit}, ${run.figures.refused} refused, ${run.missing} missing`);
		}
	}
	const rows = contestants.map(({ name }, index): Row => {
		const own = runs[index];
		const { refused, worstWindow, worstAtOnce, calls } = summarize(own.map(({ figures }) => figures));
		const [missing, sentAgain, peakMb] = (['missing', 'sentAgain', 'peakMb'] as const).map((key) => median(own.map((run) => run[key] ?? NaN)));
		return {
			contestant: name,
			own: name.startsWith(OWN),
			value: median(own.map(({ ms }) => ms)) / per,
			faults: [
				...countOf(missing, 'lost'),
				...countOf(refused, 'refused'),
				...countOf(sentAgain, 'sent again'),
				...(own.some(({ failed }) => failed) ? ['failed'] : []),
			],
			more: {
				calls,
				refused,
				lost: missing,
				'sent again': sentAgain,
				...(limit && { 'worst window': worstWindow, 'most at once': worstAtOnce }),
				...(peakMb > 0 && { 'n8n peak memory': `${formatNumber(Math.round(peakMb))} MB` }),
			},
		};
	});
	return { id, title, setting, measure, unit, best, goals, rows, why };
}

const limited = { requestsPerMinute: LIMIT.maxCalls, concurrentRequests: LIMIT.maxConcurrent };
/** Two calls at once, as often as the limit allows: the node can only space starts. */
const PACE = { batchSize: LIMIT.maxConcurrent, batchInterval: (LIMIT.maxConcurrent * MINUTE) / LIMIT.maxCalls };

const scale = `${LIMIT.maxCalls} calls in any window of ${MINUTE / 1000} s, which stands for the minute, and ${LIMIT.maxConcurrent} at once`;
const pace = (every: number, ms: number) => `HTTP Request: batches of ${every} every ${Math.round(ms)} ms, Retry On Fail`;
const seconds = { unit: 's', per: 1000, measure: 'from the first call to the last response' } as const;

async function underLimit(testBed: TestBed): Promise<Scene> {
	const credential = await testBed.credential('limited', limited);
	return await playScene(testBed, {
		...seconds,
		id: 'n8n-limit',
		title: 'n8n: 1,000 creates under a limit',
		setting: `${scale}. ${pace(PACE.batchSize, PACE.batchInterval)}.`,
		contestants: [
			{ name: OWN, workflows: [[ownCreate(credential)]] },
			{ name: 'HTTP Request, batches', workflows: [[httpCreate(testBed.service.url, PACE)]] },
		],
		rows: 1000, limit: LIMIT, minuteMs: MINUTE, rounds: 2, decidedBy: 'calls', expected: 1000,
		best: leastMs(1000, LIMIT, 0) / 1000,
		why: {
			first: 'The package sends the calls of a window as soon as the service accepts them. Batches only space the starts, and the time the node itself needs for a batch is added to the pause.',
			otherwise: 'The package frees each slot one window after its call has ended. Batches ignore the responses, which is faster as long as every response arrives in time.',
		},
	});
}

async function together(testBed: TestBed): Promise<Scene> {
	const credential = await testBed.credential('limited', limited);
	const { url } = testBed.service;
	const twice = (name: string, node: Node): Contestant => ({ name, workflows: [[node], [node]] });
	const half = { batchSize: 1, batchInterval: PACE.batchInterval };
	return await playScene(testBed, {
		...seconds,
		id: 'n8n-two',
		title: 'n8n: two workflows at once, 300 creates each',
		setting: `${scale}, for both together. HTTP Request once as if it were alone, and once with half the limit each, which is right for exactly two workflows; Retry On Fail.`,
		contestants: [
			twice(OWN, ownCreate(credential)),
			twice('HTTP Request, as if alone', httpCreate(url, PACE)),
			twice('HTTP Request, half each', httpCreate(url, half)),
		],
		rows: 300, limit: LIMIT, minuteMs: MINUTE, rounds: 1, decidedBy: 'calls', expected: 600,
		best: leastMs(600, LIMIT, 0) / 1000,
		why: {
			first: 'Both workflows share one limiter automatically. HTTP Request nodes know nothing about other workflows, and the halves that keep the limit leave half of it unused whenever one workflow runs alone.',
			otherwise: 'Both workflows share one limiter automatically. Halves set by hand for exactly two workflows can do as well, as long as both run.',
		},
	});
}

async function jitter(testBed: TestBed): Promise<Scene> {
	const credential = await testBed.credential('limited', limited);
	const { url } = testBed.service;
	const safe = { batchSize: LIMIT.maxConcurrent, batchInterval: Math.ceil(JITTER_MS) + 15 };
	return await playScene(testBed, {
		...seconds,
		id: 'n8n-jitter',
		title: 'n8n: responses take 0 to 2 s, 500 creates',
		setting: `${scale}; on that scale, responses take 0 to ${Math.round(JITTER_MS)} ms. HTTP Request at the pace of the limit, and slowed down to suit the slowest response (${pace(safe.batchSize, safe.batchInterval)}).`,
		contestants: [
			{ name: OWN, workflows: [[ownCreate(credential)]] },
			{ name: 'HTTP Request, pace of limit', workflows: [[httpCreate(url, PACE)]] },
			{ name: 'HTTP Request, slow enough', workflows: [[httpCreate(url, safe)]] },
		],
		rows: 500, limit: LIMIT, minuteMs: MINUTE, delay: [0, JITTER_MS], rounds: 1, decidedBy: 'calls', expected: 500,
		best: leastMs(500, LIMIT, JITTER_MS / 2) / 1000,
		why: {
			first: 'The package starts a call when another one has ended. Batches start blindly, so they either collide with calls still in progress or wait for the slowest response every time.',
			otherwise: 'The package starts a call when another one has ended, and keeps its slot for one more window.',
		},
	});
}

async function returnAll(testBed: TestBed): Promise<Scene> {
	const credential = await testBed.credential('usual', { requestsPerMinute: 100, concurrentRequests: 2 });
	const raw = ownReturnAll(credential);
	Object.assign(raw.parameters as object, { output: 'raw' });
	const service: LimitSettings = { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 };
	return await playScene(testBed, {
		...seconds,
		id: 'n8n-return-all',
		title: 'n8n: Return All of 10,000 leads',
		setting: 'Each response takes 50 ms; 100 pages, 100 calls per (full) minute and 2 at once. This package with simplified and with raw output; HTTP Request with Pagination, pages of 100 without a pause, and Split Out.',
		measure: 'for the nodes, as n8n reports',
		contestants: [
			{ name: `${OWN}, simplified`, workflows: [[ownReturnAll(credential)]] },
			{ name: `${OWN}, raw`, workflows: [[raw]] },
			{ name: 'HTTP Request, Pagination', workflows: [[httpReturnAll(testBed.service.url), splitOut]] },
		],
		rows: 1, limit: service, minuteMs: 60_000, delay: [50, 50], rounds: 2, decidedBy: 'nodes', expected: LEADS,
		best: leastMs(LEADS / 100, service, 50) / 1000,
		goals: { toBest: 1.3, toOthers: 0.6 },
		why: {
			first: 'The package reads two pages in parallel as soon as it knows how many there are. Pagination reads one after the other.',
			otherwise: 'The package reads two pages in parallel, but then converts each row to typed values, which takes longer than the second page saves.',
		},
	});
}

async function lifted(testBed: TestBed): Promise<Scene> {
	const credential = await testBed.credential('lifted', { requestsPerMinute: 1000, concurrentRequests: 20 });
	return await playScene(testBed, {
		id: 'n8n-lifted',
		title: 'n8n: cost of an item, 1,000 creates without a limit',
		setting: 'Nothing is refused, and the package\'s minute is so short that nothing waits; 20 calls at once, the most its credential allows. HTTP Request in batches of 20 with the shortest possible pause, and with all 1,000 calls at once.',
		measure: 'for each item, as n8n reports, including the service\'s own time',
		unit: 'ms',
		per: 1000,
		contestants: [
			{ name: OWN, workflows: [[ownCreate(credential)]] },
			{ name: 'HTTP Request, batches', workflows: [[httpCreate(testBed.service.url, { batchSize: 20, batchInterval: 1 })]] },
			{ name: 'HTTP Request, all at once', workflows: [[httpCreate(testBed.service.url)]] },
		],
		rows: 1000, limit: null, minuteMs: SHORT_MINUTE, rounds: 5, decidedBy: 'nodes', expected: 1000,
		why: {
			first: 'Both resolve each expression once, which is the main cost of an item. HTTP Request also reads some twenty parameters, and determines the type of each response.',
			otherwise: 'Both resolve each expression once, which is the main cost of an item. The package also validates every value and never has more than 20 calls in progress, so it sometimes waits for an response; 1,000 simultaneous calls never do. With 20,000 items (next scene), the package is the cheaper one.',
		},
	});
}

async function waiting(testBed: TestBed): Promise<Scene> {
	const credential = await testBed.credential('lifted', { requestsPerMinute: 1000, concurrentRequests: 20 });
	const { url } = testBed.service;
	return await playScene(testBed, {
		...seconds,
		id: 'n8n-20000',
		title: 'n8n: 20,000 items waiting',
		setting: '20,000 creates, 20 at once; the window is so short that it never fills. HTTP Request in batches of 20 with the shortest possible pause.',
		measure: 'for the node, as n8n reports',
		contestants: [
			{ name: OWN, workflows: [[ownCreate(credential)]] },
			{ name: 'HTTP Request, batches', workflows: [[httpCreate(url, { batchSize: 20, batchInterval: 1 })]] },
		],
		rows: 20_000, limit: null, minuteMs: SHORT_MINUTE, rounds: 1, decidedBy: 'nodes', expected: 20_000,
		why: {
			first: 'All items are validated before the first one is sent, and then wait as one small record each.',
			otherwise: 'The time is that of one item 20,000 times over (see the cost of an item); waiting adds almost nothing. All items are validated before the first call, which keeps them in memory at the same time.',
		},
	});
}

const sceneRunners: Record<string, (testBed: TestBed) => Promise<Scene>> = {
	'n8n-limit': underLimit,
	'n8n-two': together,
	'n8n-jitter': jitter,
	'n8n-return-all': returnAll,
	'n8n-lifted': lifted,
	'n8n-20000': waiting,
};

export const n8nScenes = Object.keys(sceneRunners);

/** Plays scenes on one n8n. */
export async function playOnN8n(ids: string[]): Promise<{ scenes: Scene[]; version: string }> {
	const testBed = await openTestBed(LEADS);
	try {
		const scenes: Scene[] = [];
		for (const id of ids) {
			console.log(`\n${id}`);
			scenes.push(await sceneRunners[id](testBed));
		}
		return { scenes, version: testBed.n8n.version };
	} finally {
		await testBed.close();
	}
}
