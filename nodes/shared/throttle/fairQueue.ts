/**
 * Queued calls and the order in which they start: those with priority first, then one of each key in turn. The cost of
 * a start must not depend on how many are queued.
 */

import { Fifo } from './fifo';
import type { AcquireOptions, RateLimit } from './options';

/** What can end a queued call besides its start. Shared by calls that have it in common: there may be many thousands. */
interface EntryOptions {
	group: unknown;
	signal?: AbortSignal;
	maxPauseMs: number;
}

/** A queued call. */
export interface QueueEntry {
	start: () => void;
	reject: (reason: Error) => void;
	/** Set by `enqueue`. */
	options: EntryOptions | undefined;
	/** When its `timeoutMs` ends, on the throttle's clock. */
	deadline?: number;
	/** Goes ahead of those that were not sent before. */
	isRetry?: boolean;
}

/** The queued calls with the same key. */
interface KeyedQueue {
	entries: Fifo<QueueEntry>;
	limits: RateLimit;
	onWait?: AcquireOptions['onWait'];
	/** Those of the latest call. */
	lastOptions?: EntryOptions;
	/** The listener on each cancel signal of its calls. */
	listeners?: Map<AbortSignal, () => void>;
}

export class FairQueue {
	/** Number of queued calls. */
	size = 0;
	/** No deadline is earlier than this. */
	earliestDeadline = Infinity;
	/** All calls sit out a pause of this length in ms. */
	private maxPauseMs = Infinity;
	/** The queue whose turn is next comes first. */
	private readonly prioritized = new Map<unknown, KeyedQueue>();
	private readonly normal = new Map<unknown, KeyedQueue>();
	/** Different limits, and how many queues have them. */
	private readonly limitsInUse = new Map<string, { limits: RateLimit; queues: number }>();
	private cachedStrictest?: RateLimit;

	/**
	 * Adds a call to the queue of its key.
	 * @param cancel called with the call's signal when that is aborted while calls with the key are queued
	 */
	enqueue(options: AcquireOptions, entry: QueueEntry, cancel: (signal: AbortSignal) => void): void {
		const { queueKey, limits, signal, yields } = options;
		const queue = this.prioritized.get(queueKey) ?? this.normal.get(queueKey) ?? this.createQueue(options);
		if (queue.limits !== limits) {
			this.countLimits(queue.limits, -1);
			this.countLimits((queue.limits = limits), 1);
		}
		entry.options = queue.lastOptions = entryOptions(options, queue.lastOptions);
		listen(queue, signal, cancel);
		const ahead = yields ? queue.entries.toArray().find(({ isRetry }) => !isRetry) : undefined;
		if (entry.isRetry) queue.entries.insert(entry, (other) => !other.isRetry && other !== ahead);
		else queue.entries.push(entry);
		this.size++;
		this.trackBounds(entry);
	}

	/** How many calls start before another one of a key: keys take turns, so of each other key no more than of its own. */
	countAhead(queueKey: unknown): number {
		const own = this.normal.get(queueKey)?.entries.length ?? 0;
		const normal = [...this.normal].map(([key, { entries }]) => (key === queueKey ? own : Math.min(entries.length, own + 1)));
		const prioritized = [...this.prioritized.values()].map(({ entries }) => entries.length);
		return [...normal, ...prioritized].reduce((sum, count) => sum + count, 0);
	}

	/**
	 * Removes the call whose turn it is.
	 * @throws {RangeError} if nothing is queued
	 */
	dequeue(): QueueEntry {
		const queues = this.prioritized.size > 0 ? this.prioritized : this.normal;
		for (const [key, queue] of queues) {
			queues.delete(key);
			if (queue.entries.length > 1) queues.set(key, queue);
			else this.dropQueue(queue);
			const entry = queue.entries.shift();
			if (!entry) break;
			this.size--;
			return entry;
		}
		throw new RangeError('Nothing is queued');
	}

	/**
	 * Removes calls of a key.
	 * @param isAffected decides which ones; by default all
	 */
	remove(queueKey: unknown, isAffected: (options: EntryOptions) => boolean = () => true): QueueEntry[] {
		for (const queues of [this.prioritized, this.normal]) {
			const queue = queues.get(queueKey);
			if (queue) return this.removeFrom(queues, queueKey, queue, ({ options }) => options !== undefined && isAffected(options));
		}
		return [];
	}

	/** Removes the calls whose deadline is earlier than a time. */
	removeExpired(before: number): QueueEntry[] {
		return before > this.earliestDeadline ? this.removeWhere(({ deadline = Infinity }) => deadline < before) : [];
	}

	/** Removes the calls that do not sit out a pause of this length. */
	removeByMaxPause(pauseMs: number): QueueEntry[] {
		return pauseMs > this.maxPauseMs ? this.removeWhere(({ options }) => maxPauseOf(options) < pauseMs) : [];
	}

	/** Removes calls of any key. */
	removeWhere(isAffected: (entry: QueueEntry) => boolean): QueueEntry[] {
		const removed: QueueEntry[][] = [];
		this.earliestDeadline = Infinity;
		this.maxPauseMs = Infinity;
		for (const queues of [this.prioritized, this.normal]) {
			for (const [key, queue] of queues) {
				removed.push(this.removeFrom(queues, key, queue, isAffected));
				for (const entry of queue.entries.toArray()) this.trackBounds(entry);
			}
		}
		return removed.flat();
	}

	/** Credentials of one account may differ in their limits: the smallest ones apply. */
	get strictest(): RateLimit {
		if (this.cachedStrictest) return this.cachedStrictest;
		const all = [...this.limitsInUse.values()].map(({ limits }) => limits);
		return (this.cachedStrictest = {
			maxCalls: Math.min(...all.map(({ maxCalls }) => maxCalls)),
			windowMs: Math.max(...all.map(({ windowMs }) => windowMs)),
			maxConcurrent: Math.min(...all.map(({ maxConcurrent }) => maxConcurrent)),
		});
	}

	/** Reports to all queues how long the next call has to wait, and how long the last one. */
	reportWait(nextInMs: number, lastInMs: number): void {
		for (const { entries, onWait } of [...this.prioritized.values(), ...this.normal.values()]) {
			onWait?.({ waiting: entries.length, nextInMs, lastInMs });
		}
	}

	private createQueue({ queueKey, limits, priority, onWait }: AcquireOptions): KeyedQueue {
		const queue: KeyedQueue = { entries: new Fifo(), limits, onWait };
		(priority ? this.prioritized : this.normal).set(queueKey, queue);
		this.countLimits(limits, 1);
		return queue;
	}

	/** Removes calls of one queue; the others keep their order. */
	private removeFrom(queues: Map<unknown, KeyedQueue>, key: unknown, queue: KeyedQueue, isAffected: (entry: QueueEntry) => boolean): QueueEntry[] {
		const removed: QueueEntry[] = [];
		const kept: QueueEntry[] = [];
		for (const entry of queue.entries.toArray()) (isAffected(entry) ? removed : kept).push(entry);
		queue.entries = new Fifo(kept);
		this.size -= removed.length;
		if (kept.length === 0) {
			queues.delete(key);
			this.dropQueue(queue);
		}
		return removed;
	}

	private trackBounds({ deadline = Infinity, options }: QueueEntry): void {
		this.earliestDeadline = Math.min(this.earliestDeadline, deadline);
		this.maxPauseMs = Math.min(this.maxPauseMs, maxPauseOf(options));
	}

	private dropQueue({ limits, listeners = new Map() }: KeyedQueue): void {
		for (const [signal, listener] of listeners) signal.removeEventListener('abort', listener);
		this.countLimits(limits, -1);
	}

	private countLimits(limits: RateLimit, queues: number): void {
		const key = `${limits.maxCalls} ${limits.windowMs} ${limits.maxConcurrent}`;
		const counted = this.limitsInUse.get(key) ?? { limits, queues: 0 };
		counted.queues += queues;
		if (counted.queues > 0) this.limitsInUse.set(key, counted);
		else this.limitsInUse.delete(key);
		this.cachedStrictest = undefined;
	}
}

const maxPauseOf = (options: EntryOptions | undefined): number => options?.maxPauseMs ?? Infinity;

/** The entry options of a call: the same object as before if nothing differs. */
function entryOptions({ group, signal, maxPauseMs = Infinity }: AcquireOptions, previous?: EntryOptions): EntryOptions {
	const isSame = previous && previous.group === group && previous.signal === signal && previous.maxPauseMs === maxPauseMs;
	return isSame ? previous : { group, signal, maxPauseMs };
}

function listen(queue: KeyedQueue, signal: AbortSignal | undefined, cancel: (signal: AbortSignal) => void): void {
	if (!signal || queue.listeners?.has(signal)) return;
	const listener = () => cancel(signal);
	signal.addEventListener('abort', listener, { once: true });
	queue.listeners = (queue.listeners ?? new Map<AbortSignal, () => void>()).set(signal, listener);
}
