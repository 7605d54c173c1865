/** Reads one page for a person at the screen, such as a picker: ahead of all executions, but not for long. */

import type { Operation, WireValues } from '../fields/operations';
import { executeCall, openSession } from './call';
import type { NodeContext } from './cancellation';
import { errorContext, toNodeError } from './nodeErrors';
import type { Page, PageRead } from './pages';
import type { NetworkOptions, ServiceAdapter, Session } from './service';
import { INTERACTIVE_TIMEOUT_MS, MAX_INTERACTIVE_PAUSE_MS } from './timing';

/** The request and the wait policy of an interactive read. */
export function lookUpOptions(service: ServiceAdapter, operation: Operation, values: WireValues, page: Page | undefined, networkOptions: NetworkOptions) {
	return {
		request: async ({ connection }: Session) => ({
			timeout: INTERACTIVE_TIMEOUT_MS,
			...networkOptions,
			...service.buildRequest(operation, values, page, connection),
		}),
		policy: { queueKey: {}, priority: true, maxPauseMs: MAX_INTERACTIVE_PAUSE_MS },
	};
}

/**
 * Reads one page for the editor.
 * @param values wire names and values
 * @throws {Error} that n8n shows
 */
export async function lookUp(
	caller: NodeContext,
	service: ServiceAdapter,
	operation: Operation,
	values: WireValues,
	page?: Page,
	networkOptions: NetworkOptions = {},
): Promise<PageRead> {
	const context = errorContext(service, operation);
	try {
		const session = await openSession(caller, service, operation);
		context.secrets = session.connection.secrets;
		const { request, policy } = lookUpOptions(service, operation, values, page, networkOptions);
		return await executeCall(caller, service, async () => session, operation, request, policy);
	} catch (error) {
		throw toNodeError(caller, error, context);
	}
}
