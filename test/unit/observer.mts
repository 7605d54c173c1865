import type { Limits, Turn } from '../../nodes/shared/lines.ts';
import { Canceled, TooSoon } from '../../nodes/shared/throttle.ts';
import type { VirtualClock } from './virtualClock.mts';

type Setting = Pick<Limits, 'calls' | 'atOnce'>;

/** A call that waits to be started. */
interface Waiting extends Turn {
	/** Whether it was sent away in the step in which it came: its settings may not have come to bear. */
	turnedAway: boolean;
	/** Its place among all calls that came. */
	order: number;
	/** The step of the clock in which it came. */
	step: number;
	until: number;
}

/** A call that was started. */
interface Made {
	/** Its place among all calls that were started. */
	order: number;
	step: number;
	/** Whether it was started in the step in which it came: those of that step may have been started after it. */
	atOnce: boolean;
	/** The settings that were in force for it. */
	allowed: Setting;
	/** When the service got it. */
	arrival?: number;
}

/** Sleeps of the throttle are cut in slices; it notices some things a slice late. */
const SLICE_MS = 500;

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
	/** All calls of a line: the settings of the latest one hold for the line. */
	private readonly lines = new Map<unknown, Waiting[]>();
	private readonly latestStart = new Map<unknown, Made>();
	private readonly stopped = new Set<unknown>();
	private readonly reasons = new Map<Error, unknown>();
	private came = 0;
	private settled = 0;

	constructor(
		private readonly clock: VirtualClock,
		private readonly windowMs: number,
	) {}

	entered(turn: Turn): Waiting {
		const { steps: step } = this.clock;
		const waiting = { ...turn, turnedAway: false, order: this.came++, step, until: this.clock.now() + (turn.patienceMs ?? Infinity) };
		this.waiting.add(waiting);
		this.lines.set(turn.line, [...(this.lines.get(turn.line) ?? []), waiting]);
		return waiting;
	}

	canceled(line: unknown): void {
		this.stopped.add(line);
	}

	/** @returns the reason with which the waiting calls of the line are to end */
	dismissed(line: unknown): Error {
		const reason = new Error('the key was refused');
		this.reasons.set(reason, line);
		return reason;
	}

	sentAway(waiting: Waiting, reason: unknown): void {
		this.waiting.delete(waiting);
		this.ended();
		waiting.turnedAway = waiting.step === this.clock.steps;
		const { line, until } = waiting;
		if (reason instanceof Canceled) this.check(this.stopped.has(line), 'a call was canceled that nobody had canceled');
		else if (reason instanceof TooSoon) this.check(this.clock.now() + reason.waitMs > until, 'a call was sent away within its patience');
		else this.check(this.reasons.get(reason as Error) === line, `a call ended with ${String(reason)}`);
	}

	started(call: Waiting): Made {
		const { line, again = false, urgent = false, order, until } = call;
		this.waiting.delete(call);
		const { steps: step } = this.clock;
		const others = [...this.waiting].filter((one) => one.step < step);
		const inForce = [...new Set([line, ...others.map((one) => one.line)])].map((one) => this.settingOf(one));

		this.check(!this.stopped.has(line), 'a canceled call was started');
		this.check(this.clock.now() <= until + SLICE_MS, 'a call was started after its patience');
		this.check(urgent || !others.some((one) => one.urgent), 'an urgent call had to wait for another one');
		const ahead = others.filter((one) => one.line === line && (one.again === again ? one.order < order : one.again));
		this.check(ahead.length === 0, 'the calls of a line were started out of order');

		const made: Made = { order: this.made.length, step, atOnce: call.step === step, allowed: strictest(inForce) };
		const before = this.latestStart.get(line);
		// A line with a call of this step may have had its turn already.
		const unseen = new Set([...this.waiting].filter((one) => one.step === step).map((one) => one.line));
		const starving = others.filter(
			(one) =>
				before && (one.urgent ?? false) === urgent && one.step < before.step &&
				!isAfter(this.latestStart.get(one.line), before) && !unseen.has(one.line),
		);
		this.check(starving.length === 0, 'a line had two turns while another one had none');
		if (made.atOnce) made.allowed = loosest([made, ...this.made.filter((one) => one.step === step)].map(({ allowed }) => allowed));
		const { atOnce } = made.allowed;
		this.check(this.running.size < atOnce, `${this.running.size + 1} at once, where ${atOnce} are allowed`);

		this.made.push(made);
		this.running.add(made);
		this.latestStart.set(line, made);
		return made;
	}

	arrived(made: Made): void {
		made.arrival = this.clock.now();
		this.lastAt = this.clock.now();
	}

	left(made: Made): void {
		this.running.delete(made);
		this.lastAt = this.clock.now();
	}

	/** A call has come to its end, whatever it is. */
	ended(): void {
		this.settled++;
		this.lastAt = this.clock.now();
	}

	/** All is over. */
	finished(calls: number): void {
		this.check(this.settled === calls, `${calls - this.settled} calls have not come to an end`);
		this.check(this.waiting.size === 0 && this.running.size === 0, 'calls are left');
		for (const one of this.made) {
			const most = this.worstWindow(one);
			this.check(most <= one.allowed.calls, `${most} calls in a window, where ${one.allowed.calls} are allowed`);
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
	private settingOf(line: unknown): Setting {
		const known = this.lines.get(line) ?? [];
		const since = known.findLastIndex(({ step, turnedAway }) => step < this.clock.steps && !turnedAway);
		return loosest(known.slice(Math.max(0, since)).map(({ limits }) => limits));
	}

	private check(holds: boolean, otherwise: string): void {
		if (!holds) this.problems.push(`${otherwise} (${this.clock.now()} ms)`);
	}
}

const strictest = (all: Setting[]): Setting => ({
	calls: Math.min(...all.map(({ calls }) => calls)),
	atOnce: Math.min(...all.map(({ atOnce }) => atOnce)),
});

const loosest = (all: Setting[]): Setting => ({
	calls: Math.max(...all.map(({ calls }) => calls)),
	atOnce: Math.max(...all.map(({ atOnce }) => atOnce)),
});

/** Whether a start is another one, or came, or may have come, after it. */
const isAfter = (one: Made | undefined, other: Made) =>
	one !== undefined && (one.order >= other.order || (other.atOnce && one.step === other.step));
