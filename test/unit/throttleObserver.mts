import type { RateLimit, AcquireOptions } from '../../nodes/shared/throttle/options';
import { CanceledError, AcquireTimeoutError } from '../../nodes/shared/throttle/errors';
import { pauseCapMs } from '../../nodes/shared/throttle/options';
import type { VirtualClock } from './virtualClock.mts';

type Setting = Pick<RateLimit, 'maxCalls' | 'maxConcurrent'>;

/** A call that waits to be started. */
interface Waiting extends AcquireOptions {
	/** Whether it was sent away in the step in which it came: its settings may not have come to bear. */
	turnedAway: boolean;
	/** Its place among all calls that came. */
	order: number;
	/** The step of the clock in which it came. */
	step: number;
	until: number;
	/** The step in which a pause began, or was met, that it does not sit out: it has to end in that step. */
	endsIn?: number;
}

/** A call that was started. */
interface Made {
	limits: RateLimit;
	/** Its place among all calls that were started. */
	order: number;
	step: number;
	/** Whether it was started in the step in which it came: those of that step may have been started after it. */
	maxConcurrent: boolean;
	/** The settings that were in force for it. */
	allowed: Setting;
	/** When the service got it. */
	arrival?: number;
}

/** Sleeps of the throttle are cut in slices; it notices some things a slice late. */
const SLICE_MS = 500;
/** How long a call that n8n makes itself may go on. */
export const UNSEEN_MS = 500;
/** How long a slot is held after the end of its call. */
const HOLD_MS = 1006;

/**
 * Sees the calls come, start, arrive and end, and judges by that alone.
 *
 * A start is seen a moment after it was decided, in the same step of the clock. What came in that
 * step too may have come after the decision, so it is not held against it.
 */
export class Observer {
	/** What went against the promise. */
	readonly problems: string[] = [];
	/** When something happened last. */
	lastAt = 0;
	private readonly waiting = new Set<Waiting>();
	private readonly running = new Set<Made>();
	private readonly made: Made[] = [];
	/** All calls of a queueKey: the settings of the latest one hold for the line. */
	private readonly lines = new Map<unknown, Waiting[]>();
	private readonly latestStart = new Map<unknown, Made>();
	private readonly stopped = new Set<unknown>();
	private readonly reasons = new Map<Error, { queueKey: unknown; group?: unknown }>();
	pausedUntil = 0;
	private long?: { at: number; until: number; step: number };
	private refusedAt = -Infinity;
	private startedAt = -Infinity;
	/** When the slots of ended calls are free again. */
	private slots: number[] = [];
	/** When it was last seen that nothing could have been started. */
	private seenAt = 0;
	private came = 0;
	private settled = 0;

	constructor(
		private readonly clock: VirtualClock,
		private readonly windowMs: number,
	) {}

	entered(turn: AcquireOptions): Waiting {
		this.look();
		const { steps: step } = this.clock;
		const now = this.clock.now();
		const waiting: Waiting = { ...turn, turnedAway: false, order: this.came++, step, until: now + (turn.timeoutMs ?? Infinity) };
		if (this.isTooEarly(waiting) || this.pausedUntil - now > (turn.maxPauseMs ?? Infinity)) waiting.endsIn = step;
		this.waiting.add(waiting);
		this.lines.set(turn.queueKey, [...(this.lines.get(turn.queueKey) ?? []), waiting]);
		return waiting;
	}

	/** Whether its execution began before a refusal that asked for more than the longest pause. */
	private isTooEarly({ executionStartedAt = Infinity }: Waiting): boolean {
		return this.long !== undefined && executionStartedAt < this.long.at && this.clock.now() < this.long.until;
	}

	canceled(signal: AbortSignal): void {
		this.look();
		this.stopped.add(signal);
	}

	/** @returns the reason with which the waiting calls of the line, or of a group of it, are to end */
	dismissed(queueKey: unknown, group?: unknown): Error {
		const reason = new Error('the key was refused');
		this.reasons.set(reason, { queueKey, group });
		for (const one of this.waiting) {
			if (one.queueKey === queueKey && (group === undefined || one.group === group)) one.endsIn ??= this.clock.steps;
		}
		return reason;
	}

	/**
	 * A call was refused.
	 * @param pauseMs how long the throttle pauses
	 * @param askedMs what the service asked for
	 */
	refused({ limits }: Made, pauseMs: number, askedMs?: number): void {
		this.look();
		const now = this.clock.now();
		const { steps: step } = this.clock;
		const longest = pauseCapMs({ windowMs: this.windowMs });
		this.refusedAt = now;
		this.check(pauseMs <= longest, `a pause of ${pauseMs} ms`);
		if (askedMs !== undefined && askedMs > longest) {
			this.long = { at: now, until: now + askedMs, step };
			for (const one of this.waiting) one.endsIn ??= step;
			return;
		}
		this.check(pauseMs >= (askedMs ?? 0), `a pause of ${pauseMs} ms, where ${askedMs} ms were asked for`);
		this.pausedUntil = Math.max(this.pausedUntil, now + pauseMs);
		for (const one of this.waiting) if (pauseMs > (one.maxPauseMs ?? Infinity)) one.endsIn ??= step;
		if (limits.maxCalls === 1) this.slots.push(now + (askedMs ?? 0));
	}

	/** The service has taken a call. */
	taken(): void {
		this.long = undefined;
	}

	/** Whether a call has waited although one more could have been started. */
	private look(): void {
		const now = this.clock.now();
		const late = [...this.waiting].find(({ endsIn = Infinity }) => endsIn < this.clock.steps);
		this.check(late === undefined, 'a call was kept waiting in a pause that it does not sit out, or after its key was refused');
		this.slots = this.slots.filter((freeAt) => freeAt > this.seenAt);
		if (this.waiting.size > 0) {
			const { maxCalls, maxConcurrent } = strictest([...new Set([...this.waiting].map(({ queueKey }) => queueKey))].flatMap((queueKey) =>
				(this.lines.get(queueKey) ?? []).map(({ limits }) => limits)));
			const free = [...this.slots].sort((one, other) => one - other)[this.running.size + this.slots.length - maxCalls] ?? -Infinity;
			const possibleAt = Math.max(
				this.seenAt, free, this.pausedUntil, this.startedAt + this.windowMs / maxCalls / 2,
				// The share of a full window is kept to until the newest slot is free, and then looked beyond one by one.
				this.refusedAt + 1.25 * this.windowMs + HOLD_MS - this.windowMs + UNSEEN_MS,
			);
			const isPossible = this.running.size < Math.min(maxConcurrent, maxCalls);
			this.check(!isPossible || now - possibleAt <= SLICE_MS + 1, `calls waited from ${possibleAt} ms on, where ${this.running.size} ran`);
		}
		this.seenAt = now;
	}

	sentAway(waiting: Waiting, reason: unknown): void {
		this.look();
		this.waiting.delete(waiting);
		this.ended();
		waiting.turnedAway = waiting.step === this.clock.steps;
		const { queueKey, group, signal, until, endsIn } = waiting;
		if (reason instanceof CanceledError) this.check(this.stopped.has(signal), 'a call was canceled that nobody had canceled');
		else if (reason instanceof AcquireTimeoutError) {
			const isPatient = this.clock.now() + reason.waitMs <= until;
			this.check(!isPatient || endsIn === this.clock.steps, 'a call was sent away within its patience, and from no pause');
		} else {
			const meant = this.reasons.get(reason as Error);
			this.check(meant !== undefined && meant.queueKey === queueKey && (meant.group ?? group) === group, `a call ended with ${String(reason)}`);
		}
	}

	started(call: Waiting): Made {
		this.look();
		const { queueKey, isRetry = false, priority = false, order, until, signal, limits } = call;
		this.waiting.delete(call);
		const { steps: step } = this.clock;
		this.startedAt = this.clock.now();
		const others = [...this.waiting].filter((one) => one.step < step);
		const inForce = [...new Set([queueKey, ...others.map((one) => one.queueKey)])].map((one) => this.settingOf(one));

		this.check(!this.stopped.has(signal), 'a canceled call was started');
		this.check(this.long?.step === step || !this.isTooEarly(call), 'a call of an earlier execution was started in a long pause');
		this.check(this.clock.now() <= until + SLICE_MS, 'a call was started after its patience');
		this.check(priority || !others.some((one) => one.priority), 'an priority call had to wait for another one');
		const ahead = others.filter((one) => one.queueKey === queueKey && (one.isRetry === isRetry ? one.order < order : one.isRetry));
		this.check(ahead.length === 0, 'the calls of a line were started out of order');

		const made: Made = { limits, order: this.made.length, step, maxConcurrent: call.step === step, allowed: strictest(inForce) };
		const before = this.latestStart.get(queueKey);
		// A line with a call of this step may have had its turn already.
		const unseen = new Set([...this.waiting].filter((one) => one.step === step).map((one) => one.queueKey));
		const starving = others.filter(
			(one) =>
				before && (one.priority ?? false) === priority && one.step < before.step &&
				!isAfter(this.latestStart.get(one.queueKey), before) && !unseen.has(one.queueKey),
		);
		this.check(starving.length === 0, 'a line had two turns while another one had none');
		if (made.maxConcurrent) made.allowed = loosest([made, ...this.made.filter((one) => one.step === step)].map(({ allowed }) => allowed));
		const { maxConcurrent } = made.allowed;
		this.check(this.running.size < maxConcurrent, `${this.running.size + 1} at once, where ${maxConcurrent} are allowed`);

		this.made.push(made);
		this.running.add(made);
		this.latestStart.set(queueKey, made);
		return made;
	}

	arrived(made: Made): void {
		made.arrival = this.clock.now();
		this.lastAt = this.clock.now();
	}

	left(made: Made, unseenMs = 0): void {
		this.look();
		this.running.delete(made);
		this.slots.push(this.clock.now() + HOLD_MS + unseenMs);
		this.lastAt = this.clock.now();
	}

	/** A call has come to its end, whatever it is. */
	ended(): void {
		this.settled++;
		this.lastAt = this.clock.now();
	}

	/** All is over. */
	finished(calls: number): void {
		this.look();
		this.check(this.settled === calls, `${calls - this.settled} calls have not come to an end`);
		this.check(this.waiting.size === 0 && this.running.size === 0, 'calls are left');
		for (const one of this.made) {
			const most = this.worstWindow(one);
			this.check(most <= one.allowed.maxCalls, `${most} calls in a window, where ${one.allowed.maxCalls} are allowed`);
		}
	}

	/** The most arrivals in a window with this call's own, of calls that were started up to this one. */
	private worstWindow({ arrival, order }: Made): number {
		if (arrival === undefined) return 0;
		const near = this.made
			.filter((one) => one.order <= order && Math.abs((one.arrival ?? Infinity) - arrival) <= this.windowMs)
			.map((one) => one.arrival as number);
		const inWindowFrom = (from: number) => near.filter((at) => at >= from && at <= from + this.windowMs).length;
		return Math.max(...near.filter((from) => from <= arrival).map(inWindowFrom));
	}

	/** The most that the settings of a line may have allowed in this step. */
	private settingOf(queueKey: unknown): Setting {
		const known = this.lines.get(queueKey) ?? [];
		const since = known.findLastIndex(({ step, turnedAway }) => step < this.clock.steps && !turnedAway);
		return loosest(known.slice(Math.max(0, since)).map(({ limits }) => limits));
	}

	private check(holds: boolean, otherwise: string): void {
		if (!holds) this.problems.push(`${otherwise} (${this.clock.now()} ms)`);
	}
}

const strictest = (all: Setting[]): Setting => ({
	maxCalls: Math.min(...all.map(({ maxCalls }) => maxCalls)),
	maxConcurrent: Math.min(...all.map(({ maxConcurrent }) => maxConcurrent)),
});

const loosest = (all: Setting[]): Setting => ({
	maxCalls: Math.max(...all.map(({ maxCalls }) => maxCalls)),
	maxConcurrent: Math.max(...all.map(({ maxConcurrent }) => maxConcurrent)),
});

/** Whether a start is another one, or came, or may have come, after it. */
const isAfter = (one: Made | undefined, other: Made) =>
	one !== undefined && (one.order >= other.order || (other.maxConcurrent && one.step === other.step));
