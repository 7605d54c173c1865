/** Values from outside that JavaScript itself would stumble over. */

/** A value as text: `String` fails on an object with a key `toString`, which JSON can bring. */
export const textOf = (value: unknown): string =>
	typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

/** Whether a text holds half of a surrogate pair: UTF-8 has no bytes for it, so it cannot be sent as it is. */
export const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);
