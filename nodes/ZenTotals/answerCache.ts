/**
 * The answers of CRM Zen that can be used again: recent ones, those that another execution is waiting for, and those
 * of the same execution. In this process only.
 */

import type { WireValues } from '../shared/fields/operations';
import type { PageRead } from '../shared/http/pages';
import { BoundedCache } from '../shared/http/boundedCache';
import { cancelableSleep } from '../shared/http/cancellation';

export interface Answer {
	/** The request that it answers, as `requestKey` names it. */
	key: string;
	read: PageRead;
	/** When it came, on the clock of `performance.now()`. */
	receivedAt: number;
}

interface AnswerInProgress {
	answer: Promise<Answer>;
	isFinal: boolean;
}

/** A report gives one answer per waiting time, so these are the answers of as many reports. No waiting time is longer than a day. */
const cachedAnswers = new BoundedCache<string, { answer: Answer; isFinal: boolean }>({ maxEntries: 200, maxAgeMs: 86_400_000 });
const answersInProgress = new Map<string, AnswerInProgress>();

/** Names a request: the same report, the same values. */
export const requestKey = (accountId: string, values: WireValues): string => `${accountId} ${JSON.stringify(values)}`;

/**
 * Keeps an answer until the report may be requested again.
 * @param isFinal whether all days of the query had ended when it was sent
 */
export function cacheAnswer(key: string, windowMs: number, read: PageRead, isFinal = true): Answer {
	const answer = { key, read, receivedAt: performance.now() };
	cachedAnswers.set(key, { answer, isFinal }, windowMs);
	return answer;
}

/**
 * The latest answer to a request, until the report may be requested again.
 * @param isFinal whether all days of the query must have ended when it was sent
 */
export function cachedAnswer(key: string, isFinal = false): Answer | undefined {
	const cached = cachedAnswers.get(key);
	return cached && (cached.isFinal || !isFinal) ? cached.answer : undefined;
}

/**
 * The answer to the same request that another execution is waiting for.
 * @param isFinal whether all days of the query must have ended when it was sent
 * @param deadline when waiting for it ends, on the clock of `performance.now()`
 * @returns undefined if there is none; a promise of undefined if that request fails, takes too long, is canceled
 * or went to another account in the end
 */
export function answerInProgress(key: string, isFinal: boolean, deadline: number, signal?: AbortSignal): Promise<Answer | undefined> | undefined {
	const other = answersInProgress.get(key);
	const leftMs = deadline - performance.now();
	if (!other || (isFinal && !other.isFinal) || leftMs <= 0 || signal?.aborted) return undefined;
	const ended = new AbortController();
	const endSignal = AbortSignal.any([ended.signal, signal].filter((one) => one !== undefined));
	const noAnswer = () => undefined;
	return Promise.race([other.answer.catch(noAnswer), cancelableSleep(leftMs, endSignal).catch(noAnswer)])
		.then((answer) => (answer && answer.key === key ? answer : undefined))
		.finally(() => ended.abort());
}

/** Lets other executions wait for the answer to a request. */
export function shareAnswer(key: string, answer: Promise<Answer>, isFinal: boolean): void {
	const entry = { answer, isFinal };
	const remove = () => answersInProgress.get(key) === entry && answersInProgress.delete(key);
	answersInProgress.set(key, entry);
	answer.then(remove, remove);
}

const executionCaches = new WeakMap<object, Map<string, Promise<Answer>>>();

/** The final answers that one execution has received: it keeps them to its end. */
export function executionCache(execution: object): Map<string, Promise<Answer>> {
	const cache = executionCaches.get(execution) ?? new Map<string, Promise<Answer>>();
	executionCaches.set(execution, cache);
	return cache;
}
