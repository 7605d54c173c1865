import type { RateLimit } from '../../../nodes/shared/throttle/options';
import type { Figures } from '../../../sandbox/journal.mts';
import { startHotProfile } from '../../../sandbox/hotProfile/index.mts';
import { countOf, leastMs, median, summarize, type Row, type Scene, formatNumber } from '../figures.mts';
import { type LimiterName, limiters, UNLIMITED } from './adapters.mts';
import { type CallsEnd, type CallsJob, runInProcess, type Job, type QueueEnd, type QueueJob } from './process.mts';

/** The scenes for limiters without n8n: the same client for all, and a separate process for each contestant. */

const names = Object.keys(limiters) as LimiterName[];
const OWN: LimiterName = 'this throttle';

/** One second represents one minute. */
const MINUTE = 1000;
const limit = (maxConcurrent: number): RateLimit => ({ maxCalls: 100, windowMs: MINUTE, maxConcurrent });
/** Two seconds at that scale. */
const JITTER_MS = (2000 / 60_000) * MINUTE;

interface Contestant {
	name: string;
	limiter: LimiterName;
	limits: RateLimit;
}

const all = (limits: RateLimit): Contestant[] => names.map((name) => ({ name, limiter: name, limits }));

interface CallsScene extends Omit<Scene, 'rows' | 'unit' | 'measure' | 'best'> {
	limits: RateLimit;
	contestants?: Contestant[];
	users: number[];
	maxLatencyMs?: number;
	/** Shortest and longest response time. */
	responseMs?: [number, number];
	/** After this many calls, two are refused although the limit has room. */
	refusedAfter?: number;
	rounds: number;
}

/** Calls over real HTTP to a service that refuses calls over the limit. */
async function callsScene({ limits, contestants = all(limits), users, maxLatencyMs = 0, responseMs = [0, 0], refusedAfter, rounds, ...scene }: CallsScene): Promise<Scene> {
	const ends = new Map(contestants.map(({ name }) => [name, [] as Array<CallsEnd & { figures: Figures }>]));
	for (let round = 0; round < rounds; round++) {
		for (const { name, limiter, limits: own } of contestants) {
			const service = await startHotProfile({ limit: limits });
			service.delay(...responseMs);
			if (refusedAfter !== undefined) service.fault({ effect: '429', after: refusedAfter, times: 2 });
			const [clientId] = service.clients.keys();
			const job: CallsJob = { kind: 'calls', url: service.url, apiKey: service.apiKey, clientId, users, maxLatencyMs };
			const end = await runInProcess<CallsEnd>({ ...job, limiter, limits: own });
			ends.get(name)!.push({ ...end, figures: service.figures() });
			await service.close();
			console.log(`  round ${round + 1}: ${name}: ${formatNumber(end.ms / 1000)} s, ${service.figures().refused} refused`);
		}
	}
	const rows = contestants.map(({ name, limiter }): Row => {
		const own = ends.get(name)!;
		const { refused, worstWindow, worstAtOnce } = summarize(own.map(({ figures }) => figures));
		return {
			contestant: name,
			own: limiter === OWN,
			value: median(own.map(({ ms }) => ms)) / 1000,
			faults: countOf(refused, 'refused'),
			more: {
				refused,
				'worst window': worstWindow,
				'most at once': worstAtOnce,
				...(users.length > 1 && { 'second user waits': `${formatNumber(median(own.map(({ userMs }) => userMs[1])) / 1000)} s` }),
			},
		};
	});
	const count = users.reduce((sum, one) => sum + one, 0);
	const best = leastMs(count, limits, (maxLatencyMs + responseMs[0] + responseMs[1]) / 2) / 1000;
	return { ...scene, unit: 's', measure: 'from the first start to the last response', best, rows };
}

async function underLimit(): Promise<Scene> {
	return await callsScene({
		id: 'limiter-limit',
		title: 'Limiter: 1,000 calls under a limit',
		setting: '100 calls in any window of 1 s, which stands for the minute, and 2 at once; the service responds immediately.',
		limits: limit(2),
		users: [1000],
		rounds: 2,
		why: {
			first: 'It uses each window as soon as it is free, and none of its calls is refused. Limiters that fill a window in one burst overrun its edge because of network jitter; limiters that space their calls lose time with each one.',
			otherwise: 'It holds each slot slightly longer than the window, because it does not assume that the clocks agree. A tighter margin is faster as long as the network is steady.',
		},
	});
}

async function twoUsers(): Promise<Scene> {
	return await callsScene({
		id: 'limiter-users',
		title: 'Limiter: two users at once, 450 calls and 50',
		setting: '100 calls in any window of 1 s and 2 at once for both together; the second user starts a tenth of a window after the first.',
		limits: limit(2),
		users: [450, 50],
		rounds: 1,
		why: {
			first: 'Users take turns, so the second one waits for its own calls and not for the 450 before it, and both together stay within the limit.',
			otherwise: 'Users take turns, which only a chained bottleneck offers as well; the total time is slightly above the fastest.',
		},
	});
}

const withKnownDelay: Contestant = { name: 'p-throttle, known delay', limiter: 'p-throttle, strict', limits: { ...limit(10), windowMs: MINUTE + JITTER_MS } };

async function responseJitter(): Promise<Scene> {
	return await callsScene({
		id: 'limiter-jitter-answers',
		title: 'Limiter: responses take 0 to 2 s',
		setting: 'With one second for the minute, 0 to 33 ms; 500 calls, 100 in any window, 10 at once.',
		limits: limit(10),
		users: [500],
		responseMs: [0, JITTER_MS],
		rounds: 1,
		why: {
			first: 'A slow response does not affect a limiter that counts starts. This one counts ends, which costs no more than the length of one call per window.',
			otherwise: 'It frees a slot one window after the call ended, because it cannot know when the call arrived. If only the responses are slow, that is more cautious than necessary.',
		},
	});
}

async function latencyJitter(): Promise<Scene> {
	return await callsScene({
		id: 'limiter-jitter-way',
		title: 'Limiter: calls take 0 to 2 s to arrive',
		setting: 'With one second for the minute, 0 to 33 ms; 500 calls, 100 in any window, 10 at once. One contestant is given the longest delay in advance, which nobody knows in practice, and its window is lengthened accordingly.',
		limits: limit(10),
		contestants: [...all(limit(10)), withKnownDelay],
		users: [500],
		maxLatencyMs: JITTER_MS,
		rounds: 1,
		why: {
			first: 'Counting starts says little about arrivals: a slow call and a fast one arrive closer together than they started. Counting from the end of a call is safe whatever the network does.',
			otherwise: 'It frees a slot one window after the call ended. This is safe whatever the network does, and costs the length of one call per window.',
		},
	});
}

async function slowService(): Promise<Scene> {
	return await callsScene({
		id: 'limiter-slow',
		title: 'Limiter: a slow service after two refusals',
		setting: 'Responses take 2 s, which is 33 ms with one second for the minute; 240 calls, 100 in any window, 2 at once; the fifth and sixth calls are refused although the limit has room. Each contestant sends a refused call again after a twentieth of the window.',
		limits: limit(2),
		users: [240],
		responseMs: [JITTER_MS, JITTER_MS],
		refusedAfter: 4,
		rounds: 3,
		why: {
			first: 'After the refusals it is cautious, and returns to full concurrency within about a window.',
			otherwise: 'No other contestant reacts to a refusal: they carry on as before, which costs nothing if the refusal meant nothing. This one takes two refusals in a row as a window filled by other processes, waits until its own first slot in it is free, and then returns to full concurrency: about one window in all.',
		},
	});
}

/** Rounds of a job whose calls do nothing. */
async function queueRounds<End>(job: QueueJob, limitsOf: (name: LimiterName) => RateLimit, rounds: number): Promise<Map<LimiterName, End[]>> {
	const ends = new Map(names.map((name) => [name, [] as End[]]));
	for (let round = 0; round < rounds; round++) {
		for (const limiter of names) {
			ends.get(limiter)!.push(await runInProcess<End>({ ...job, limiter, limits: limitsOf(limiter) } as Job));
		}
		console.log(`  round ${round + 1} of ${rounds}`);
	}
	return ends;
}

async function waiting(): Promise<Scene> {
	const [calls, limits] = [20_000, { maxCalls: 5000, windowMs: MINUTE, maxConcurrent: 20 }];
	const ends = await queueRounds<QueueEnd>({ kind: 'queue', amount: calls }, () => limits, 1);
	return {
		id: 'limiter-20000',
		title: 'Limiter: 20,000 calls waiting',
		setting: '5,000 in any window of 1 s and 20 at once, all requested at the same moment; the calls themselves do nothing, so that only the queue is measured.',
		measure: 'until all are done',
		unit: 's',
		best: leastMs(calls, limits, 0) / 1000,
		rows: names.map((name) => {
			const end = (key: keyof QueueEnd) => median(ends.get(name)!.map((one) => one[key]));
			const more = { 'CPU time': `${formatNumber(end('cpuMs') / 1000)} s`, 'longest event loop stall': `${formatNumber(end('stalledMs'))} ms` };
			return { contestant: name, own: name === OWN, value: end('ms') / 1000, faults: [], more };
		}),
		why: {
			first: 'Starting a call does not scan the calls that wait, and one timer wakes all calls that are due.',
			otherwise: 'Slots are freed one by one, one window after each call ended, whereas a counter is reset for all 5,000 at once: a few hundredths of a second per window, at 3,000 times the rate of a real service.',
		},
	};
}

async function memory(): Promise<Scene> {
	// One call uses up whatever each contestant limits itself.
	const limitsOf = (name: LimiterName) => ({ maxCalls: 1, windowMs: 600_000, maxConcurrent: name === OWN || name.startsWith('bottleneck') ? 1 : UNLIMITED });
	const ends = await queueRounds<number>({ kind: 'memory', amount: 10_000 }, limitsOf, 3);
	return {
		id: 'limiter-memory',
		title: 'Limiter: memory of a waiting call',
		setting: 'Heap after garbage collection with 10,000 calls waiting, minus the heap without them, divided by 10,000.',
		measure: 'per waiting call',
		unit: 'bytes',
		rows: names.map((name) => ({ contestant: name, own: name === OWN, value: median(ends.get(name)!), faults: [], more: {} })),
		why: {
			first: 'A waiting call is one promise and one small record, without a timer of its own.',
			otherwise: 'A waiting call is one promise and one record in its execution\'s queue. p-throttle keeps a timer per call instead of a queue, and rate-limiter-flexible\'s queue has no notion of users: both need less memory, but neither can let executions take turns.',
		},
	};
}

async function cost(): Promise<Scene> {
	const ends = await queueRounds<number>({ kind: 'cost', amount: 1000 }, () => ({ maxCalls: 1e9, windowMs: MINUTE, maxConcurrent: UNLIMITED }), 3);
	return {
		id: 'limiter-cost',
		title: 'Limiter: cost of a call, limit lifted',
		setting: 'Limits so high that nothing waits; calls that do nothing; 20 in parallel for one second.',
		measure: 'of CPU time per call',
		unit: 'µs',
		rows: names.map((name) => ({ contestant: name, own: name === OWN, value: median(ends.get(name)!) / 1000, faults: [], more: {} })),
		why: {
			first: 'A call that does not have to wait passes without a timer.',
			otherwise: 'It remembers each call until its slot is free again and keeps a queue for each execution, whereas a counter only counts. Next to the milliseconds of an HTTP call, the difference is invisible.',
		},
	};
}

/** All scenes by their names. */
export const limiterScenes: Record<string, () => Promise<Scene>> = {
	'limiter-limit': underLimit,
	'limiter-users': twoUsers,
	'limiter-jitter-way': latencyJitter,
	'limiter-jitter-answers': responseJitter,
	'limiter-slow': slowService,
	'limiter-20000': waiting,
	'limiter-memory': memory,
	'limiter-cost': cost,
};
