import fc from 'fast-check';
import { getEventListeners } from 'node:events';

import type { RateLimit } from '../../nodes/shared/throttle/options';
import { pauseCapMs } from '../../nodes/shared/throttle/options';
import { Throttle } from '../../nodes/shared/throttle/throttle';
import { Random } from '../../sandbox/random.mts';
import { Observer, UNSEEN_MS } from './throttleObserver.mts';
import { VirtualClock } from './virtualClock.mts';

/** Everything that can happen to a connection, made up at random and played on virtual time. */

export const WINDOW_MS = 1000;
const LONGEST_PAUSE_MS = pauseCapMs({ windowMs: WINDOW_MS });

/** One time that a call is on its way. */
export interface Attempt {
	takesMs: number;
	/** Where between start and end the service gets it, as a part of the time that it takes. */
	arrives: number;
	/** All but an answer and a refused key is tried again. */
	end: 'answered' | 'unauthorized' | 'refused' | 'unknown' | 'unreachable';
	/** What the service asks for with a refusal; with a failure, the time until the next try. */
	waitMs?: number;
}

export interface Call {
	/** How long after the call before it. */
	afterMs: number;
	attempts: Attempt[];
	timeoutMs?: number;
	maxPauseMs?: number;
	/** Which of its line's groups it belongs to; a key that is refused ends only its own group, where there is one. */
	group?: number;
	/** Which of its execution's signals it listens to. */
	signal: number;
}

export interface Execution {
	/** Which credential of the account it uses. */
	credential: number;
	startMs: number;
	/** A picker in the editor. */
	priority?: boolean;
	/** Whether n8n makes the calls itself: their ends cannot be seen. */
	unseen?: boolean;
	/** Whether its calls say when it began. */
	saysSince: boolean;
	/** How long after its start each of its signals is aborted. */
	cancelMs: Array<number | undefined>;
	calls: Call[];
}

export type Setting = Pick<RateLimit, 'maxCalls' | 'maxConcurrent'>;

export interface Scenario {
	/** The settings of the account's credentials. */
	credentials: Setting[];
	changes: Array<{ atMs: number; credential: number; setting: Setting }>;
	executions: Execution[];
	/** For what the throttle leaves to chance. */
	seed: number;
}

const ms = (max: number) => fc.integer({ min: 0, max });
const rarely = <Value,>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 3, nil: undefined });

const setting: fc.Arbitrary<Setting> = fc.record({ maxCalls: fc.integer({ min: 1, max: 8 }), maxConcurrent: fc.integer({ min: 1, max: 4 }) });

const takes = {
	takesMs: fc.oneof({ weight: 3, arbitrary: ms(60) }, { weight: 1, arbitrary: ms(2.5 * WINDOW_MS) }),
	arrives: fc.double({ min: 0, max: 1, noNaN: true }),
};
const lastAttempt: fc.Arbitrary<Attempt> = fc.record({
	...takes,
	end: fc.oneof({ weight: 15, arbitrary: fc.constant('answered' as const) }, { weight: 1, arbitrary: fc.constant('unauthorized' as const) }),
});
/** Short waits above all; a few that nobody would sit out, and a few beyond what pauses the account. */
const asked = fc.oneof(
	{ weight: 12, arbitrary: ms(2 * WINDOW_MS) },
	{ weight: 2, arbitrary: ms(20 * WINDOW_MS) },
	{ weight: 1, arbitrary: fc.constantFrom(LONGEST_PAUSE_MS, LONGEST_PAUSE_MS + 1, 2 * LONGEST_PAUSE_MS, 1e12, Infinity) },
);
const earlierAttempt: fc.Arbitrary<Attempt> = fc.record({
	...takes,
	end: fc.constantFrom('refused', 'refused', 'unknown', 'unreachable'),
	waitMs: fc.option(asked, { nil: undefined }),
});

const call: fc.Arbitrary<Call> = fc.record({
	afterMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: ms(WINDOW_MS) }),
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
	unseen: fc.option(fc.constant(true), { freq: 8, nil: undefined }),
	saysSince: fc.boolean(),
	cancelMs: fc.tuple(rarely(ms(4 * WINDOW_MS)), rarely(ms(4 * WINDOW_MS))),
	calls: fc.array(call, { maxLength: 8 }),
});

export const scenario: fc.Arbitrary<Scenario> = fc.record({
	credentials: fc.tuple(setting, setting),
	changes: fc.array(fc.record({ atMs: ms(5 * WINDOW_MS), credential: fc.integer({ min: 0, max: 1 }), setting }), { maxLength: 3 }),
	executions: fc.array(execution, { maxLength: 7 }),
	seed: fc.integer(),
});

/** Longer than any scenario takes, unless it never ends. */
const NEVER_MS = 10_000 * WINDOW_MS + 10 * LONGEST_PAUSE_MS;

/**
 * Plays a scenario to its end.
 * @returns what went against the throttle's promise, as sentences
 */
export async function play({ credentials, changes, executions, seed }: Scenario): Promise<string[]> {
	const random = new Random(seed);
	const chance = jest.spyOn(Math, 'random').mockImplementation(() => random.next());
	const clock = new VirtualClock();
	const throttle = new Throttle(clock);
	const observer = new Observer(clock, WINDOW_MS);
	const settings: RateLimit[] = credentials.map((one) => ({ ...one, windowMs: WINDOW_MS }));

	for (const { atMs, credential, setting: changed } of changes) {
		void clock.sleep(atMs).then(() => (settings[credential] = { ...changed, windowMs: WINDOW_MS }));
	}

	const signals: AbortSignal[] = [];
	const run = async ({ credential, startMs, priority, unseen, saysSince, cancelMs, calls }: Execution) => {
		const stops = cancelMs.map(() => new AbortController());
		signals.push(...stops.map(({ signal }) => signal));
		const line = {};
		await clock.sleep(startMs);
		const since = saysSince ? clock.now() : undefined;
		for (const [index, atMs] of cancelMs.entries()) {
			if (atMs === undefined) continue;
			void clock.sleep(atMs).then(() => {
				observer.canceled(stops[index].signal);
				stops[index].abort();
			});
		}

		const make = async ({ attempts, timeoutMs = Infinity, maxPauseMs, group, signal: which }: Call) => {
			// A call keeps the settings with which it came.
			const limits = settings[credential];
			const { signal } = stops[which];
			const until = clock.now() + timeoutMs;
			for (const [index, { takesMs, arrives, end, waitMs }] of attempts.entries()) {
				const own = { queueKey: line, group, limits, priority, signal, executionStartedAt: since, maxPauseMs };
				const turn = { ...own, isRetry: index > 0, timeoutMs: Math.max(0, until - clock.now()) };
				const waiting = observer.entered(turn);
				try {
					await throttle.acquire(turn);
				} catch (reason) {
					observer.sentAway(waiting, reason);
					return;
				}
				const made = observer.started(waiting);
				if (unseen) {
					observer.left(made, UNSEEN_MS);
					throttle.release(limits, false, UNSEEN_MS);
					await clock.sleep(UNSEEN_MS * arrives);
					observer.arrived(made);
					break;
				}
				await clock.sleep(takesMs * arrives);
				// Where one call fills the window, a service that says when it is free again has not counted the one that it refused.
				if (end !== 'unreachable' && !(end === 'refused' && limits.maxCalls === 1)) observer.arrived(made);
				await clock.sleep(takesMs * (1 - arrives));
				observer.left(made);
				if (end === 'refused') {
					const pauseMs = throttle.pause(limits, waitMs);
					observer.refused(made, pauseMs, waitMs);
				} else if (end !== 'unreachable') {
					observer.taken();
				}
				if (end === 'unauthorized' && group === undefined) throttle.rejectQueued(line, observer.dismissed(line));
				else if (end === 'unauthorized') throttle.rejectQueued(line, observer.dismissed(line, group), (other) => other === group);
				throttle.release(end === 'unreachable' ? { ...limits, windowMs: 0 } : limits, end === 'refused');
				if ((end === 'unknown' || end === 'unreachable') && index < attempts.length - 1) await clock.sleep(Math.min(waitMs ?? 0, 2 * WINDOW_MS));
			}
			observer.ended();
		};
		const made: Array<Promise<void>> = [];
		for (const one of calls) {
			if (one.afterMs > 0) await clock.sleep(one.afterMs);
			made.push(make(one));
		}
		await Promise.all(made);
	};

	try {
		const all = Promise.all(executions.map(run));
		await clock.drain(NEVER_MS);
		const quietAt = clock.now();
		observer.finished(executions.reduce((sum, { calls }) => sum + calls.length, 0));
		if (observer.problems.length === 0) await all;
		if (signals.some((signal) => getEventListeners(signal, 'abort').length > 0)) observer.problems.push('a signal is still listened to');
		const planned = Math.max(0, ...changes.map(({ atMs }) => atMs), ...executions.map(({ startMs, cancelMs }) => startMs + Math.max(...cancelMs.map((atMs = 0) => atMs))));
		if (quietAt > Math.max(planned, observer.lastAt) + 501) observer.problems.push('the throttle slept on when all had ended');
		// A pause that nobody has sat out goes on.
		void clock.sleep(Math.max(0, observer.pausedUntil - clock.now()) + UNSEEN_MS + 3 * WINDOW_MS);
		await clock.drain();
		if (!throttle.isIdle) observer.problems.push('the throttle is not idle when all has ended');
		return observer.problems;
	} finally {
		chance.mockRestore();
	}
}
