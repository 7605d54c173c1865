/**
 * Throttles requests that n8n sends itself, e.g. those of an HTTP Request node with one of our credentials, and keeps
 * the helpers that a credential test sends with.
 */

import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { AcquireTimeoutError, CanceledError } from '../throttle/errors';
import { throttleFor } from '../throttle/registry';
import { formatDuration } from './format';
import type { Connection } from './service';
import { DEFAULT_TIMEOUT_MS, UNSEEN_CALL_MS } from './timing';

const THROTTLED = Symbol('passed the throttle');

/** Marks a request that holds a slot, so that `throttleExternalCall` does not count it again. */
export function markThrottled<Request extends object>(request: Request): Request {
	return Object.assign(request, { [THROTTLED]: true });
}

/** The value of `probed` in the credentials of our own calls: n8n calls `preAuthentication` only if it is empty. */
export const PROBED = 'yes';

type Helpers = object;

/** The helpers that `preAuthentication` got for these credentials: n8n hands the same object to `authenticate`. */
const helpersByCredentials = new WeakMap<ICredentialDataDecryptedObject, Helpers>();

/** Keeps n8n's helpers for `authenticate`, which gets none. */
export function rememberHelpers<Own extends Helpers>(credentials: ICredentialDataDecryptedObject, helpers: Own): void {
	helpersByCredentials.set(credentials, helpers);
}

/** n8n's helpers, as `preAuthentication` got them for these credentials. */
export const helpersFor = (credentials: ICredentialDataDecryptedObject): Helpers | undefined => helpersByCredentials.get(credentials);

/**
 * Lets a request of n8n itself through the account's throttle, with one queue for each run of a node. Only its
 * start can be seen, so it keeps to the requests per window, not to the concurrent ones.
 * @param node display name of the node that could be used instead
 * @param connect reads the account and its limits, if the request has not passed the throttle yet
 * @throws {Error} if it cannot start within its own timeout, or its execution is stopped
 */
export async function throttleExternalCall(
	request: Pick<IHttpRequestOptions, 'abortSignal' | 'timeout'>,
	credentials: ICredentialDataDecryptedObject,
	node: string,
	connect: () => Connection,
): Promise<void> {
	if (THROTTLED in request || credentials.probed === PROBED) return;
	const { accountId, limits } = connect();
	const { abortSignal, timeout } = request;
	const signal = abortSignal as AbortSignal | undefined;
	const timeoutMs = timeout && timeout > 0 ? timeout : DEFAULT_TIMEOUT_MS;
	const throttle = throttleFor(accountId);
	const queueKey = signal ?? runHelpers(credentials) ?? accountId;
	await throttle.acquire({ queueKey, limits, signal, timeoutMs }).catch((reason: unknown) => {
		if (reason instanceof CanceledError) throw new Error('The execution was canceled while this request was queued. Nothing was sent');
		if (!(reason instanceof AcquireTimeoutError)) throw reason;
		throw new Error(
			`Nothing was sent because this request cannot start within its timeout of ${formatDuration(timeoutMs)}: ${earliestStart(reason)}. ` +
				`Use the ${node} node, which waits as long as needed, or set 'Batching' in the options of this node`,
		);
	});
	throttle.release(limits, false, UNSEEN_CALL_MS);
}

const earliestStart = ({ waitMs }: AcquireTimeoutError): string =>
	Number.isFinite(waitMs) ? `it can start in ${formatDuration(waitMs)} at the earliest` : 'the service asked for a pause but did not say how long';

/** The helpers of a node's run, the same for all its requests. n8n 2.41 makes new ones for each request, with one function alone. */
function runHelpers(credentials: ICredentialDataDecryptedObject): Helpers | undefined {
	const helpers = helpersFor(credentials);
	return helpers && 'requestWithAuthentication' in helpers ? helpers : undefined;
}
