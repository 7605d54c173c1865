import type { RateLimit } from '../../nodes/shared/throttle/options';
import { Throttle } from '../../nodes/shared/throttle/throttle';
import { RateLimiter, type LimitSettings, type Refusal } from '../../sandbox/rateLimit.mts';
import { Random } from '../../sandbox/random.mts';
import { VirtualClock } from './virtualClock.mts';

/** Simulates several processes that share one account, each with its own limiter, on virtual time. */
export interface SharedAccount {
	/** What the service allows. */
	service: LimitSettings;
	/** The limits that the processes are configured with. */
	limits: RateLimit;
	/** Number of calls of each process. */
	calls: number[];
	/** Whether a refused call counts toward the window too. */
	countRefused?: boolean;
	/** Whether a refusal has a Retry-After in whole seconds. */
	retryAfter?: boolean;
	/** Shortest and longest duration of a call in ms; it arrives at any time in between. */
	latency?: [number, number];
	/** Delay between the starts of two processes in ms. */
	staggerMs?: number;
	/** Calls that are refused although the limit is not reached: their index among all arrivals, and their Retry-After. */
	refuse?: { indexes: number[]; waitMs?: number };
	seed: number;
}

/** What the service observed. */
export interface Outcome {
	accepted: number;
	/** When the last call was accepted, in ms from the start. */
	endedMs: number;
	/** Refused calls as a fraction of all. */
	refused: number;
	refusalCauses: Record<Refusal['cause'], number>;
	/** Time to the last accepted call, relative to the same number of calls at the rate of the limit. */
	relativeTime: number;
	/** The same, relative to the earliest time possible: every window filled at its start. */
	timeOfBest: number;
}

/** Runs the simulation; each process divides its calls equally among ten executions. */
export async function simulateProcesses({
	service, limits, calls, countRefused = false, retryAfter = false, latency = [20, 200], staggerMs = 0, refuse, seed,
}: SharedAccount): Promise<Outcome> {
	const clock = new VirtualClock();
	const random = new Random(seed);
	const limit = new RateLimiter(service, countRefused);
	const refusalCauses = { calls: 0, atOnce: 0 };
	const arrivals: number[] = [];
	let arrived = 0;

	const send = async (): Promise<Partial<Refusal> | undefined> => {
		const [shortest, longest] = latency;
		const durationMs = shortest + random.next() * (longest - shortest);
		const arrivesAfterMs = durationMs * random.next();
		await clock.sleep(arrivesAfterMs);
		if (refuse?.indexes.includes(arrived++)) {
			await clock.sleep(durationMs - arrivesAfterMs);
			return { waitMs: refuse.waitMs };
		}
		const refusal = limit.admit('account', clock.now());
		if (refusal) refusalCauses[refusal.cause] += 1;
		else arrivals.push(clock.now());
		// The service finishes a call before the caller receives the response.
		const returnMs = (durationMs - arrivesAfterMs) / 2;
		await clock.sleep(returnMs);
		if (!refusal) limit.release('account');
		await clock.sleep(returnMs);
		return refusal;
	};

	const call = async (throttle: Throttle, queueKey: number) => {
		for (let isRetry = false; ; isRetry = true) {
			await throttle.acquire({ queueKey, limits, isRetry });
			const refusal = await send();
			if (refusal) throttle.pause(limits, retryAfter && refusal.waitMs ? Math.ceil(refusal.waitMs / 1000) * 1000 : undefined);
			throttle.release(limits, refusal !== undefined);
			if (!refusal) return;
		}
	};

	const work = calls.map(async (count, index) => {
		await clock.sleep(index * staggerMs);
		const throttle = new Throttle(clock);
		await Promise.all(Array.from({ length: count }, async (_, number) => await call(throttle, number % 10)));
	});
	await clock.drain();
	await Promise.all(work);

	const accepted = arrivals.length;
	const tookMs = arrivals[accepted - 1] - arrivals[0];
	const refused = refusalCauses.calls + refusalCauses.atOnce;
	return {
		accepted,
		endedMs: arrivals[accepted - 1],
		refused: refused / (accepted + refused),
		refusalCauses,
		relativeTime: tookMs / ((accepted / service.maxCalls) * service.windowMs),
		timeOfBest: tookMs / ((Math.ceil(accepted / service.maxCalls) - 1) * service.windowMs),
	};
}
