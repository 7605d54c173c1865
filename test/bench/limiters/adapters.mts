import { createRequire } from 'node:module';
import Bottleneck from 'bottleneck';
import { RateLimiter, TokenBucket } from 'limiter';
import pThrottle from 'p-throttle';
import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';
import type { RateLimit } from '../../../nodes/shared/throttle/options';
import type { Throttle as BuiltThrottle } from '../../../nodes/shared/throttle/throttle';

/** The built file: running the sources through tsx would slow down every inner function. */
const { Throttle } = createRequire(import.meta.url)('../../../dist/nodes/shared/throttle/throttle.js') as { Throttle: typeof BuiltThrottle };

/** The common interface of the limiters. */
export interface Limiter {
	/**
	 * Runs the work when the limits allow it, and returns its result.
	 * @param user who makes the call, if there are several users
	 * @param isRefused whether a result is a refusal by the service, for limiters that can use that
	 */
	run<Result>(work: () => Promise<Result>, user?: unknown, isRefused?: (result: Result) => boolean): Promise<Result>;
}

/** No limit on concurrent calls. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Creates a limiter for a rate limit. */
export type LimiterFactory = (limits: RateLimit) => Limiter;

/**
 * The margin that the throttle adds to the window, because the service's clock can differ. The other limiters get the
 * same, as in any careful setup.
 */
const withMargin = (windowMs: number) => windowMs * 1.001 + 5;

function ownThrottle(limits: RateLimit): Limiter {
	const throttle = new Throttle();
	const plain: Limiter['run'] = async (work, user) => {
		await throttle.acquire({ queueKey: user, limits });
		try {
			return await work();
		} finally {
			throttle.release(limits);
		}
	};
	const reportingRefusals: Limiter['run'] = async (work, user, isRefused) => {
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
	// Two functions, so that the handling of refusals does not affect the scenes of memory and cost.
	return { run: (work, user, isRefused) => (isRefused ? reportingRefusals : plain)(work, user, isRefused) };
}

/** Best for keeping a limit: evenly spaced calls without bursts, as its README recommends first. */
const bottleneckSpaced: LimiterFactory = ({ maxCalls, windowMs, maxConcurrent }) =>
	withQueuePerUser(new Bottleneck({ maxConcurrent, minTime: withMargin(windowMs) / maxCalls }), maxConcurrent);

/** Best for speed: all calls of a window at once, refilled as soon as the window ends. */
const bottleneckReservoir: LimiterFactory = ({ maxCalls, windowMs, maxConcurrent }) => {
	const reservoir = { reservoir: maxCalls, reservoirRefreshAmount: maxCalls, reservoirRefreshInterval: withMargin(windowMs) };
	// By default, it checks for the end of the window only four times a second.
	const heartbeat = { heartbeatInterval: Math.max(1, windowMs / 200) } as object;
	return withQueuePerUser(new Bottleneck({ maxConcurrent, ...reservoir, ...heartbeat }), maxConcurrent);
};

/** Bottleneck is the only other limiter that can let users take turns: one limiter each, chained to the common one. */
function withQueuePerUser(common: Bottleneck, maxConcurrent: number): Limiter {
	const users = new Map<unknown, Bottleneck>();
	const limiterOf = (user: unknown) => {
		const limiter = users.get(user) ?? new Bottleneck({ maxConcurrent }).chain(common);
		users.set(user, limiter);
		return limiter;
	};
	return { run: async (work, user) => await (user === undefined ? common : limiterOf(user)).schedule(work) };
}

/** `strict` is its sliding window; otherwise it allows two windows' calls around the edge of a window. */
const pThrottleStrict: LimiterFactory = ({ maxCalls, windowMs, maxConcurrent }) => {
	const throttled = pThrottle({ limit: maxCalls, interval: Math.ceil(withMargin(windowMs)), strict: true })(
		async (work: () => Promise<unknown>) => await work(),
	);
	return withConcurrencyLimit(maxConcurrent, async <Result,>(work: () => Promise<Result>) => (await throttled(work)) as Result);
};

/** Best for speed: a full bucket at the start of each window. */
const limiterInterval: LimiterFactory = ({ maxCalls, windowMs, maxConcurrent }) => {
	const limiter = new RateLimiter({ tokensPerInterval: maxCalls, interval: withMargin(windowMs) });
	return withConcurrencyLimit(maxConcurrent, async (work) => {
		await limiter.removeTokens(1);
		return await work();
	});
};

/** Best for keeping a limit: a one-token bucket spaces calls evenly; a larger one would allow bursts. */
const limiterBucket: LimiterFactory = ({ maxCalls, windowMs, maxConcurrent }) => {
	const bucket = new TokenBucket({ bucketSize: 1, tokensPerInterval: maxCalls, interval: withMargin(windowMs) });
	return withConcurrencyLimit(maxConcurrent, async (work) => {
		await bucket.removeTokens(1);
		return await work();
	});
};

/** Its queue makes it wait instead of reject; memory is its fastest store. */
const flexibleQueue: LimiterFactory = ({ maxCalls, windowMs, maxConcurrent }) => {
	const queue = new RateLimiterQueue(new RateLimiterMemory({ points: maxCalls, duration: withMargin(windowMs) / 1000 }));
	return withConcurrencyLimit(maxConcurrent, async (work) => {
		await queue.removeTokens(1);
		return await work();
	});
};

/**
 * Limits concurrency for limiters that cannot. They are called only when a slot is free, so that a call starts as soon as
 * they allow it: with two limits in series, calls would pile up between them.
 */
function withConcurrencyLimit(maxConcurrent: number, run: <Result>(work: () => Promise<Result>) => Promise<Result>): Limiter {
	if (maxConcurrent === UNLIMITED) return { run };
	const waiting: Array<() => void> = [];
	let running = 0;
	return {
		run: async (work) => {
			if (running >= maxConcurrent) await new Promise<void>((start) => waiting.push(start));
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

/** The contestants by the names in the charts. */
export const limiters = {
	'this throttle': ownThrottle,
	'bottleneck, spaced': bottleneckSpaced,
	'bottleneck, reservoir': bottleneckReservoir,
	'p-throttle, strict': pThrottleStrict,
	'limiter, interval': limiterInterval,
	'limiter, bucket': limiterBucket,
	'rate-limiter-flexible': flexibleQueue,
} satisfies Record<string, LimiterFactory>;

export type LimiterName = keyof typeof limiters;
