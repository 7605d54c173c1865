/** Gets the answer to one request: from the cache, from another execution that waits for the same, or from CRM Zen. */

import type { PlannedItem, SendCall, Session } from '../shared/http/service';
import type { Answer } from './answerCache';
import { answerInProgress, cacheAnswer, cachedAnswer, executionCache, requestKey, shareAnswer } from './answerCache';
import type { Query } from './queries';
import { requestValues } from './queries';
import { reportOf } from './resources';
import type { WaitSettings } from './waitBudget';
import { mayUseCache, NO_WAIT_MS } from './waitBudget';

/** A query that is being answered. */
export interface QueryContext {
	query: Query;
	item: PlannedItem;
	send: SendCall;
	session: Session;
	settings: WaitSettings;
	/** When the waiting time of the run ends, on the clock of `performance.now()`. */
	deadline: number;
}

/** The answer to one page of a query. */
export async function answerTo(context: QueryContext, page = 1): Promise<Answer> {
	const { query, item, session } = context;
	const values = requestValues(query, item.operation, page);
	const key = requestKey(session.connection.accountId, values);
	if (!query.isFinal) return await cachedOrSent(key, values, context);
	const cache = executionCache(item.context.getContext('flow'));
	const cached = cache.get(key);
	if (cached) return await cached;
	const answer = cachedOrSent(key, values, context);
	cache.set(key, answer);
	// A credential that changed while the request waited leads to another account.
	answer.then((one) => one.key === key || cache.delete(key), () => cache.delete(key));
	return await answer;
}

async function cachedOrSent(
	key: string,
	values: Query['values'],
	{ query: { isFinal }, item: { context, operation }, send, settings, deadline }: QueryContext,
): Promise<Answer> {
	const signal = context.getExecutionCancelSignal();
	const end = settings.whenTooSoon === 'stop' ? performance.now() + NO_WAIT_MS : deadline;
	while (mayUseCache(isFinal, settings)) {
		const cached = cachedAnswer(key, isFinal);
		if (cached) return cached;
		const other = answerInProgress(key, isFinal, end, signal);
		if (!other) break;
		context.logger.info(`${reportOf(operation).label}: waiting for the response to the same request from another execution`);
		const answer = await other;
		if (answer) return answer;
	}
	const answer = send(values, undefined, end).then(({ connection: { accountId, limits }, ...read }) =>
		cacheAnswer(requestKey(accountId, values), limits.windowMs, read, isFinal),
	);
	shareAnswer(key, answer, isFinal);
	return await answer;
}
