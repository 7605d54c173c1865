/** The 26 states of Brazil and its federal district. */

import type { Choice } from '../../shared/fields';

const STATES: Array<[code: string, name: string]> = [
	['AC', 'Acre'], ['AL', 'Alagoas'], ['AM', 'Amazonas'], ['AP', 'Amapá'], ['BA', 'Bahia'], ['CE', 'Ceará'],
	['DF', 'Distrito Federal'], ['ES', 'Espírito Santo'], ['GO', 'Goiás'], ['MA', 'Maranhão'],
	['MG', 'Minas Gerais'], ['MS', 'Mato Grosso do Sul'], ['MT', 'Mato Grosso'], ['PA', 'Pará'],
	['PB', 'Paraíba'], ['PE', 'Pernambuco'], ['PI', 'Piauí'], ['PR', 'Paraná'], ['RJ', 'Rio de Janeiro'],
	['RN', 'Rio Grande do Norte'], ['RO', 'Rondônia'], ['RR', 'Roraima'], ['RS', 'Rio Grande do Sul'],
	['SC', 'Santa Catarina'], ['SE', 'Sergipe'], ['SP', 'São Paulo'], ['TO', 'Tocantins'],
];

export const states: Choice[] = STATES.map(([code, name]) => ({ name: `${code} (${name})`, value: code }));

const codes = new Set(STATES.map(([code]) => code));

/** Whether a text is the code of a state (UF). */
export const isStateCode = (text: string): boolean => codes.has(text.toUpperCase());
