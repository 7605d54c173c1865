/** Reads the status, headers and body of a response as far as they mean the same for every service. */

import type { HttpResponse } from './service';
import type { ErrorReason } from './errors';
import { ServiceError } from './errors';

/** What a service's own code has read in a response. */
interface ResponseReading {
	serviceName: string;
	/** The service's own sentences, if its body says that something is wrong. */
	messages: string[];
	/** Matches the sentences by which it says that there were too many requests. */
	rateLimitPattern?: RegExp;
	/** Whether the record may have been stored in spite of what it says. */
	mayBeStored?: boolean;
}

/** The reason for a failure by HTTP status alone; undefined for 2xx. */
export function reasonForStatus(status: number, retryAfterMs?: number): ErrorReason | undefined {
	// 503 is a rate limit if it says when to come back.
	if (status === 429 || (status === 503 && retryAfterMs !== undefined)) return 'rateLimited';
	if (status === 401) return 'unauthorized';
	if (status === 403) return 'forbidden';
	if (status === 404 || status === 405) return 'notFound';
	if (status >= 500 || status === 408) return 'unavailable';
	if (status >= 300 && status < 400) return 'redirected';
	return status < 200 || status > 299 ? 'rejected' : undefined;
}

/** Reasons by status that outweigh anything the body says. */
const statusComesFirst = new Set<ErrorReason>(['rateLimited', 'redirected', 'unauthorized', 'forbidden']);

/**
 * The body of a response that reports no failure and is readable.
 * @throws {ServiceError} the first reason that applies
 */
export function acceptedBody(
	{ status, headers, body }: HttpResponse,
	{ serviceName, messages, rateLimitPattern, mayBeStored }: ResponseReading,
): unknown {
	const text = typeof body === 'string' && !body.trimStart().startsWith('<') ? body.trim() : '';
	const details = { status, messages, mayBeStored, retryAfterMs: parseRetryAfter(headers['retry-after']) };
	const reason = reasonForStatus(status, details.retryAfterMs);
	if (reason === 'redirected') throw new ServiceError(reason, { status });
	if (reason && statusComesFirst.has(reason)) throw new ServiceError(reason, details);
	if (messages.some((sentence) => rateLimitPattern?.test(sentence))) throw new ServiceError('rateLimited', { ...details, isTextOnly: true });
	if (reason && reason !== 'rejected') throw new ServiceError(reason, details);
	if (messages.length > 0) throw new ServiceError('rejected', details);
	if (reason) {
		const isSentence = text !== '' && text.length <= MAX_SENTENCE_LENGTH;
		throw new ServiceError(reason, { ...details, messages: [isSentence ? text : `${serviceName} returned status ${status}`] });
	}
	if (typeof body === 'string' && body.trim() !== '') {
		if (text === '') throw new ServiceError('htmlResponse', details);
		const isSentence = text.length <= MAX_SENTENCE_LENGTH && !/^[[{]/.test(text);
		throw new ServiceError('invalidJson', isSentence ? { ...details, messages: [text] } : details);
	}
	return body;
}

/** A longer text is no sentence for people. */
const MAX_SENTENCE_LENGTH = 300;

/** All texts in a value. Not by recursion: a response may be nested deeper than the stack. */
export function collectTexts(value: unknown): string[] {
	const texts: string[] = [];
	const pending = [value];
	while (pending.length > 0) {
		const next = pending.pop();
		if (typeof next === 'object' && next !== null) for (const inner of Object.values(next).reverse()) pending.push(inner);
		else if (next !== null && next !== undefined && next !== '' && typeof next !== 'boolean') texts.push(String(next));
	}
	return texts;
}

/** `Retry-After` in ms, from seconds or a date; Infinity if it is beyond any date. */
export function parseRetryAfter(header: unknown): number | undefined {
	if (header === undefined || header === null || header === '') return undefined;
	const seconds = Number(header);
	const ms = Number.isNaN(seconds) ? Date.parse(String(header)) - Date.now() : seconds * 1000;
	if (Number.isNaN(ms)) return undefined;
	return Date.now() + ms > MAX_TIMESTAMP_MS ? Infinity : Math.max(0, ms);
}

/** The end of the year 9999, in ms since 1970. */
const MAX_TIMESTAMP_MS = 253_402_300_799_999;
