import type { Choice } from '../shared/fields/fields';

/** The 26 states and the federal district. */
export const states: Choice[] = [
	['AC', 'Acre'], ['AL', 'Alagoas'], ['AM', 'Amazonas'], ['AP', 'Amapá'], ['BA', 'Bahia'], ['CE', 'Ceará'],
	['DF', 'Distrito Federal'], ['ES', 'Espírito Santo'], ['GO', 'Goiás'], ['MA', 'Maranhão'],
	['MG', 'Minas Gerais'], ['MS', 'Mato Grosso do Sul'], ['MT', 'Mato Grosso'], ['PA', 'Pará'],
	['PB', 'Paraíba'], ['PE', 'Pernambuco'], ['PI', 'Piauí'], ['PR', 'Paraná'], ['RJ', 'Rio de Janeiro'],
	['RN', 'Rio Grande do Norte'], ['RO', 'Rondônia'], ['RR', 'Roraima'], ['RS', 'Rio Grande do Sul'],
	['SC', 'Santa Catarina'], ['SE', 'Sergipe'], ['SP', 'São Paulo'], ['TO', 'Tocantins'],
].map(([value, name]) => ({ name: `${value} (${name})`, value }));

export const dateFormats: Choice[] = [
	{ name: '2026-04-30', value: 'yyyy-MM-dd' },
	{ name: '30/04/2026', value: 'dd/MM/yyyy' },
	{ name: '2026/04/30', value: 'yyyy/MM/dd' },
	{ name: '30-04-2026', value: 'dd-MM-yyyy' },
];

/** How ERPs write yes and no. */
export const yesAndNo: Choice[] = ['S/N', 'Sim/Não', '1/0', 'true/false'].map((value) => ({
	name: value.replace('/', ' or '),
	value,
}));

export const jsonForms: Choice[] = [
	{ name: 'Text', value: 'text', description: 'The JSON text as it was given' },
	{ name: 'Object', value: 'object', description: 'The object that the text says' },
];
