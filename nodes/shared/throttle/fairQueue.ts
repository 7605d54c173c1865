import { Fifo } from './fifo';

/** What the service allows one connection. */
export interface RateLimit {
	/** Most calls in any window. */
	maxCalls: number;
	/** Length of the window in ms. */
	windowMs: number;
	/** Most calls at once. */
	maxConcurrent: number;
}

/** Who waits: an execution, a picker in the editor, a credential test. */
export interface AcquireOptions {
	/** Calls of one line start in order; lines take turns. */
	queueKey: unknown;
	/** To whom the call belongs within its line, for `dismiss`. */
	group?: unknown;
	limits: RateLimit;
	/** Pickers and credential tests: somebody is looking at the screen. */
	priority?: boolean;
	/** A call that was refused goes on from the front of its line. */
	isRetry?: boolean;
	/** Such a call that lets one that was not sent yet go ahead of it. */
	yields?: boolean;
	signal?: AbortSignal;
	/** When its execution began, in ms on the throttle's clock; without it, now. */
	executionStartedAt?: number;
	/** Longest wait in ms; without it, a call waits as long as it takes. */
	timeoutMs?: number;
	/** Longest pause after a refusal that the call sits out, in ms; without it, any. */
	maxPauseMs?: number;
	/** Told how long the calls wait, at most every 10 s. */
	onWait?: (wait: WaitReport) => void;
}

export interface WaitReport {
	/** Calls that have not started yet. */
	waiting: number;
	/** Time until the next one may start, in ms. */
	nextInMs: number;
	/** Time until the last one of the connection may start, in ms, where no call is refused. */
	lastInMs: number;
}

/** What a waiting call ends by, apart from its line. Shared by calls that have it in common: there may be many thousands. */
interface EntryOptions {
	group: unknown;
	signal?: AbortSignal;
	maxPauseMs: number;
}

/** A call that waits for its start. */
export interface QueueEntry {
	start: () => void;
	reject: (reason: Error) => void;
	/** Given by its line. */
	options: EntryOptions | undefined;
	/** When its patience ends, if ever. */
	deadline?: number;
	/** A call that was sent before goes on ahead of those that were not. */
	isRetry?: boolean;
}

interface KeyedQueue {
	entries: Fifo<QueueEntry>;
	limits: RateLimit;
	onWait?: AcquireOptions['onWait'];
	/** Those of the call that came last. */
	lastOptions?: EntryOptions;
	/** What listens to each cancel signal of its calls. */
	listeners?: Map<AbortSignal, () => void>;
}

/** Who waits at a limiter, and in which order they come on: what a start costs must not depend on how many wait. */
export class FairQueue {
	/** Calls that wait. */
	size = 0;
	/** No patience ends before this time. */
	earliestDeadline = Infinity;
	/** All calls sit out a pause of this length, in ms. */
	private maxPauseMs = Infinity;
	/** The line whose turn is next comes first. */
	private readonly prioritized = new Map<unknown, KeyedQueue>();
	private readonly normal = new Map<unknown, KeyedQueue>();
	/** Different settings, and how many lines have them. */
	private readonly limitsInUse = new Map<string, { limits: RateLimit; lines: number }>();
	private cachedStrictest?: RateLimit;

	/**
	 * Puts a call into its line.
	 * @param cancel called with the turn's signal when that is aborted while calls of the line wait
	 */
	enqueue(turn: AcquireOptions, call: QueueEntry, cancel: (signal: AbortSignal) => void): void {
		const line = this.prioritized.get(turn.queueKey) ?? this.normal.get(turn.queueKey) ?? this.createQueue(turn);
		if (line.limits !== turn.limits) {
			this.countLimits(line.limits, -1);
			this.countLimits((line.limits = turn.limits), 1);
		}
		call.options = line.lastOptions = entryOptions(turn, line.lastOptions);
		listen(line, turn.signal, cancel);
		const ahead = turn.yields ? line.entries.toArray().find(({ isRetry }) => !isRetry) : undefined;
		if (call.isRetry) line.entries.insert(call, (other) => !other.isRetry && other !== ahead);
		else line.entries.push(call);
		this.size++;
		this.trackBounds(call);
	}

	/** How many calls start before another one of a line: lines take turns, so that of each no more than of its own. */
	countAhead(key: unknown): number {
		const own = this.normal.get(key)?.entries.length ?? 0;
		const others = [...this.normal].map(([other, { entries }]) => (other === key ? own : Math.min(entries.length, own + 1)));
		const urgent = [...this.prioritized.values()].map(({ entries }) => entries.length);
		return [...others, ...urgent].reduce((sum, count) => sum + count, 0);
	}

	/** Takes out the call whose turn it is. There must be one. */
	dequeue(): QueueEntry {
		const lines = this.prioritized.size > 0 ? this.prioritized : this.normal;
		const [[key, line]] = lines;
		lines.delete(key);
		if (line.entries.length > 1) lines.set(key, line);
		else this.dropQueue(line);
		this.size--;
		return line.entries.shift() as QueueEntry;
	}

	/**
	 * Takes calls out of a line.
	 * @param leaves tells which ones; without it, all
	 */
	remove(key: unknown, leaves: (ties: EntryOptions) => boolean = () => true): QueueEntry[] {
		for (const lines of [this.prioritized, this.normal]) {
			const line = lines.get(key);
			if (line) return this.removeFrom(lines, key, line, ({ options }) => leaves(options as EntryOptions));
		}
		return [];
	}

	/** Takes out the calls whose patience ends before the given time. */
	removeExpired(before: number): QueueEntry[] {
		return before > this.earliestDeadline ? this.removeWhere(({ deadline = Infinity }) => deadline < before) : [];
	}

	/** Takes out the calls that do not sit out a pause of this length. */
	removeImpatient(pauseMs: number): QueueEntry[] {
		return pauseMs > this.maxPauseMs ? this.removeWhere(({ options }) => (options as EntryOptions).maxPauseMs < pauseMs) : [];
	}

	/** Takes out all calls that leave, of any line. */
	removeWhere(leaves: (call: QueueEntry) => boolean): QueueEntry[] {
		const leaving: QueueEntry[][] = [];
		this.earliestDeadline = Infinity;
		this.maxPauseMs = Infinity;
		for (const lines of [this.prioritized, this.normal]) {
			for (const [key, line] of lines) {
				leaving.push(this.removeFrom(lines, key, line, leaves));
				for (const call of line.entries.toArray()) this.trackBounds(call);
			}
		}
		return leaving.flat();
	}

	/** Credentials of one account may differ in their settings: the smallest ones hold. */
	get strictest(): RateLimit {
		if (this.cachedStrictest) return this.cachedStrictest;
		const all = [...this.limitsInUse.values()].map(({ limits }) => limits);
		return (this.cachedStrictest = {
			maxCalls: Math.min(...all.map(({ maxCalls }) => maxCalls)),
			windowMs: Math.max(...all.map(({ windowMs }) => windowMs)),
			maxConcurrent: Math.min(...all.map(({ maxConcurrent }) => maxConcurrent)),
		});
	}

	/** Tells all lines how long the next call has to wait, and how long the last one. */
	reportWait(nextInMs: number, lastInMs: number): void {
		for (const { entries, onWait } of [...this.prioritized.values(), ...this.normal.values()]) {
			onWait?.({ waiting: entries.length, nextInMs, lastInMs });
		}
	}

	private createQueue({ queueKey: key, limits, priority, onWait }: AcquireOptions): KeyedQueue {
		const line: KeyedQueue = { entries: new Fifo(), limits, onWait };
		(priority ? this.prioritized : this.normal).set(key, line);
		this.countLimits(limits, 1);
		return line;
	}

	/** Takes the calls that leave out of a line; the others keep their order. */
	private removeFrom(lines: Map<unknown, KeyedQueue>, key: unknown, line: KeyedQueue, leaves: (call: QueueEntry) => boolean): QueueEntry[] {
		const leaving: QueueEntry[] = [];
		const staying: QueueEntry[] = [];
		for (const call of line.entries.toArray()) (leaves(call) ? leaving : staying).push(call);
		line.entries = new Fifo(staying);
		this.size -= leaving.length;
		if (staying.length === 0) {
			lines.delete(key);
			this.dropQueue(line);
		}
		return leaving;
	}

	private trackBounds({ deadline = Infinity, options }: QueueEntry): void {
		this.earliestDeadline = Math.min(this.earliestDeadline, deadline);
		this.maxPauseMs = Math.min(this.maxPauseMs, (options as EntryOptions).maxPauseMs);
	}

	private dropQueue({ limits, listeners = new Map() }: KeyedQueue): void {
		for (const [signal, listener] of listeners) signal.removeEventListener('abort', listener);
		this.countLimits(limits, -1);
	}

	private countLimits(limits: RateLimit, lines: number): void {
		const name = `${limits.maxCalls} ${limits.windowMs} ${limits.maxConcurrent}`;
		const known = this.limitsInUse.get(name) ?? { limits, lines: 0 };
		known.lines += lines;
		if (known.lines > 0) this.limitsInUse.set(name, known);
		else this.limitsInUse.delete(name);
		this.cachedStrictest = undefined;
	}
}

/** What a call ends by: the same as before, where nothing differs. */
function entryOptions({ group, signal, maxPauseMs = Infinity }: AcquireOptions, before?: EntryOptions): EntryOptions {
	const isSame = before && before.group === group && before.signal === signal && before.maxPauseMs === maxPauseMs;
	return isSame ? before : { group, signal, maxPauseMs };
}

function listen(line: KeyedQueue, signal: AbortSignal | undefined, cancel: (signal: AbortSignal) => void): void {
	if (!signal || line.listeners?.has(signal)) return;
	const listener = () => cancel(signal);
	signal.addEventListener('abort', listener, { once: true });
	line.listeners = (line.listeners ?? new Map<AbortSignal, () => void>()).set(signal, listener);
}
