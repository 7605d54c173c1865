/** Reads values of unknown type safely: as text, as an object, as text that can be sent. */

import type { IDataObject } from 'n8n-workflow';

/** A value as text: `String` fails on an object with a key `toString`, which JSON can contain. */
export const textOf = (value: unknown): string =>
	typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

/** Whether a value is an object with keys, rather than a list or nothing. */
export const isObject = (value: unknown): value is IDataObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a text contains half of a surrogate pair: UTF-8 has no bytes for it, so it cannot be sent as it is. */
export const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);
