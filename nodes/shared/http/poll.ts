/** Page reads of polling triggers: through the account's throttle, in a queue of their own, with an end in sight. */

import type { IPollFunctions } from 'n8n-workflow';

import type { Operation, WireValues } from '../fields/operations';
import type { WaitPolicy } from './call';
import { executeCall, openSession } from './call';
import type { Page, PageRead } from './pages';
import { withoutSecrets } from './secrets';
import type { ServiceAdapter, Session } from './service';
import { INTERACTIVE_TIMEOUT_MS } from './timing';

/** A request that starts just before the deadline gets this much time, in ms. */
const MIN_TIMEOUT_MS = 1_000;

/** How a poll waits. A pause longer than `maxPauseMs` ends it: the next poll comes soon. */
export type PollPolicy = Required<Pick<WaitPolicy, 'queueKey' | 'deadline' | 'maxPauseMs'>> & Pick<WaitPolicy, 'priority'>;

/**
 * Reads one page for a polling trigger.
 * @param secrets gets the secrets of the account, for error messages
 * @throws {ServiceError} if there is no result
 */
export async function readPolledPage(
	caller: IPollFunctions,
	service: ServiceAdapter,
	operation: Operation,
	values: WireValues,
	page: Page,
	policy: PollPolicy,
	secrets: string[],
): Promise<PageRead> {
	const open = async () => {
		const session = await openSession(caller, service, operation);
		for (const secret of session.connection.secrets) if (!secrets.includes(secret)) secrets.push(secret);
		return session;
	};
	const request = async ({ connection }: Session) => ({
		timeout: Math.min(INTERACTIVE_TIMEOUT_MS, Math.max(MIN_TIMEOUT_MS, policy.deadline - performance.now())),
		...service.buildRequest(operation, values, page, connection),
	});
	const { rows, ...others } = await executeCall(caller, service, open, operation, request, policy);
	return { ...others, rows: rows.map((row) => withoutSecrets(row, secrets)) };
}
