/** Reads numbers that a service sends as text, with a point or a comma before the decimals. */

export interface NumberFormat {
	/** Separators that stand between thousands where exactly three digits follow each, e.g. `.` for "1.234". */
	groupSeparators?: string;
}

/** @returns undefined where the text is not a number */
export function parseNumber(text: string, { groupSeparators = '' }: NumberFormat = {}): number | undefined {
	const plain = groupSeparators === '' ? text.trim().replace(',', '.') : withoutGroups(text.replace(/\s/g, ''), groupSeparators);
	const number = Number(plain);
	return plain === '' || !Number.isFinite(number) ? undefined : number;
}

const GROUPED = /^-?[1-9]\d{0,2}([.,]\d{3})+$/;

/** `1.234,56` and `1,234.56` become `1234.56`: the last separator is the decimal one, unless it separates a group. It stands only once: `3.4.2026` is no number. */
function withoutGroups(text: string, groupSeparators: string): string {
	const used = text.replace(/[^.,]/g, '');
	if (GROUPED.test(text) && [...used].every((separator) => groupSeparators.includes(separator))) return text.replace(/[.,]/g, '');
	const decimals = Math.max(text.lastIndexOf(','), text.lastIndexOf('.'));
	if (decimals < 0 || text.indexOf(text.charAt(decimals)) < decimals) return text;
	return `${text.slice(0, decimals).replace(/[.,]/g, '')}.${text.slice(decimals + 1)}`;
}
