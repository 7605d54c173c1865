import { Queue } from './queue';

/** What the service allows one connection. */
export interface Limits {
	/** Most calls in any window. */
	calls: number;
	/** Length of the window in ms. */
	windowMs: number;
	/** Most calls at once. */
	atOnce: number;
}

/** Who waits: an execution, a picker in the editor, a credential test. */
export interface Turn {
	/** Calls of one line start in order; lines take turns. */
	line: unknown;
	/** To whom the call belongs within its line, for `dismiss`. */
	group?: unknown;
	limits: Limits;
	/** Pickers and credential tests: somebody is looking at the screen. */
	urgent?: boolean;
	/** A call that was refused goes on from the front of its line. */
	again?: boolean;
	/** Such a call that lets one that was not sent yet go ahead of it. */
	yields?: boolean;
	signal?: AbortSignal;
	/** When its execution began, in ms on the throttle's clock; without it, now. */
	since?: number;
	/** Longest wait in ms; without it, a call waits as long as it takes. */
	patienceMs?: number;
	/** Longest pause after a refusal that the call sits out, in ms; without it, any. */
	maxPauseMs?: number;
	/** Told how long the calls wait, at most every 10 s. */
	onWait?: (wait: Wait) => void;
}

export interface Wait {
	/** Calls that have not started yet. */
	waiting: number;
	/** Time until the next one may start, in ms. */
	forMs: number;
	/** Time until the last one of the connection may start, in ms, where no call is refused. */
	lastMs: number;
}

/** What a waiting call ends by, apart from its line. Shared by calls that have it in common: there may be many thousands. */
interface Ties {
	group: unknown;
	signal?: AbortSignal;
	maxPauseMs: number;
}

/** A call that waits for its start. */
export interface Waiting {
	start: () => void;
	refuse: (reason: Error) => void;
	/** Given by its line. */
	ties: Ties | undefined;
	/** When its patience ends, if ever. */
	until?: number;
	/** A call that was sent before goes on ahead of those that were not. */
	again?: boolean;
}

interface Line {
	calls: Queue<Waiting>;
	limits: Limits;
	onWait?: Turn['onWait'];
	/** Those of the call that came last. */
	ties?: Ties;
	/** What listens to each cancel signal of its calls. */
	listeners?: Map<AbortSignal, () => void>;
}

/** Who waits at a limiter, and in which order they come on: what a start costs must not depend on how many wait. */
export class Lines {
	/** Calls that wait. */
	calls = 0;
	/** No patience ends before this time. */
	patientUntil = Infinity;
	/** All calls sit out a pause of this length, in ms. */
	private maxPauseMs = Infinity;
	/** The line whose turn is next comes first. */
	private readonly urgent = new Map<unknown, Line>();
	private readonly usual = new Map<unknown, Line>();
	/** Different settings, and how many lines have them. */
	private readonly settings = new Map<string, { limits: Limits; lines: number }>();
	private least?: Limits;

	/**
	 * Puts a call into its line.
	 * @param cancel called with the turn's signal when that is aborted while calls of the line wait
	 */
	add(turn: Turn, call: Waiting, cancel: (signal: AbortSignal) => void): void {
		const line = this.urgent.get(turn.line) ?? this.usual.get(turn.line) ?? this.open(turn);
		if (line.limits !== turn.limits) {
			this.count(line.limits, -1);
			this.count((line.limits = turn.limits), 1);
		}
		call.ties = line.ties = tiesOf(turn, line.ties);
		listen(line, turn.signal, cancel);
		const ahead = turn.yields ? line.calls.toArray().find(({ again }) => !again) : undefined;
		if (call.again) line.calls.insert(call, (other) => !other.again && other !== ahead);
		else line.calls.push(call);
		this.calls++;
		this.bound(call);
	}

	/** How many calls start before another one of a line: lines take turns, so that of each no more than of its own. */
	ahead(key: unknown): number {
		const own = this.usual.get(key)?.calls.length ?? 0;
		const others = [...this.usual].map(([other, { calls }]) => (other === key ? own : Math.min(calls.length, own + 1)));
		const urgent = [...this.urgent.values()].map(({ calls }) => calls.length);
		return [...others, ...urgent].reduce((sum, count) => sum + count, 0);
	}

	/** Takes out the call whose turn it is. There must be one. */
	next(): Waiting {
		const lines = this.urgent.size > 0 ? this.urgent : this.usual;
		const [[key, line]] = lines;
		lines.delete(key);
		if (line.calls.length > 1) lines.set(key, line);
		else this.close(line);
		this.calls--;
		return line.calls.shift() as Waiting;
	}

	/**
	 * Takes calls out of a line.
	 * @param leaves tells which ones; without it, all
	 */
	take(key: unknown, leaves: (ties: Ties) => boolean = () => true): Waiting[] {
		for (const lines of [this.urgent, this.usual]) {
			const line = lines.get(key);
			if (line) return this.part(lines, key, line, ({ ties }) => leaves(ties as Ties));
		}
		return [];
	}

	/** Takes out the calls whose patience ends before the given time. */
	takeImpatient(before: number): Waiting[] {
		return before > this.patientUntil ? this.takeFromAll(({ until = Infinity }) => until < before) : [];
	}

	/** Takes out the calls that do not sit out a pause of this length. */
	takeHurried(pauseMs: number): Waiting[] {
		return pauseMs > this.maxPauseMs ? this.takeFromAll(({ ties }) => (ties as Ties).maxPauseMs < pauseMs) : [];
	}

	/** Takes out all calls that leave, of any line. */
	takeFromAll(leaves: (call: Waiting) => boolean): Waiting[] {
		const leaving: Waiting[][] = [];
		this.patientUntil = Infinity;
		this.maxPauseMs = Infinity;
		for (const lines of [this.urgent, this.usual]) {
			for (const [key, line] of lines) {
				leaving.push(this.part(lines, key, line, leaves));
				for (const call of line.calls.toArray()) this.bound(call);
			}
		}
		return leaving.flat();
	}

	/** Credentials of one account may differ in their settings: the smallest ones hold. */
	get strictest(): Limits {
		if (this.least) return this.least;
		const all = [...this.settings.values()].map(({ limits }) => limits);
		return (this.least = {
			calls: Math.min(...all.map(({ calls }) => calls)),
			windowMs: Math.max(...all.map(({ windowMs }) => windowMs)),
			atOnce: Math.min(...all.map(({ atOnce }) => atOnce)),
		});
	}

	/** Tells all lines how long the next call has to wait, and how long the last one. */
	tell(forMs: number, lastMs: number): void {
		for (const { calls, onWait } of [...this.urgent.values(), ...this.usual.values()]) {
			onWait?.({ waiting: calls.length, forMs, lastMs });
		}
	}

	private open({ line: key, limits, urgent, onWait }: Turn): Line {
		const line: Line = { calls: new Queue(), limits, onWait };
		(urgent ? this.urgent : this.usual).set(key, line);
		this.count(limits, 1);
		return line;
	}

	/** Takes the calls that leave out of a line; the others keep their order. */
	private part(lines: Map<unknown, Line>, key: unknown, line: Line, leaves: (call: Waiting) => boolean): Waiting[] {
		const leaving: Waiting[] = [];
		const staying: Waiting[] = [];
		for (const call of line.calls.toArray()) (leaves(call) ? leaving : staying).push(call);
		line.calls = new Queue(staying);
		this.calls -= leaving.length;
		if (staying.length === 0) {
			lines.delete(key);
			this.close(line);
		}
		return leaving;
	}

	private bound({ until = Infinity, ties }: Waiting): void {
		this.patientUntil = Math.min(this.patientUntil, until);
		this.maxPauseMs = Math.min(this.maxPauseMs, (ties as Ties).maxPauseMs);
	}

	private close({ limits, listeners = new Map() }: Line): void {
		for (const [signal, listener] of listeners) signal.removeEventListener('abort', listener);
		this.count(limits, -1);
	}

	private count(limits: Limits, lines: number): void {
		const name = `${limits.calls} ${limits.windowMs} ${limits.atOnce}`;
		const known = this.settings.get(name) ?? { limits, lines: 0 };
		known.lines += lines;
		if (known.lines > 0) this.settings.set(name, known);
		else this.settings.delete(name);
		this.least = undefined;
	}
}

/** What a call ends by: the same as before, where nothing differs. */
function tiesOf({ group, signal, maxPauseMs = Infinity }: Turn, before?: Ties): Ties {
	const isSame = before && before.group === group && before.signal === signal && before.maxPauseMs === maxPauseMs;
	return isSame ? before : { group, signal, maxPauseMs };
}

function listen(line: Line, signal: AbortSignal | undefined, cancel: (signal: AbortSignal) => void): void {
	if (!signal || line.listeners?.has(signal)) return;
	const listener = () => cancel(signal);
	signal.addEventListener('abort', listener, { once: true });
	line.listeners = (line.listeners ?? new Map<AbortSignal, () => void>()).set(signal, listener);
}
