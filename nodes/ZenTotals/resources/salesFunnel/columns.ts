/** The columns of the sales funnel: the filters, which CRM Zen repeats in its answer. Its figures are not documented. */

import type { Columns, ColumnType } from '../../../shared/fields/columns';
import { column } from '../../../shared/fields/columns';
import { isObject } from '../../../shared/fields/unknownValues';
import { countColumn, dateColumn } from '../../columns';
import { count } from '../../values';

const flagColumn = column({ read: (value) => count(value) === 1 });

export const funnelColumns: Columns = {
	filtro_data: countColumn('dateFilter'),
	data_inicial: dateColumn('startDate'),
	data_final: dateColumn('endDate'),
	venda_direta: flagColumn('directSale'),
	distribuicao_lead: flagColumn('leadDistribution'),
	canal_parceria: flagColumn('partnerChannel'),
};

const NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,2})?$/;

function withNumbers(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withNumbers);
	if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withNumbers(child)]));
	return typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
}

/** Figures keep their names; numbers in them, however deep, come as numbers. */
export const figures: ColumnType = { read: withNumbers };
