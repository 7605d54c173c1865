import { createRequire } from 'node:module';
import Bottleneck from 'bottleneck';
import { RateLimiter, TokenBucket } from 'limiter';
import pThrottle from 'p-throttle';
import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';
import type { RateLimit } from '../../../nodes/shared/throttle/fairQueue';
import type { Throttle as BuiltThrottle } from '../../../nodes/shared/throttle/throttle';

/** As it is installed: what runs the sources for tests slows each inner function down. */
const { Throttle } = createRequire(import.meta.url)('../../../dist/nodes/shared/throttle/throttle.js') as { Throttle: typeof BuiltThrottle };

/** What every contestant of the limiter scenes is driven by. */
export interface Limiter {
	/**
	 * Does the work when its turn has come, and hands on its result.
	 * @param user who asks, where several do
	 * @param isRefused tells by its result whether the service refused the call, for limiters that can use that
	 */
	run<Result>(work: () => Promise<Result>, user?: unknown, isRefused?: (result: Result) => boolean): Promise<Result>;
}

/** As many at once as anybody likes. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Makes a limiter for at most so many calls in any window and so many at once. */
export type Make = (limits: RateLimit) => Limiter;

/**
 * What the throttle adds to the window because the service's clock is not its own; the others get the same, since
 * whoever sets them up well does not cut it finer.
 */
const withMargin = (windowMs: number) => windowMs * 1.001 + 5;

function own(limits: RateLimit): Limiter {
	const throttle = new Throttle();
	const plain: Limiter['run'] = async (work, user) => {
		await throttle.acquire({ queueKey: user, limits });
		try {
			return await work();
		} finally {
			throttle.release(limits);
		}
	};
	const told: Limiter['run'] = async (work, user, isRefused) => {
		await throttle.acquire({ queueKey: user, limits });
		let refused = false;
		try {
			const result = await work();
			refused = isRefused?.(result) ?? false;
			if (refused) throttle.pause(limits);
			return result;
		} finally {
			throttle.release(limits, refused);
		}
	};
	// Two, so that what is only for refusals does not weigh on the scenes of memory and cost.
	return { run: (work, user, isRefused) => (isRefused ? told : plain)(work, user, isRefused) };
}

/** Best for keeping a limit: its README's first choice, calls evenly apart, never a burst. */
const bottleneckSpaced: Make = ({ maxCalls, windowMs, maxConcurrent }) =>
	takingTurns(new Bottleneck({ maxConcurrent: maxConcurrent, minTime: withMargin(windowMs) / maxCalls }), maxConcurrent);

/** Best for speed: a window's calls at once, refilled as soon as the window is over. */
const bottleneckReservoir: Make = ({ maxCalls, windowMs, maxConcurrent }) => {
	const reservoir = { reservoir: maxCalls, reservoirRefreshAmount: maxCalls, reservoirRefreshInterval: withMargin(windowMs) };
	// It looks for the end of the window four times a second unless told otherwise, far too seldom for a short one.
	const often = { heartbeatInterval: Math.max(1, windowMs / 200) } as object;
	return takingTurns(new Bottleneck({ maxConcurrent: maxConcurrent, ...reservoir, ...often }), maxConcurrent);
};

/** Bottleneck alone among the others can be taught to let users take turns: a limiter each, chained to the common one. */
function takingTurns(common: Bottleneck, atOnce: number): Limiter {
	const users = new Map<unknown, Bottleneck>();
	const limiterOf = (user: unknown) => {
		const limiter = users.get(user) ?? new Bottleneck({ maxConcurrent: atOnce }).chain(common);
		users.set(user, limiter);
		return limiter;
	};
	return { run: async (work, user) => await (user === undefined ? common : limiterOf(user)).schedule(work) };
}

/** `strict` is its sliding window; the other setting allows two windows' calls around the turn of a window. */
const pThrottleStrict: Make = ({ maxCalls, windowMs, maxConcurrent }) => {
	const throttled = pThrottle({ limit: maxCalls, interval: Math.ceil(withMargin(windowMs)), strict: true })(
		async (work: () => Promise<unknown>) => await work(),
	);
	return atMost(maxConcurrent, async <Result,>(work: () => Promise<Result>) => (await throttled(work)) as Result);
};

/** Best for speed: a full bucket at the start of each window, and a count that ends it. */
const limiterInterval: Make = ({ maxCalls, windowMs, maxConcurrent }) => {
	const limiter = new RateLimiter({ tokensPerInterval: maxCalls, interval: withMargin(windowMs) });
	return atMost(maxConcurrent, async (work) => {
		await limiter.removeTokens(1);
		return await work();
	});
};

/** Best for keeping a limit: a bucket for one token spaces the calls evenly, a larger one allows that many more. */
const limiterBucket: Make = ({ maxCalls, windowMs, maxConcurrent }) => {
	const bucket = new TokenBucket({ bucketSize: 1, tokensPerInterval: maxCalls, interval: withMargin(windowMs) });
	return atMost(maxConcurrent, async (work) => {
		await bucket.removeTokens(1);
		return await work();
	});
};

/** Its queue is what makes it wait instead of refuse; memory is its fastest store. */
const flexibleQueue: Make = ({ maxCalls, windowMs, maxConcurrent }) => {
	const queue = new RateLimiterQueue(new RateLimiterMemory({ points: maxCalls, duration: withMargin(windowMs) / 1000 }));
	return atMost(maxConcurrent, async (work) => {
		await queue.removeTokens(1);
		return await work();
	});
};

/**
 * So many at once, for limiters that know no such limit. Inside it they are asked only when a place is free, so that
 * a call starts the moment they allow it: two limits one after the other would let calls pile up between them.
 */
function atMost(count: number, run: <Result>(work: () => Promise<Result>) => Promise<Result>): Limiter {
	if (count === UNLIMITED) return { run };
	const waiting: Array<() => void> = [];
	let running = 0;
	return {
		run: async (work) => {
			if (running >= count) await new Promise<void>((start) => waiting.push(start));
			else running++;
			try {
				return await run(work);
			} finally {
				const next = waiting.shift();
				if (next) next();
				else running--;
			}
		},
	};
}

/** The contestants by the names that the pictures show. */
export const limiters = {
	'this throttle': own,
	'bottleneck, spaced': bottleneckSpaced,
	'bottleneck, reservoir': bottleneckReservoir,
	'p-throttle, strict': pThrottleStrict,
	'limiter, interval': limiterInterval,
	'limiter, bucket': limiterBucket,
	'rate-limiter-flexible': flexibleQueue,
} satisfies Record<string, Make>;

export type LimiterName = keyof typeof limiters;
