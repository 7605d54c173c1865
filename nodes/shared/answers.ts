import type { IDataObject } from 'n8n-workflow';

import type { Answer } from './dialect';
import { Trouble } from './errors';

/** What every service means by the status of its answer, and what its body must be at least. */

/** What a service says in its answer. */
interface Said {
	service: string;
	/** Its own sentences, where its body says that something is wrong. */
	sentences: string[];
	/** Words by which it says that too many calls came. */
	tooMany?: RegExp;
	/** Whether what it says leaves open that the work was done. */
	perhapsDone?: boolean;
}

/**
 * The body of an answer that is neither a refusal nor unreadable. Order matters: the first line
 * that applies is the one told.
 * @throws {Trouble}
 */
export function accepted(
	{ status, headers, body }: Answer,
	{ service, sentences, tooMany, perhapsDone }: Said,
): unknown {
	const text = typeof body === 'string' && !body.trimStart().startsWith('<') ? body.trim() : '';
	const details = { status, sentences, perhapsDone, retryAfterMs: retryAfter(headers['retry-after']) };
	if (status === 429) throw new Trouble('tooMany', details);
	if (status >= 300 && status < 400) throw new Trouble('redirected', { status });
	if (status === 401 || status === 403) throw new Trouble('keyRefused', details);
	if (sentences.some((sentence) => tooMany?.test(sentence))) throw new Trouble('tooMany', details);
	if (status === 404 && sentences.length === 0) throw new Trouble('notFound', details);
	if (status >= 500 || status === 408) throw new Trouble('unavailable', details);
	if (sentences.length > 0) throw new Trouble('rejected', details);
	if (status < 200 || status > 299) {
		const isSentence = text !== '' && text.length <= LONGEST_SENTENCE;
		throw new Trouble('rejected', { ...details, sentences: [isSentence ? text : `${service} answered with status ${status}`] });
	}
	if (typeof body === 'string' && body.trim() !== '') {
		if (text === '') throw new Trouble('webPage', details);
		const isSentence = text.length <= LONGEST_SENTENCE && !/^[[{]/.test(text);
		throw new Trouble('unreadable', isSentence ? { ...details, sentences: [text] } : details);
	}
	return body;
}

/** A longer text is no sentence for people. */
const LONGEST_SENTENCE = 300;

/** All texts in a value, however deep. */
export function textsIn(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(textsIn);
	if (isObject(value)) return Object.values(value).flatMap(textsIn);
	return value === null || value === undefined || value === '' || typeof value === 'boolean' ? [] : [String(value)];
}

export const isObject = (value: unknown): value is IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** `Retry-After` in ms: seconds or a date. */
export function retryAfter(header: unknown): number | undefined {
	if (header === undefined || header === null || header === '') return undefined;
	const seconds = Number(header);
	const ms = Number.isNaN(seconds) ? Date.parse(String(header)) - Date.now() : seconds * 1000;
	return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
