import { setImmediate as yieldToEventLoop, setTimeout as sleep } from 'node:timers/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { run } from '../../../scripts/processes.mts';
import type { RateLimit } from '../../../nodes/shared/throttle/options';
import { Random } from '../../../sandbox/random.mts';
import { type Limiter, type LimiterName, limiters } from './adapters.mts';

/** Runs one contestant's job in a separate process, so that no other contestant affects it. */

/** Calls over real HTTP. */
export interface CallsJob {
	kind: 'calls';
	url: string;
	apiKey: string;
	clientId: number;
	/** How many calls each user makes; the second user starts a moment later. */
	users: number[];
	/** Maximum ms between a call's start and its arrival. */
	maxLatencyMs: number;
}

/** Calls that do nothing, to measure only the queue. */
export interface QueueJob {
	kind: 'queue' | 'memory' | 'cost';
	/** Number of calls; for the cost, the duration in ms. */
	amount: number;
}

export type Job = (CallsJob | QueueJob) & { limiter: LimiterName; limits: RateLimit };

export interface CallsEnd {
	/** From the first start to the last response. */
	ms: number;
	/** The same for each user. */
	userMs: number[];
}

export interface QueueEnd {
	ms: number;
	/** CPU time. */
	cpuMs: number;
	/** The longest time that the event loop was blocked. */
	stalledMs: number;
}

/** Runs a job in a separate process. */
export async function runInProcess<End>(job: Job): Promise<End> {
	const args = ['--expose-gc', '--import', 'tsx', import.meta.filename, JSON.stringify(job)];
	const { code, stdout, stderr } = await run(process.execPath, args, { env: process.env });
	if (code !== 0) throw new Error(`${job.limiter} at "${job.kind}" ended with code ${code}:\n${stderr}`);
	return JSON.parse(stdout) as End;
}

/** Pause before a refused call is sent again, as a fraction of the window; the same for all contestants. */
const RETRY_PAUSE = 1 / 20;
/** When the second user starts, as a fraction of the window. */
const SECOND_USER_DELAY = 1 / 10;
const CONCURRENCY = 20;

async function calls(limiter: Limiter, job: CallsJob, { windowMs }: RateLimit): Promise<CallsEnd> {
	const random = new Random(1);
	const send = async (name: string) => {
		// Drawn at the start of a call, so that all contestants have the same delays in the same order.
		const delay = random.next() * job.maxLatencyMs;
		if (delay > 0) await sleep(delay);
		const body = new URLSearchParams({ api_key: job.apiKey, client_id: String(job.clientId), family_name: name });
		const response = await fetch(`${job.url}/rest_api/v1/leads/create`, { method: 'POST', body });
		await response.text();
		return response.status;
	};
	const sendUntilAccepted = async (name: string, user: unknown) => {
		const isRefused = (status: number) => status === 429;
		while (isRefused(await limiter.run(async () => await send(name), user, isRefused))) await sleep(windowMs * RETRY_PAUSE);
	};
	// Connecting and compiling are not part of the race.
	await fetch(`${job.url}/_sandbox/figures`).then(async (response) => await response.text());
	const started = performance.now();
	const userMs = await Promise.all(job.users.map(async (count, user) => {
		await sleep(user * windowMs * SECOND_USER_DELAY);
		const userStarted = performance.now();
		const name = job.users.length > 1 ? `user ${user}` : undefined;
		await Promise.all(Array.from({ length: count }, async (_, index) => await sendUntilAccepted(`${user}-${index}`, name)));
		return performance.now() - userStarted;
	}));
	return { ms: performance.now() - started, userMs };
}

async function queue(limiter: Limiter, count: number): Promise<QueueEnd> {
	const delay = monitorEventLoopDelay({ resolution: 1 });
	delay.enable();
	const [started, before] = [performance.now(), process.cpuUsage()];
	await Promise.all(Array.from({ length: count }, async () => await limiter.run(yieldToEventLoop)));
	const { user, system } = process.cpuUsage(before);
	delay.disable();
	return { ms: performance.now() - started, cpuMs: (user + system) / 1000, stalledMs: delay.max / 1e6 };
}

/** @returns bytes per waiting call */
async function memory(make: () => Limiter, count: number): Promise<number> {
	const used = async () => {
		for (let round = 0; round < 3; round++) {
			await sleep(20);
			globalThis.gc!();
		}
		return process.memoryUsage().heapUsed;
	};
	const forever = async () => await new Promise<void>(() => {});
	const fill = async () => {
		const limiter = make();
		// The first call takes the only slot; all others wait.
		void limiter.run(forever);
		const before = await used();
		for (let index = 0; index < count; index++) void limiter.run(forever);
		return { limiter, bytes: ((await used()) - before) / count };
	};
	// One-time memory, above all compiled code, is allocated in the first round.
	const rounds = [await fill(), await fill()];
	return rounds[1].bytes;
}

/** @returns CPU time of each call in ns */
async function cost(limiter: Limiter, forMs: number): Promise<number> {
	const nothing = async () => {};
	const busy = async (ms: number) => {
		const before = process.cpuUsage();
		const started = performance.now();
		let calls = 0;
		// Concurrently: some limiters start calls only on a timer, which takes time but no CPU.
		for (; performance.now() - started < ms; calls += CONCURRENCY) {
			await Promise.all(Array.from({ length: CONCURRENCY }, async () => await limiter.run(nothing)));
		}
		const { user, system } = process.cpuUsage(before);
		return (1000 * (user + system)) / calls;
	};
	await busy(forMs / 4);
	return await busy(forMs);
}

async function play({ limiter: name, limits, ...job }: Job): Promise<unknown> {
	const make = () => limiters[name](limits);
	if (job.kind === 'calls') return await calls(make(), job, limits);
	if (job.kind === 'memory') return await memory(make, job.amount);
	return await { queue, cost }[job.kind](make(), job.amount);
}

if (process.argv[1] === import.meta.filename) {
	const end = await play(JSON.parse(process.argv[2]) as Job);
	process.stdout.write(JSON.stringify(end), () => process.exit());
}
