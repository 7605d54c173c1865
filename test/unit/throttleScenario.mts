import fc from 'fast-check';
import { getEventListeners } from 'node:events';

import type { RateLimit } from '../../nodes/shared/throttle/options';
import { pauseCapMs } from '../../nodes/shared/throttle/options';
import { Throttle } from '../../nodes/shared/throttle/throttle';
import { Random } from '../../sandbox/random.mts';
import { Observer, UNTRACKED_MS } from './throttleObserver.mts';
import { VirtualClock } from './virtualClock.mts';

/** Random scenarios of everything that can happen to an account, played on virtual time. */

export const WINDOW_MS = 1000;
const LONGEST_PAUSE_MS = pauseCapMs({ windowMs: WINDOW_MS });

/** One try of a call. */
export interface Attempt {
	durationMs: number;
	/** When it arrives at the service, as a fraction of its duration. */
	arrivesAt: number;
	/** Everything except a success and a rejected key is retried. */
	outcome: 'success' | 'unauthorized' | 'refused' | 'unknown' | 'unreachable';
	/** The Retry-After of a refusal, or the time until a failed call is retried. */
	waitMs?: number;
}

export interface Call {
	/** Time since the previous call. */
	delayMs: number;
	attempts: Attempt[];
	timeoutMs?: number;
	maxPauseMs?: number;
	/** Its group within the queue key. A rejected key rejects only its own group, if it has one. */
	group?: number;
	/** Index of the signal of its execution that cancels it. */
	signal: number;
}

export interface Execution {
	/** Index of the credential that it uses. */
	credential: number;
	startMs: number;
	/** A picker in the editor. */
	priority?: boolean;
	/** Whether n8n sends the calls itself, so that their ends cannot be observed. */
	untracked?: boolean;
	/** Whether its calls pass executionStartedAt. */
	hasStartTime: boolean;
	/** When each of its signals is aborted, from its start. */
	cancelMs: Array<number | undefined>;
	calls: Call[];
}

export type CallLimits = Pick<RateLimit, 'maxCalls' | 'maxConcurrent'>;

export interface Scenario {
	/** The limits of the account's credentials. */
	credentials: CallLimits[];
	changes: Array<{ atMs: number; credential: number; limits: CallLimits }>;
	executions: Execution[];
	/** Seed for the throttle's jitter. */
	seed: number;
}

const ms = (max: number) => fc.integer({ min: 0, max });
const rarely = <Value,>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 3, nil: undefined });

const callLimits: fc.Arbitrary<CallLimits> = fc.record({ maxCalls: fc.integer({ min: 1, max: 8 }), maxConcurrent: fc.integer({ min: 1, max: 4 }) });

const timing = {
	durationMs: fc.oneof({ weight: 3, arbitrary: ms(60) }, { weight: 1, arbitrary: ms(2.5 * WINDOW_MS) }),
	arrivesAt: fc.double({ min: 0, max: 1, noNaN: true }),
};
const lastAttempt: fc.Arbitrary<Attempt> = fc.record({
	...timing,
	outcome: fc.oneof({ weight: 15, arbitrary: fc.constant('success' as const) }, { weight: 1, arbitrary: fc.constant('unauthorized' as const) }),
});
/** Mostly short waits, a few long ones, and a few beyond the longest pause. */
const waitMs = fc.oneof(
	{ weight: 12, arbitrary: ms(2 * WINDOW_MS) },
	{ weight: 2, arbitrary: ms(20 * WINDOW_MS) },
	{ weight: 1, arbitrary: fc.constantFrom(LONGEST_PAUSE_MS, LONGEST_PAUSE_MS + 1, 2 * LONGEST_PAUSE_MS, 1e12, Infinity) },
);
const earlierAttempt: fc.Arbitrary<Attempt> = fc.record({
	...timing,
	outcome: fc.constantFrom('refused', 'refused', 'unknown', 'unreachable'),
	waitMs: fc.option(waitMs, { nil: undefined }),
});

const call: fc.Arbitrary<Call> = fc.record({
	delayMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: ms(WINDOW_MS) }),
	attempts: fc
		.tuple(fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(earlierAttempt, { maxLength: 3 }) }), lastAttempt)
		.map(([earlier, last]) => [...earlier, last]),
	timeoutMs: fc.option(ms(6 * WINDOW_MS), { freq: 8, nil: undefined }),
	maxPauseMs: fc.option(ms(3 * WINDOW_MS), { freq: 3, nil: undefined }),
	group: fc.option(fc.integer({ min: 0, max: 1 }), { nil: undefined }),
	signal: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
});

const execution: fc.Arbitrary<Execution> = fc.record({
	credential: fc.integer({ min: 0, max: 1 }),
	startMs: fc.oneof(fc.constant(0), ms(3 * WINDOW_MS)),
	priority: rarely(fc.constant(true)),
	untracked: fc.option(fc.constant(true), { freq: 8, nil: undefined }),
	hasStartTime: fc.boolean(),
	cancelMs: fc.tuple(rarely(ms(4 * WINDOW_MS)), rarely(ms(4 * WINDOW_MS))),
	calls: fc.array(call, { maxLength: 8 }),
});

export const scenario: fc.Arbitrary<Scenario> = fc.record({
	credentials: fc.tuple(callLimits, callLimits),
	changes: fc.array(fc.record({ atMs: ms(5 * WINDOW_MS), credential: fc.integer({ min: 0, max: 1 }), limits: callLimits }), { maxLength: 3 }),
	executions: fc.array(execution, { maxLength: 7 }),
	seed: fc.integer(),
});

/** Longer than any scenario that ends. */
const TIMEOUT_MS = 10_000 * WINDOW_MS + 10 * LONGEST_PAUSE_MS;

/**
 * Plays a scenario to its end.
 * @returns violated guarantees of the throttle, as sentences
 */
export async function playScenario({ credentials, changes, executions, seed }: Scenario): Promise<string[]> {
	const random = new Random(seed);
	const jitter = jest.spyOn(Math, 'random').mockImplementation(() => random.next());
	const clock = new VirtualClock();
	const throttle = new Throttle(clock);
	const observer = new Observer(clock, WINDOW_MS);
	const currentLimits: RateLimit[] = credentials.map((one) => ({ ...one, windowMs: WINDOW_MS }));

	for (const { atMs, credential, limits: changed } of changes) {
		void clock.sleep(atMs).then(() => (currentLimits[credential] = { ...changed, windowMs: WINDOW_MS }));
	}

	const signals: AbortSignal[] = [];
	const runExecution = async ({ credential, startMs, priority, untracked, hasStartTime, cancelMs, calls }: Execution) => {
		const stops = cancelMs.map(() => new AbortController());
		signals.push(...stops.map(({ signal }) => signal));
		const queueKey = {};
		await clock.sleep(startMs);
		const executionStartedAt = hasStartTime ? clock.now() : undefined;
		for (const [index, atMs] of cancelMs.entries()) {
			if (atMs === undefined) continue;
			void clock.sleep(atMs).then(() => {
				observer.canceled(stops[index].signal);
				stops[index].abort();
			});
		}

		const runCall = async ({ attempts, timeoutMs = Infinity, maxPauseMs, group, signal: signalIndex }: Call) => {
			// A call keeps the limits with which it was queued.
			const limits = currentLimits[credential];
			const { signal } = stops[signalIndex];
			const deadline = clock.now() + timeoutMs;
			for (const [index, { durationMs, arrivesAt, outcome, waitMs }] of attempts.entries()) {
				const options = { queueKey, group, limits, priority, signal, executionStartedAt, maxPauseMs, isRetry: index > 0, timeoutMs: Math.max(0, deadline - clock.now()) };
				const queued = observer.queued(options);
				try {
					await throttle.acquire(options);
				} catch (error) {
					observer.rejected(queued, error);
					return;
				}
				const started = observer.started(queued);
				if (untracked) {
					observer.ended(started, UNTRACKED_MS);
					throttle.release(limits, false, UNTRACKED_MS);
					await clock.sleep(UNTRACKED_MS * arrivesAt);
					observer.arrived(started);
					break;
				}
				await clock.sleep(durationMs * arrivesAt);
				// With one call per window, the Retry-After of the service means that the refused call did not count.
				if (outcome !== 'unreachable' && !(outcome === 'refused' && limits.maxCalls === 1)) observer.arrived(started);
				await clock.sleep(durationMs * (1 - arrivesAt));
				observer.ended(started);
				if (outcome === 'refused') {
					const pauseMs = throttle.pause(limits, waitMs);
					observer.refused(started, pauseMs, waitMs);
				} else if (outcome !== 'unreachable') {
					observer.accepted();
				}
				if (outcome === 'unauthorized' && group === undefined) throttle.rejectQueued(queueKey, observer.keyRejected(queueKey));
				else if (outcome === 'unauthorized') throttle.rejectQueued(queueKey, observer.keyRejected(queueKey, group), (other) => other === group);
				throttle.release(outcome === 'unreachable' ? { ...limits, windowMs: 0 } : limits, outcome === 'refused');
				if ((outcome === 'unknown' || outcome === 'unreachable') && index < attempts.length - 1) await clock.sleep(Math.min(waitMs ?? 0, 2 * WINDOW_MS));
			}
			observer.settled();
		};
		const running: Array<Promise<void>> = [];
		for (const one of calls) {
			if (one.delayMs > 0) await clock.sleep(one.delayMs);
			running.push(runCall(one));
		}
		await Promise.all(running);
	};

	try {
		const all = Promise.all(executions.map(runExecution));
		await clock.drain(TIMEOUT_MS);
		const lastTimerAt = clock.now();
		observer.finished(executions.reduce((sum, { calls }) => sum + calls.length, 0));
		if (observer.violations.length === 0) await all;
		if (signals.some((signal) => getEventListeners(signal, 'abort').length > 0)) observer.violations.push('an abort listener was left behind');
		const planned = Math.max(0, ...changes.map(({ atMs }) => atMs), ...executions.map(({ startMs, cancelMs }) => startMs + Math.max(...cancelMs.map((atMs = 0) => atMs))));
		if (lastTimerAt > Math.max(planned, observer.lastAt) + 501) observer.violations.push('the throttle kept a timer after the last call had ended');
		// A pause that no call sat out is still running.
		void clock.sleep(Math.max(0, observer.pausedUntil - clock.now()) + UNTRACKED_MS + 3 * WINDOW_MS);
		await clock.drain();
		if (!throttle.isIdle) observer.violations.push('the throttle is not idle after the last call has ended');
		return observer.violations;
	} finally {
		jitter.mockRestore();
	}
}
