/** Keeps requests that change the same record of an account in order: one is sent after the other. */

import type { ResolveSession } from '../http/service';
import type { RunContext } from './context';

/**
 * Sends a request after all earlier ones for its record, so that a retry is never overtaken by a later change.
 * @param recordId undefined for requests that change no existing record
 */
export async function sendInRecordOrder<Result>(
	{ lastCallByRecord }: Pick<RunContext, 'lastCallByRecord'>,
	recordId: string | undefined,
	resolveSession: ResolveSession,
	send: () => Promise<Result>,
): Promise<Result> {
	if (recordId === undefined) return await send();
	const afterLatest = async <Value>(key: string, work: () => Promise<Value>): Promise<Value> => {
		const next = (lastCallByRecord.get(key) ?? Promise.resolve()).then(work, work);
		lastCallByRecord.set(key, next);
		return await next;
	};
	// The account is resolved in order too: some credentials take longer to read than others.
	const { connection } = await afterLatest(recordId, async () => await resolveSession());
	return await afterLatest(`${connection.accountId} ${recordId}`, send);
}
