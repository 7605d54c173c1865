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
	limits: Limits;
	/** Pickers and credential tests: somebody is looking at the screen. */
	urgent?: boolean;
	/** A call that was refused goes on from the front of its line. */
	again?: boolean;
	signal?: AbortSignal;
	/** Longest wait in ms; without it, a call waits as long as it takes. */
	patienceMs?: number;
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

/** A call that waits for its start. */
export interface Waiting {
	start: () => void;
	refuse: (reason: Error) => void;
	/** When its patience ends, if ever. */
	until?: number;
	/** A call that was sent before goes on ahead of those that were not. */
	again?: boolean;
}

interface Line {
	calls: Queue<Waiting>;
	limits: Limits;
	onWait?: Turn['onWait'];
	/** Stops listening for the cancel signal. */
	forget: () => void;
}

/** Who waits at a limiter, and in which order they come on: what a start costs must not depend on how many wait. */
export class Lines {
	/** Calls that wait. */
	calls = 0;
	/** No patience ends before this time. */
	patientUntil = Infinity;
	/** The line whose turn is next comes first. */
	private readonly urgent = new Map<unknown, Line>();
	private readonly usual = new Map<unknown, Line>();
	/** Different settings, and how many lines have them. */
	private readonly settings = new Map<string, { limits: Limits; lines: number }>();
	private least?: Limits;

	/**
	 * Puts a call into its line.
	 * @param cancel called when the line's signal is aborted while it waits
	 */
	add(turn: Turn, call: Waiting, cancel: () => void): void {
		const line = this.urgent.get(turn.line) ?? this.usual.get(turn.line) ?? this.open(turn, cancel);
		if (line.limits !== turn.limits) {
			this.count(line.limits, -1);
			this.count((line.limits = turn.limits), 1);
		}
		if (call.again) line.calls.insert(call, ({ again }) => !again);
		else line.calls.push(call);
		this.calls++;
		this.patientUntil = Math.min(this.patientUntil, call.until ?? Infinity);
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

	/** Takes out a whole line. */
	take(key: unknown): Waiting[] {
		for (const lines of [this.urgent, this.usual]) {
			const line = lines.get(key);
			if (!line) continue;
			lines.delete(key);
			this.close(line);
			this.calls -= line.calls.length;
			return line.calls.toArray();
		}
		return [];
	}

	/** Takes out the calls whose patience ends before the given time. */
	takeImpatient(before: number): Waiting[] {
		if (before <= this.patientUntil) return [];
		const leaving: Waiting[] = [];
		this.patientUntil = Infinity;
		for (const lines of [this.urgent, this.usual]) {
			for (const [key, line] of lines) {
				const all = line.calls.toArray();
				leaving.push(...all.filter(({ until = Infinity }) => until < before));
				const staying = all.filter(({ until = Infinity }) => until >= before);
				this.patientUntil = staying.reduce((first, { until = Infinity }) => Math.min(first, until), this.patientUntil);
				line.calls = new Queue(staying);
				if (staying.length > 0) continue;
				lines.delete(key);
				this.close(line);
			}
		}
		this.calls -= leaving.length;
		return leaving;
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

	private open({ line: key, limits, urgent, signal, onWait }: Turn, cancel: () => void): Line {
		signal?.addEventListener('abort', cancel, { once: true });
		const line: Line = { calls: new Queue(), limits, onWait, forget: () => signal?.removeEventListener('abort', cancel) };
		(urgent ? this.urgent : this.usual).set(key, line);
		this.count(limits, 1);
		return line;
	}

	private close({ limits, forget }: Line): void {
		forget();
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
