import type { IDataObject } from 'n8n-workflow';

import type { HttpResponse } from './service';
import { ServiceError } from './errors';

/** What every service means by the status of its answer, and what its body must be at least. */

/** What a service says in its answer. */
interface ResponseReading {
	serviceName: string;
	/** Its own sentences, where its body says that something is wrong. */
	messages: string[];
	/** Words by which it says that too many calls came. */
	rateLimitPattern?: RegExp;
	/** Whether what it says leaves open that the work was done. */
	mayBeStored?: boolean;
}

/**
 * The body of an answer that is neither a refusal nor unreadable. Order matters: the first line
 * that applies is the one told.
 * @throws {ServiceError}
 */
export function acceptedBody(
	{ status, headers, body }: HttpResponse,
	{ serviceName, messages, rateLimitPattern, mayBeStored }: ResponseReading,
): unknown {
	const text = typeof body === 'string' && !body.trimStart().startsWith('<') ? body.trim() : '';
	const details = { status, messages, mayBeStored, retryAfterMs: parseRetryAfter(headers['retry-after']) };
	if (isRateLimited(status, details.retryAfterMs)) throw new ServiceError('rateLimited', details);
	if (status >= 300 && status < 400) throw new ServiceError('redirected', { status });
	if (status === 401) throw new ServiceError('unauthorized', details);
	if (status === 403) throw new ServiceError('forbidden', details);
	if (messages.some((sentence) => rateLimitPattern?.test(sentence))) throw new ServiceError('rateLimited', { ...details, isTextOnly: true });
	if (status === 404 || status === 405) throw new ServiceError('notFound', details);
	if (status >= 500 || status === 408) throw new ServiceError('unavailable', details);
	if (messages.length > 0) throw new ServiceError('rejected', details);
	if (status < 200 || status > 299) {
		const isSentence = text !== '' && text.length <= LONGEST_SENTENCE;
		throw new ServiceError('rejected', { ...details, messages: [isSentence ? text : `${serviceName} answered with status ${status}`] });
	}
	if (typeof body === 'string' && body.trim() !== '') {
		if (text === '') throw new ServiceError('htmlResponse', details);
		const isSentence = text.length <= LONGEST_SENTENCE && !/^[[{]/.test(text);
		throw new ServiceError('invalidJson', isSentence ? { ...details, messages: [text] } : details);
	}
	return body;
}

/** Whether a status means "too many calls": 503 does where it says when to come back. */
export const isRateLimited = (status: number, retryAfterMs?: number): boolean => status === 429 || (status === 503 && retryAfterMs !== undefined);

/** A longer text is no sentence for people. */
const LONGEST_SENTENCE = 300;

/** All texts in a value, however deep: an answer may be nested deeper than functions can be. */
export function collectTexts(value: unknown): string[] {
	const texts: string[] = [];
	const left = [value];
	while (left.length > 0) {
		const one = left.pop();
		if (typeof one === 'object' && one !== null) for (const inside of Object.values(one).reverse()) left.push(inside);
		else if (one !== null && one !== undefined && one !== '' && typeof one !== 'boolean') texts.push(String(one));
	}
	return texts;
}

export const isObject = (value: unknown): value is IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** `Retry-After` in ms: seconds or a date; Infinity where it names no time that there is. */
export function parseRetryAfter(header: unknown): number | undefined {
	if (header === undefined || header === null || header === '') return undefined;
	const seconds = Number(header);
	const ms = Number.isNaN(seconds) ? Date.parse(String(header)) - Date.now() : seconds * 1000;
	if (Number.isNaN(ms)) return undefined;
	return Date.now() + ms > LAST_MOMENT ? Infinity : Math.max(0, ms);
}

/** The end of the year 9999, in ms since 1970. */
const LAST_MOMENT = 253_402_300_799_999;
