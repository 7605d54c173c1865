import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import type { Connection } from './service';
import { formatDuration } from './errors';
import { CanceledError, throttleFor, AcquireTimeoutError } from '../throttle/throttle';

/** Calls that n8n makes itself, e.g. those of an HTTP Request node with one of our credentials. */

const PASSED = Symbol('passed the throttle');

/** Marks a request that holds a slot, so that `admit` does not count it again. */
export function markThrottled<Request extends object>(request: Request): Request {
	return Object.assign(request, { [PASSED]: true });
}

/** The credentials of our own calls: n8n asks `preAuthentication` only where this is empty. */
export const PROBED = 'yes';

type Helpers = object;

/** What `preAuthentication` was given for these credentials: n8n hands the same object to `authenticate`. */
const known = new WeakMap<ICredentialDataDecryptedObject, Helpers>();

/** Keeps n8n's helpers for `authenticate`, which gets none. */
export function rememberHelpers<Given extends Helpers>(credentials: ICredentialDataDecryptedObject, helpers: Given): void {
	known.set(credentials, helpers);
}

/** n8n's helpers, as `preAuthentication` was given them for these credentials. */
export const helpersFor = (credentials: ICredentialDataDecryptedObject): Helpers | undefined => known.get(credentials);

/** How long a call that n8n makes itself is taken to last: its end cannot be seen. */
export const UNSEEN = { ms: 30_000 };
/** What n8n gives a request that says nothing about it. */
const USUAL_TIMEOUT_MS = 300_000;

/**
 * Lets a call of n8n itself through the same limiter, in turn with all others: one line for each
 * run of a node. Only its start can be seen, so it keeps to the calls per window, not to those at once.
 * @param node the node that could be used instead, e.g. HotProfile
 * @param connect tells the account and its limits, where the request has not passed yet
 * @throws {Error} where it cannot start within its own timeout, or its execution is stopped
 */
export async function throttleExternalCall(
	request: Pick<IHttpRequestOptions, 'abortSignal' | 'timeout'>,
	credentials: ICredentialDataDecryptedObject,
	node: string,
	connect: () => Connection,
): Promise<void> {
	if (PASSED in request || credentials.probed === PROBED) return;
	const { accountId, limits } = connect();
	const { abortSignal, timeout } = request;
	const signal = abortSignal as AbortSignal | undefined;
	const timeoutMs = timeout && timeout > 0 ? timeout : USUAL_TIMEOUT_MS;
	const throttle = throttleFor(accountId);
	const turn = { queueKey: signal ?? lineOf(credentials) ?? accountId, limits, signal, timeoutMs };
	await throttle.acquire(turn).catch((reason: unknown) => {
		if (reason instanceof CanceledError) throw new Error('The execution was canceled while this call was waiting. Nothing was sent');
		if (!(reason instanceof AcquireTimeoutError)) throw reason;
		throw new Error(
			`Nothing was sent, since the timeout of this request, ${formatDuration(timeoutMs)}, ends before it can start: ${startOf(reason)}. ` +
				`Use the ${node} node, which waits as long as it takes, or set Batching in the options of this node`,
		);
	});
	throttle.release(limits, false, UNSEEN.ms);
}

/** When a call can start that is not waited for. */
const startOf = ({ waitMs }: AcquireTimeoutError): string =>
	Number.isFinite(waitMs) ? `in ${formatDuration(waitMs)} at the earliest` : 'the service asks for a pause and names no end of it';

/** The helpers of a node's run, the same for all its calls. n8n 2.41 makes other ones for each call, with one function alone. */
function lineOf(credentials: ICredentialDataDecryptedObject): Helpers | undefined {
	const helpers = helpersFor(credentials);
	return helpers && 'requestWithAuthentication' in helpers ? helpers : undefined;
}
