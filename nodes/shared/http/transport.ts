/** Sends one request through n8n's helpers, with a deadline, and without following redirects. */

import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	RequestHelperFunctions,
} from 'n8n-workflow';

import type { NodeContext } from './cancellation';
import { cancelSignal } from './cancellation';
import { ServiceError } from './errors';
import { markThrottled, PROBED } from './externalCalls';
import type { HttpResponse, ServiceAdapter } from './service';
import { DEFAULT_TIMEOUT_MS } from './timing';

/** The longest time in ms that a timer can run. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Sends a request that n8n authenticates with the credentials. */
export async function sendAuthenticated(
	caller: NodeContext,
	{ credentialType }: ServiceAdapter,
	credentials: ICredentialDataDecryptedObject,
	request: Partial<IHttpRequestOptions>,
): Promise<HttpResponse> {
	// A fresh copy: n8n writes the key into it.
	const options = markThrottled(rawResponse({ url: '', ...request, body: request.body && { ...(request.body as IDataObject) } }));
	// Handed over decrypted, or n8n would read and decrypt them for every call; and as probed, or it would probe them.
	const decrypted = { id: '', name: '', type: credentialType, data: { ...credentials, probed: PROBED } };
	return await withDeadline(caller, request, async (endable, abortSignal) =>
		toHttpResponse(
			await endable.helpers.httpRequestWithAuthentication.call(endable, credentialType, { ...options, abortSignal }, {
				credentialsDecrypted: decrypted,
			}),
		),
	);
}

/** Sends a request as it is, without n8n's authentication. */
export const sendUnauthenticated = async ({ httpRequest }: Pick<RequestHelperFunctions, 'httpRequest'>, request: IHttpRequestOptions): Promise<HttpResponse> =>
	toHttpResponse(await httpRequest(rawResponse(request)));

/**
 * Ends a request when its time is over, whatever the service does: n8n's own timeout starts anew with
 * every byte, and a response such as `101` never ends.
 * @throws {ServiceError} `timeout`
 */
export async function withDeadline<Result>(
	caller: NodeContext,
	request: Partial<IHttpRequestOptions>,
	work: (caller: NodeContext, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
	const abortSignal = request.abortSignal as AbortSignal | undefined;
	const deadline = AbortSignal.timeout(parseTimeout(request.timeout ?? DEFAULT_TIMEOUT_MS));
	const controller = new AbortController();
	const signals = [cancelSignal(caller), abortSignal, deadline].filter((signal) => signal !== undefined);
	const end = () => controller.abort();
	if (signals.some(({ aborted }) => aborted)) end();
	for (const signal of signals) signal.addEventListener('abort', end);
	// n8n replaces the request's signal by the execution's own.
	const endable = 'getExecutionCancelSignal' in caller
		? (Object.create(caller, { getExecutionCancelSignal: { value: () => controller.signal } }) as NodeContext)
		: caller;
	const ended = new Promise<never>((_resolve, reject) => {
		controller.signal.addEventListener('abort', () => reject(new ServiceError('connectionLost')));
	});
	try {
		return await Promise.race([work(endable, controller.signal), ended]);
	} catch (error) {
		throw deadline.aborted ? new ServiceError('timeout') : error;
	} finally {
		// A stream that is still being read ends by the request's own signal.
		for (const signal of signals) if (signal !== abortSignal) signal.removeEventListener('abort', end);
	}
}

/** A timeout in whole ms; an expression may bring it as text. */
function parseTimeout(value: unknown): number {
	const ms = Math.ceil(Number(value));
	if (ms > 0 && ms <= MAX_TIMER_MS) return ms;
	const range = `from 1 to ${MAX_TIMER_MS.toLocaleString('en')}`;
	throw new ServiceError('notSendable', { messages: [`'Timeout' under Request Options must be a number of milliseconds ${range}`] });
}

/** Any response is taken as it is; a redirect is not followed, since the key must go to no other host. */
const rawResponse = (request: IHttpRequestOptions): IHttpRequestOptions => ({
	...request,
	returnFullResponse: true,
	ignoreHttpStatusErrors: true,
	disableFollowRedirect: true,
});

function toHttpResponse(response: unknown): HttpResponse {
	const { statusCode, headers, body } = response as IN8nHttpFullResponse;
	return { status: statusCode, headers, body };
}
