import type { WireValues } from '../shared/operations';
import type { PageRead } from '../shared/pages';

/** What CRM Zen has answered, for as long as it may be used again. In this process only. */

export interface Answer {
	read: PageRead;
	/** When it came, as `performance.now()` gives it. */
	at: number;
}

interface Kept extends Answer {
	until: number;
}

const last = new Map<string, Kept>();
const pending = new Map<string, Promise<unknown>>();

/** Names a call: the same report, the same values. */
export const callKey = (account: string, values: WireValues): string => `${account} ${JSON.stringify(values)}`;

/** Keeps an answer until the report may be asked again. */
export function remember(key: string, windowMs: number, read: PageRead): Answer {
	const at = performance.now();
	for (const [known, { until }] of last) if (until <= at) last.delete(known);
	last.set(key, { read, at, until: at + windowMs });
	return { read, at };
}

/** The last answer to a question, unless the report may be asked again by now. */
export function lastAnswer(key: string): Answer | undefined {
	const kept = last.get(key);
	return kept && kept.until > performance.now() ? kept : undefined;
}

/** The end of a call that somebody else is making to the same question, or the end of waiting for it. */
export function someoneAsking(key: string, signal?: AbortSignal): Promise<unknown> | undefined {
	const asking = pending.get(key);
	return asking && !signal?.aborted
		? new Promise((resolve) => {
				signal?.addEventListener('abort', resolve, { once: true });
				asking.then(resolve, resolve);
			})
		: undefined;
}

/** Lets others know that a question is being asked. */
export function announce(key: string, asking: Promise<unknown>): void {
	const done = () => pending.get(key) === asking && pending.delete(key);
	pending.set(key, asking);
	asking.then(done, done);
}

const executions = new WeakMap<object, Map<string, Promise<Answer>>>();

/** What one execution knows for good: the answers about days that are over. */
export function knownIn(execution: object): Map<string, Promise<Answer>> {
	const known = executions.get(execution) ?? new Map<string, Promise<Answer>>();
	executions.set(execution, known);
	return known;
}
