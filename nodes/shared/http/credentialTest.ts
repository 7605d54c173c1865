/**
 * The test of a credential. It is made by the credential's `authenticate` with the helpers that `preAuthentication` got,
 * since n8n alone would show a bare code for a wrong host. n8n's own test request must cost no call.
 */

import type { ICredentialDataDecryptedObject, ICredentialTestRequest, IHttpRequestHelper, IHttpRequestOptions } from 'n8n-workflow';

import type { Operation, WireValues } from '../fields/operations';
import { AcquireTimeoutError } from '../throttle/errors';
import { throttleFor } from '../throttle/registry';
import { describeTarget } from './call';
import { ServiceError } from './errors';
import { helpersFor } from './externalCalls';
import { joinSentences } from './format';
import { recentOutcome, recordOutcome } from './lastOutcomes';
import { userMessage } from './messages';
import { toServiceError } from './networkErrors';
import { errorContext, testError } from './nodeErrors';
import type { PageRead } from './pages';
import { chargedLimits, retryLaterError } from './retries';
import type { ServiceAdapter } from './service';
import { INTERACTIVE_TIMEOUT_MS } from './timing';
import { sendUnauthenticated } from './transport';

/** An address that contains its own response; it also marks the test among all requests. */
const DATA_URL = 'data:application/json;base64,e30=';

/** The request that n8n sends as the test of a credential. */
export const CREDENTIAL_TEST: ICredentialTestRequest = { request: { url: DATA_URL } };

/** Whether a request is that of n8n's credential test. */
export const isCredentialTest = ({ url }: IHttpRequestOptions): boolean => url === DATA_URL;

/** The request that tests a credential, and what else than a response proves the credential. */
export interface ConnectionTest {
	operation: Operation;
	values?: WireValues;
	/** Whether a refusal as too many proves the credential too, and no request is made if one has just been made. */
	reuseRecentOutcome?: boolean;
}

type Helpers = IHttpRequestHelper['helpers'];

/** Longest wait in ms for a slot, with a person waiting. */
const SLOT_TIMEOUT_MS = 10_000;

/**
 * Makes the cheapest read with a credential.
 * @returns the response, if a request was made
 * @throws {Error} whose message says what is wrong: the key, the host, or the API's switch
 */
export async function testConnection(
	credentials: ICredentialDataDecryptedObject,
	service: ServiceAdapter,
	{ operation, values = {}, reuseRecentOutcome = false }: ConnectionTest,
): Promise<PageRead | undefined> {
	const context = errorContext(service, operation);
	const helpers = helpersFor(credentials) as Helpers | undefined;
	if (!helpers) throw new Error('The credential was not tested because this version of n8n does not let credentials send requests. Run a node with it instead');
	try {
		return await read(helpers);
	} catch (cause) {
		const error = toServiceError(cause);
		if (reuseRecentOutcome && error.reason === 'rateLimited') return undefined;
		const { message, description } = userMessage(asTestResult(error), context);
		throw testError(joinSentences(message, description));
	}

	async function read(requestHelpers: Helpers): Promise<PageRead | undefined> {
		const connection = service.connect(credentials, operation);
		const { accountId, limits, secrets } = connection;
		context.secrets = secrets;
		const request = service.authenticate(credentials, { url: '', ...service.buildRequest(operation, values, { number: 1, size: 1 }, connection) });
		const throttle = throttleFor(accountId);
		const recent = reuseRecentOutcome ? recentOutcome(throttle, limits.windowMs) : undefined;
		const outcome = await throttle.acquire({ queueKey: {}, limits, priority: true, timeoutMs: recent ? 0 : SLOT_TIMEOUT_MS }).then(
			() => undefined,
			// The outcome of a call that has just been made replaces another one's.
			(error: unknown) => (error instanceof AcquireTimeoutError ? (recent ?? retryLaterError(error.waitMs, 'local')) : toServiceError(error)),
		);
		if (outcome === 'success') return undefined;
		if (outcome) throw outcome;
		let error: ServiceError | undefined;
		const deadline = AbortSignal.timeout(INTERACTIVE_TIMEOUT_MS);
		try {
			return service.parseResponse(
				await sendUnauthenticated(requestHelpers, { ...request, timeout: INTERACTIVE_TIMEOUT_MS, abortSignal: deadline }),
				operation,
			);
		} catch (cause) {
			error = deadline.aborted ? new ServiceError('timeout') : toServiceError(cause);
			if (error.reason === 'notFound') error.details.target = describeTarget(request, connection);
			if (error.reason === 'rateLimited') throttle.pause(limits, error.details.retryAfterMs);
			throw error;
		} finally {
			recordOutcome(throttle, error ?? 'success');
			throttle.release(chargedLimits(limits, error), error?.reason === 'rateLimited');
		}
	}
}

/** The error as it reads best to a person who tests a credential. */
function asTestResult(error: ServiceError): ServiceError {
	// A key that may not even make the cheapest read is of no use.
	if (error.reason === 'forbidden') return new ServiceError('unauthorized', error.details);
	const { retryAfterMs } = error.details;
	return error.reason === 'rateLimited' && retryAfterMs !== undefined ? retryLaterError(retryAfterMs, 'local', error) : error;
}

/**
 * The request that n8n sends after a successful test. If n8n's protection against foreign addresses rejects one that
 * answers itself, it asks the service's host, without the key.
 */
export async function afterTest(credentials: ICredentialDataDecryptedObject, request: IHttpRequestOptions, address: string): Promise<IHttpRequestOptions> {
	const helpers = helpersFor(credentials) as Helpers;
	return await sendUnauthenticated(helpers, { url: DATA_URL }).then(
		() => request,
		() => ({ ...request, method: 'HEAD', url: new URL(address).origin, ignoreHttpStatusErrors: true, disableFollowRedirect: true }),
	);
}
