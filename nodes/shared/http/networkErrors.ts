/** Turns the errors of failed requests into ServiceErrors: whether they can have reached the service, and why they failed. */

import { CanceledError } from '../throttle/errors';
import { ServiceError } from './errors';

const notConnected = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED']);
/** How Node's messages start, whatever the code, if a request never left: no address, no connection, no handshake. */
const notSentMessage = /^(getaddrinfo|query[A-Z]\w*|connect) |^Client network socket disconnected before secure TLS connection/;
/** The system calls of the same failures. */
const notSentSyscall = /^(getaddrinfo|query[A-Z]\w*|connect)$/;
const timeouts = new Set(['ECONNABORTED', 'ETIMEDOUT', 'ESOCKETTIMEDOUT']);
/** What Node or n8n finds wrong with a request before sending it. */
const invalidRequest = /^ERR_(OUT_OF_RANGE|UNESCAPED_CHARACTERS|HTTP_INVALID_HEADER_VALUE|INVALID_(ARG|CHAR|DOMAIN|HTTP_TOKEN|IP|PROTOCOL|URL)\w*)$/;
/** Failures of the handshake, before anything is sent: the certificate, or a host without https. Other TLS codes can come after the service got the call. */
const failedHandshake = /CERT|CRL|SIGNATURE|HOSTNAME|^EPROTO$/;

/** An error as n8n hands it on: up to 2.8 without its cause, but with the cause's code in `httpCode`. */
type RequestError = Error & { code?: unknown; syscall?: unknown; httpCode?: unknown; messages?: string[] };

/** The ServiceError for anything that a request was rejected with. */
export function toServiceError(error: unknown): ServiceError {
	if (error instanceof CanceledError) return new ServiceError('canceled');
	// Not by instanceof Error: that of a stream may be of another realm.
	for (let cause = error as RequestError | undefined; cause; cause = cause.cause as RequestError | undefined) {
		if (cause instanceof ServiceError) return cause;
		const { code, syscall, httpCode, messages = [] } = cause;
		const errorCode = [code, httpCode].find((one): one is string => typeof one === 'string' && /^[A-Z]/.test(one));
		if (errorCode === undefined) {
			if (/aborted|socket hang up/.test(`${cause.message} ${messages.join(' ')}`)) return new ServiceError('connectionLost');
			continue;
		}
		const isNotSent = notSentSyscall.test(String(syscall)) || [cause.message, ...messages].some((message) => notSentMessage.test(message));
		if (notConnected.has(errorCode) || isNotSent) return new ServiceError('unreachable');
		if (invalidRequest.test(errorCode)) return new ServiceError('notSendable', { messages: [cause.message] });
		if (timeouts.has(errorCode)) return new ServiceError('timeout');
		if (failedHandshake.test(errorCode)) return new ServiceError('insecureConnection');
		return new ServiceError('connectionLost');
	}
	return new ServiceError('unknown', { messages: [(error as RequestError | undefined)?.message ?? String(error)] });
}
