import type { RateLimit } from '../../nodes/shared/throttle/fairQueue';
import { Throttle } from '../../nodes/shared/throttle/throttle';
import { Limit, type LimitSettings, type Refusal } from '../../sandbox/rateLimit.mts';
import { Random } from '../../sandbox/random.mts';
import { VirtualClock } from './virtualClock.mts';

/** Several processes on one account, each with a limiter of its own, on virtual time. */
export interface Crowd {
	/** What the service allows. */
	service: LimitSettings;
	/** What the processes believe it allows. */
	limits: RateLimit;
	/** How many calls each process has to make. */
	calls: number[];
	/** Whether a refused call uses up a place in the window as well. */
	countRefused?: boolean;
	/** Whether a refusal says how long to wait, in whole seconds. */
	retryAfter?: boolean;
	/** Shortest and longest time from start to end of a call in ms; it arrives anywhere between. */
	latency?: [number, number];
	/** Time between the starts of two processes in ms. */
	apartMs?: number;
	/** Calls that are refused although there is room, by their place among the arrivals, and for how long they are asked to wait. */
	refuse?: { places: number[]; waitMs?: number };
	seed: number;
}

/** What the service saw. */
export interface Outcome {
	accepted: number;
	/** When the last call was accepted, from the start. */
	endedMs: number;
	/** Refused calls as a part of all. */
	refused: number;
	why: Record<Refusal['why'], number>;
	/** Time to the last accepted call, beside that of as many calls at the limit's pace. */
	took: number;
	/** The same beside the earliest moment at all: every window filled at its very start, and the last one too. */
	tookOfEarliest: number;
}

/** Lets the processes make their calls; all ten executions of a process have equal parts of them. */
export async function crowd({
	service, limits, calls, countRefused = false, retryAfter = false, latency = [20, 200], apartMs = 0, refuse, seed,
}: Crowd): Promise<Outcome> {
	const clock = new VirtualClock();
	const random = new Random(seed);
	const limit = new Limit(service, countRefused);
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
		const refusal = limit.enter('account', clock.now());
		if (refusal) why[refusal.why] += 1;
		else arrivals.push(clock.now());
		// The service is done with a call before its caller knows.
		const after = (takes - before) / 2;
		await clock.sleep(after);
		if (!refusal) limit.leave('account');
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
