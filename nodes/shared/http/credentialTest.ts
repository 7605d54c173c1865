import type { ICredentialDataDecryptedObject, ICredentialTestRequest, IHttpRequestHelper, IHttpRequestOptions } from 'n8n-workflow';

import { helpersFor } from './externalCalls';
import { errorContext, toServiceError, lastOutcomes, INTERACTIVE_TIMEOUT_MS, sendUnauthenticated, chargedLimits, describeTarget, retryLaterError } from './call';
import type { ServiceAdapter } from './service';
import { joinSentences, testError, ServiceError, userMessage } from './errors';
import type { Operation, WireValues } from '../fields/operations';
import type { PageRead } from './pages';
import type { Throttle } from '../throttle/throttle';
import { throttleFor, AcquireTimeoutError } from '../throttle/throttle';

/**
 * The test of a credential, made by its `authenticate` with the helpers that `preAuthentication` got:
 * n8n alone would show a bare code for a wrong host. n8n has a request of its own, which must cost no call.
 */

/** An address that answers itself. It also tells the test from all other requests. */
const ANSWERS_ITSELF = 'data:application/json;base64,e30=';

/** What n8n is told to send as the test of a credential. */
export const CREDENTIAL_TEST: ICredentialTestRequest = { request: { url: ANSWERS_ITSELF } };

/** Whether a request is that of n8n's credential test. */
export const isCredentialTest = ({ url }: IHttpRequestOptions): boolean => url === ANSWERS_ITSELF;

/** What the test of a credential asks, and what else than an answer proves the credential. */
export interface ConnectionTest {
	operation: Operation;
	values?: WireValues;
	/** Whether a refusal as too many will do, and no call at all where one has just been made. */
	sparing?: boolean;
}

type Helpers = IHttpRequestHelper['helpers'];

/** Somebody looks at the screen. */
const PATIENCE_MS = 10_000;

/**
 * The cheapest read, for the test of a credential.
 * @returns what was answered, where a call was made
 * @throws {Error} with a sentence that says what is wrong: the key, the host, or the API's switch
 */
export async function testConnection(
	credentials: ICredentialDataDecryptedObject,
	service: ServiceAdapter,
	{ operation, values = {}, sparing = false }: ConnectionTest,
): Promise<PageRead | undefined> {
	const about = errorContext(service, operation);
	const helpers = helpersFor(credentials) as Helpers | undefined;
	if (!helpers) throw new Error('The credential was not tested: this version of n8n does not let it make a call. Run a node with it instead');
	let answer: PageRead | undefined;
	const end = await read().then(
		(read) => {
			answer = read;
			return 'well' as const;
		},
		toServiceError,
	);
	if (end === 'well' || (sparing && end.reason === 'rateLimited')) return answer;
	const { message, description } = userMessage(forTest(end), about);
	throw testError(joinSentences(message, description));

	async function read(): Promise<PageRead | undefined> {
		const connection = service.connect(credentials, operation);
		const { accountId, limits, secrets } = connection;
		about.secrets = secrets;
		const request = service.authenticate(credentials, { url: '', ...service.buildRequest(operation, values, { number: 1, size: 1 }, connection) });
		const throttle = throttleFor(accountId);
		const recent = sparing ? latestWithin(throttle, limits.windowMs) : undefined;
		const early = await throttle.acquire({ queueKey: {}, limits, priority: true, timeoutMs: recent ? 0 : PATIENCE_MS }).then(
			() => undefined,
			// Where a call has just been made, its end is taken instead of another one's.
			(error: unknown) => (error instanceof AcquireTimeoutError ? (recent ?? retryLaterError(error.waitMs, 'local')) : toServiceError(error)),
		);
		if (early === 'well') return undefined;
		if (early) throw early;
		let trouble: ServiceError | undefined;
		const late = AbortSignal.timeout(INTERACTIVE_TIMEOUT_MS);
		try {
			return service.parseResponse(await sendUnauthenticated(helpers as Helpers, { ...request, timeout: INTERACTIVE_TIMEOUT_MS, abortSignal: late }), operation);
		} catch (error) {
			trouble = late.aborted ? new ServiceError('timeout') : toServiceError(error);
			if (trouble.reason === 'notFound') trouble.details.target = describeTarget(request, connection);
			if (trouble.reason === 'rateLimited') throttle.pause(limits, trouble.details.retryAfterMs);
			throw trouble;
		} finally {
			lastOutcomes.set(throttle, { end: trouble ?? 'well', at: performance.now() });
			throttle.release(chargedLimits(limits, trouble), trouble?.reason === 'rateLimited');
		}
	}
}

/** What is told in place of a failure to somebody who looks at a test. */
function forTest(end: ServiceError): ServiceError {
	// A key that may not even make the cheapest read is of no use.
	if (end.reason === 'forbidden') return new ServiceError('unauthorized', end.details);
	const { retryAfterMs } = end.details;
	return end.reason === 'rateLimited' && retryAfterMs !== undefined ? retryLaterError(retryAfterMs, 'local', end) : end;
}

/** How the latest call ended, unless that is longer ago than a waiting time. */
function latestWithin(throttle: Throttle, windowMs: number): ServiceError | 'well' | undefined {
	const known = lastOutcomes.get(throttle);
	return known && performance.now() - known.at <= windowMs ? known.end : undefined;
}

/**
 * What n8n sends after a good test. Where its protection against foreign addresses takes none that
 * answers itself, it looks at the service's host, without the key.
 */
export async function afterTest(credentials: ICredentialDataDecryptedObject, request: IHttpRequestOptions, address: string): Promise<IHttpRequestOptions> {
	const helpers = helpersFor(credentials) as Helpers;
	return await sendUnauthenticated(helpers, { url: ANSWERS_ITSELF }).then(
		() => request,
		() => ({ ...request, method: 'HEAD', url: new URL(address).origin, ignoreHttpStatusErrors: true, disableFollowRedirect: true }),
	);
}
