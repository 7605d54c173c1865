/** The options of a throttle: the limits of a service, and how one call waits for its slot. */

/**
 * What a service allows one account.
 * @example { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 } // 100 calls a minute, 2 at once
 */
export interface RateLimit {
	/** Maximum number of calls in any window. */
	maxCalls: number;
	/** Length of the window in ms. */
	windowMs: number;
	/** Maximum number of calls at once. */
	maxConcurrent: number;
}

/** How one call waits. */
export interface AcquireOptions {
	/** Usually the execution. Calls with the same key start in order; keys take turns. */
	queueKey: unknown;
	/** Marks the calls of a queue that are rejected together, see `rejectQueued`. */
	group?: unknown;
	limits: RateLimit;
	/** Goes ahead of everything without priority: a picker or a credential test, with a person waiting. */
	priority?: boolean;
	/** The call was sent before, so it goes to the front of its queue. */
	isRetry?: boolean;
	/** A retry that lets one call that was not sent yet go ahead of it. */
	yields?: boolean;
	/** Cancels the call while it is queued. */
	signal?: AbortSignal;
	/** When the execution began, in ms on the throttle's clock. Default: now. */
	executionStartedAt?: number;
	/** Longest wait in ms. Default: as long as it takes. */
	timeoutMs?: number;
	/** Longest pause after a refusal that the call sits out, in ms. Default: any. */
	maxPauseMs?: number;
	/** Called at most every 10 s while calls are queued. */
	onWait?: (wait: WaitReport) => void;
}

export interface WaitReport {
	/** Calls in the queue. */
	waiting: number;
	/** Time in ms until the next one may start. */
	nextInMs: number;
	/** Time in ms until the last one of the account may start, if no call is refused. */
	lastInMs: number;
}

/** Time in ms for which a slot is held after its call ended: a little more than the window, since the service's clock differs from ours. */
export const slotHoldMs = (windowMs: number): number => windowMs * 1.001 + 5;

/**
 * The longest time in ms for which a refusal pauses an account, so that no response can freeze it.
 * @returns 15 minutes, or three windows if these are longer
 */
export const pauseCapMs = ({ windowMs }: Pick<RateLimit, 'windowMs'>): number => Math.max(15 * 60_000, 3 * windowMs);
