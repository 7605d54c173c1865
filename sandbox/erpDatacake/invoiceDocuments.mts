import type { Invoice } from './provider.mts';

/** Generates an invoice's documents: boleto line, PIX code and a small PDF. */

/** A 47-digit boleto line of a bank that does not exist. */
export function boletoLine({ id, amount }: Invoice): string {
	const digits = `99900000${String(id).padStart(25, '0')}`.padEnd(37, '0') + String(amount).padStart(10, '0');
	return digits.replace(/^(\d{5})(\d{5})(\d{5})(\d{6})(\d{5})(\d{6})(\d)(\d{14})$/, '$1.$2 $3.$4 $5.$6 $7 $8');
}

const emvField = (id: string, value: string) => `${id}${String(value.length).padStart(2, '0')}${value}`;

/** A PIX copy-and-paste code in EMV format, with its checksum. */
export function pixCode({ id, amount }: Invoice): string {
	const text = [
		emvField('00', '01'),
		emvField('26', emvField('00', 'br.gov.bcb.pix') + emvField('01', 'pix@example.com')),
		emvField('52', '0000'),
		emvField('53', '986'),
		emvField('54', money(amount)),
		emvField('58', 'BR'),
		emvField('59', 'PROVEDOR AMOSTRA'),
		emvField('60', 'SAO PAULO'),
		emvField('62', emvField('05', `FATURA${id}`)),
	].join('');
	return `${text}6304${checksum(`${text}6304`)}`;
}

/** CRC-16/CCITT-FALSE as four hexadecimal digits. */
function checksum(text: string): string {
	let sum = 0xffff;
	for (const byte of Buffer.from(text)) {
		sum ^= byte << 8;
		for (let bit = 0; bit < 8; bit += 1) sum = (sum & 0x8000 ? (sum << 1) ^ 0x1021 : sum << 1) & 0xffff;
	}
	return sum.toString(16).toUpperCase().padStart(4, '0');
}

/** Cents as `1234.50`. */
export const money = (cents: number): string => (cents / 100).toFixed(2);

/** A one-page PDF with one line of text. */
export function pdf(line: string): string {
	const plain = line.normalize('NFD').replace(/[^\x20-\x7e]/g, '').replace(/[()\\]/g, '');
	const content = `BT /F1 18 Tf 40 100 Td (${plain}) Tj ET`;
	const objects = [
		'<< /Type /Catalogue /Pages 2 0 R >>',
		'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
		'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
		`<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
		'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
	];
	let text = '%PDF-1.4\n';
	const offsets = objects.map((object, index) => {
		const offset = text.length;
		text += `${index + 1} 0 obj\n${object}\nendobj\n`;
		return offset;
	});
	const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
	return `${text}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
}
