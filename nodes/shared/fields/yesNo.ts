/** Reads yes and no in the words that people and services use. */

/** Words for yes and for no, in lower case. */
export interface YesNoWords {
	yes: readonly string[];
	no: readonly string[];
}

const COMMON: YesNoWords = { yes: ['true', '1', 'yes', 'y'], no: ['false', '0', 'no', 'n'] };
const NO_WORDS: YesNoWords = { yes: [], no: [] };

/**
 * Whether a value says yes, in any case and with spaces around it.
 * @param words further words that a vendor uses
 * @returns undefined where it says neither
 */
export function parseYesNo(value: unknown, words = NO_WORDS): boolean | undefined {
	if (!['string', 'number', 'boolean'].includes(typeof value)) return undefined;
	const text = String(value).trim().toLowerCase();
	if (COMMON.yes.includes(text) || words.yes.includes(text)) return true;
	return COMMON.no.includes(text) || words.no.includes(text) ? false : undefined;
}
