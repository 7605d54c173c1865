import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../../../shared/fields/text';
import { count, isoDate } from '../../values';

/** The filters that CRM Zen repeats in its answer. */
const ECHOED: Record<string, [name: string, read: (value: unknown) => unknown]> = {
	filtro_data: ['dateFilter', count],
	data_inicial: ['startDate', isoDate],
	data_final: ['endDate', isoDate],
	venda_direta: ['directSale', (value) => count(value) === 1],
	distribuicao_lead: ['leadDistribution', (value) => count(value) === 1],
	canal_parceria: ['partnerChannel', (value) => count(value) === 1],
};

/** The filters in English; the figures keep their names, which are not documented, and come as numbers. */
export const rows = (answer: IDataObject): IDataObject[] => [
	Object.fromEntries(
		Object.entries(answer).map(([key, value]) => {
			const [name, read] = Object.hasOwn(ECHOED, key) ? ECHOED[key] : [key, withNumbers];
			return [name, read(value)];
		}),
	) as IDataObject,
];

const NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,2})?$/;

function withNumbers(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withNumbers);
	if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, withNumbers(inside)]));
	return typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
}
