/** Checks CPF and CNPJ, the tax numbers of people and companies in Brazil. */

/**
 * Whether the check digits of a CPF or CNPJ are right, with or without punctuation. The first 12 characters of a
 * CNPJ may be letters (in force since July 2026).
 */
export function isTaxNumber(entered: string): boolean {
	const text = entered.trim().replace(/[.\-/\s]/g, '').toUpperCase();
	// Equal digits pass the arithmetic, but the tax office never issues them.
	if (/^(.)\1*$/.test(text)) return false;
	if (/^\d{11}$/.test(text)) return text.endsWith(checkDigits(text.slice(0, 9), 11));
	if (/^[0-9A-Z]{12}\d{2}$/.test(text)) return text.endsWith(checkDigits(text.slice(0, 12), 9));
	return false;
}

/** The two check digits: weights from 2 up, from the right, starting again after the largest one. */
function checkDigits(text: string, largestWeight: number): string {
	const first = checkDigit(text, largestWeight);
	return first + checkDigit(text + first, largestWeight);
}

function checkDigit(text: string, largestWeight: number): string {
	const sum = [...text].reverse().reduce((total, character, index) => {
		const weight = 2 + (index % (largestWeight - 1));
		return total + (character.charCodeAt(0) - 48) * weight;
	}, 0);
	const rest = sum % 11;
	return String(rest < 2 ? 0 : 11 - rest);
}
