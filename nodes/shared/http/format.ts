/** Sentences, durations and counts as messages show them. */

/** Joins sentences, with one full stop between two of them and none at the end. */
export const joinSentences = (...parts: string[]): string =>
	parts
		.map((part) => part.trim())
		.filter(Boolean)
		.reduce((text, part) => (/[.。!！?？…]$/.test(text) ? `${text} ${part}` : `${text}. ${part}`), '')
		.replace(/^\. /, '');

/**
 * A duration as people say it.
 * @example formatDuration(252_000) // '4 min 12 s'
 */
export function formatDuration(ms: number): string {
	const seconds = ms > 0 ? Math.max(1, Math.round(ms / 1000)) : 0;
	const minutes = Math.ceil(seconds / 60);
	const [small, unit, large, largeUnit] = seconds < 3600
		? [seconds % 60, 's', Math.floor(seconds / 60), 'min']
		: [minutes % 60, 'min', Math.floor(minutes / 60), 'h'];
	return [large > 0 && `${large} ${largeUnit}`, (small > 0 || large === 0) && `${small} ${unit}`].filter(Boolean).join(' ');
}

/**
 * The interval of a rate, as it follows "per" or "every".
 * @example formatInterval(60_000) // 'minute'
 */
export const formatInterval = (ms: number): string => (ms === 60_000 ? 'minute' : ms === 1000 ? 'second' : formatDuration(ms));

/**
 * A count with the form of the word that agrees with it.
 * @example pluralize(1200, 'request is queued', 'requests are queued') // '1,200 requests are queued'
 */
export const pluralize = (count: number, one: string, many = `${one}s`): string =>
	`${count.toLocaleString('en')} ${count === 1 ? one : many}`;
