import type { IDataObject } from 'n8n-workflow';

/** What the answers of all services have in common. */

export const isObject = (value: unknown): value is IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** `Retry-After` in ms: seconds or a date. */
export function retryAfter(header: unknown): number | undefined {
	if (header === undefined || header === null || header === '') return undefined;
	const seconds = Number(header);
	const ms = Number.isNaN(seconds) ? Date.parse(String(header)) - Date.now() : seconds * 1000;
	return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** All texts in a value, however deep. */
export function textsIn(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(textsIn);
	if (isObject(value)) return Object.values(value).flatMap(textsIn);
	return value === null || value === undefined || value === '' ? [] : [String(value)];
}
