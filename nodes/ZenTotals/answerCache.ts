import type { WireValues } from '../shared/fields/operations';
import type { PageRead } from '../shared/http/pages';
import { cancelableSleep } from '../shared/http/cancellation';

/** What CRM Zen has answered, for as long as it may be used again. In this process only. */

export interface Answer {
	/** The call that it answers, as `callKey` names it. */
	key: string;
	read: PageRead;
	/** When it came, as `performance.now()` gives it. */
	at: number;
}

interface Kept extends Answer {
	until: number;
	isWhole: boolean;
}

interface Pending {
	asking: Promise<Answer>;
	isWhole: boolean;
}

/** A report gives one answer in its waiting time, so this many answers are those of as many reports. */
const MOST_KEPT = 200;

const last = new Map<string, Kept>();
const pending = new Map<string, Pending>();

/** Names a call: the same report, the same values. */
export const callKey = (account: string, values: WireValues): string => `${account} ${JSON.stringify(values)}`;

/**
 * Keeps an answer until the report may be asked again.
 * @param isWhole whether all days of the question were over when it was asked
 */
export function remember(key: string, windowMs: number, read: PageRead, isWhole = true): Answer {
	const at = performance.now();
	last.delete(key);
	last.set(key, { key, read, at, until: at + windowMs, isWhole });
	for (const [known, { until }] of last) if (until <= at || last.size > MOST_KEPT) last.delete(known);
	return { key, read, at };
}

/**
 * The last answer to a question, unless the report may be asked again by now.
 * @param isWhole whether it must have been asked when all days of the question were over
 */
export function lastAnswer(key: string, isWhole = false): Answer | undefined {
	const kept = last.get(key);
	return kept && kept.until > performance.now() && (kept.isWhole || !isWhole) ? kept : undefined;
}

/**
 * The answer to a call that somebody else is making to the same question.
 * @param isWhole whether it must have been asked when all days of the question were over
 * @param until when waiting for it ends, as `performance.now()` gives it
 * @returns nothing where nobody is asking; a promise of nothing where that call fails, takes too long, is no longer waited for or went to another account in the end
 */
export function answerOfOther(key: string, isWhole: boolean, until: number, signal?: AbortSignal): Promise<Answer | undefined> | undefined {
	const other = pending.get(key);
	const leftMs = until - performance.now();
	if (!other || (isWhole && !other.isWhole) || leftMs <= 0 || signal?.aborted) return undefined;
	const ended = new AbortController();
	const stop = AbortSignal.any([ended.signal, signal].filter((one) => one !== undefined));
	const nothing = () => undefined;
	return Promise.race([other.asking.catch(nothing), cancelableSleep(leftMs, stop).catch(nothing)])
		.then((answer) => (answer && answer.key === key ? answer : undefined))
		.finally(() => ended.abort());
}

/** Lets others know that a question is being asked. */
export function announce(key: string, asking: Promise<Answer>, isWhole: boolean): void {
	const entry = { asking, isWhole };
	const done = () => pending.get(key) === entry && pending.delete(key);
	pending.set(key, entry);
	asking.then(done, done);
}

const executions = new WeakMap<object, Map<string, Promise<Answer>>>();

/** What one execution knows for good: the answers about days that are over. */
export function knownIn(execution: object): Map<string, Promise<Answer>> {
	const known = executions.get(execution) ?? new Map<string, Promise<Answer>>();
	executions.set(execution, known);
	return known;
}
