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
	/** How many calls each process has to make. */
	calls: number[];
	/** Whether a refused call counts toward the window too. */
	countRefused?: boolean;
	/** Whether a refusal has a Retry-After in whole seconds. */
	retryAfter?: boolean;
	/** Shortest and longest duration of a call in ms; it arrives at any time in between. */
	latency?: [number, number];
	/** Time between the starts of two processes in ms. */
	apartMs?: number;
	/** Calls that are refused although the limit has room, by their place among the arrivals, and the wait they are asked for. */
	refuse?: { places: number[]; waitMs?: number };
	seed: number;
}

/** What the service saw. */
export interface Outcome {
	accepted: number;
	/** When the last call was accepted, from the start. */
	endedMs: number;
	/** Refused calls as a fraction of all. */
	refused: number;
	why: Record<Refusal['cause'], number>;
	/** Time to the last accepted call, relative to the same number of calls at the limit's rate. */
	took: number;
	/** The same, relative to the earliest time possible: every window filled at its very start. */
	tookOfEarliest: number;
}

/** Runs the simulation; each process divides its calls equally among ten executions. */
export async function simulateProcesses({
	service, limits, calls, countRefused = false, retryAfter = false, latency = [20, 200], apartMs = 0, refuse, seed,
}: SharedAccount): Promise<Outcome> {
	const clock = new VirtualClock();
	const random = new Random(seed);
	const limit = new RateLimiter(service, countRefused);
	const why = { calls: 0, atOnce: 0 };
	const arrivals: number[] = [];
	let arrived = 0;

	const send = async (): Promise<Partial<Refusal> | undefined> => {
		const [shortest, longest] = latency;
		const takes = shortest + random.next() * (longest - shortest);
		const before = takes * random.next();
		await clock.sleep(before);
		if (refuse?.places.includes(arrived++)) {
			await clock.sleep(takes - before);
			return { waitMs: refuse.waitMs };
		}
		const refusal = limit.admit('account', clock.now());
		if (refusal) why[refusal.cause] += 1;
		else arrivals.push(clock.now());
		// The service finishes a call before its caller knows.
		const after = (takes - before) / 2;
		await clock.sleep(after);
		if (!refusal) limit.release('account');
		await clock.sleep(after);
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

	const work = calls.map(async (own, index) => {
		await clock.sleep(index * apartMs);
		const throttle = new Throttle(clock);
		await Promise.all(Array.from({ length: own }, async (_, one) => await call(throttle, one % 10)));
	});
	await clock.drain();
	await Promise.all(work);

	const accepted = arrivals.length;
	const tookMs = arrivals[accepted - 1] - arrivals[0];
	const refused = why.calls + why.atOnce;
	return {
		accepted,
		endedMs: arrivals[accepted - 1],
		refused: refused / (accepted + refused),
		why,
		took: tookMs / ((accepted / service.maxCalls) * service.windowMs),
		tookOfEarliest: tookMs / ((Math.ceil(accepted / service.maxCalls) - 1) * service.windowMs),
	};
}
