import type { IDataObject } from 'n8n-workflow';

/** What the answers of all services have in common. */

export const isObject = (value: unknown): value is IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Why a text is no answer. */
export function textCause(body: string) {
	if (body.trim() === '') return 'empty';
	return body.trimStart().startsWith('<') ? 'webPage' : 'unreadable';
}

/** `Retry-After` in ms: seconds or a date. */
export function retryAfter(header: unknown): number | undefined {
	if (header === undefined || header === null || header === '') return undefined;
	const seconds = Number(header);
	const ms = Number.isNaN(seconds) ? Date.parse(String(header)) - Date.now() : seconds * 1000;
	return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** All texts of a list, a hash or a single value. */
export function flatTexts(found: unknown): string[] {
	if (Array.isArray(found)) return found.flatMap(flatTexts);
	if (isObject(found)) return Object.values(found).flatMap(flatTexts);
	return found === null || found === undefined || found === '' ? [] : [String(found)];
}
