/** The columns of the totals of a day: users, the breakdowns of their leads, and counts of failures. */

import type { Columns } from '../../../shared/fields/columns';
import { codeColumn, countColumn, textColumn } from '../../columns';

export const userColumns: Columns = {
	nome: textColumn('user'),
	total_lead: countColumn('leads'),
};

/** One line of a user's breakdown. */
export const breakdownColumns: Columns = {
	codigo: codeColumn('code'),
	nome: textColumn('name'),
	quantidade: countColumn('leads'),
};

/** Counts of leads that were not distributed; in the output they keep CRM Zen's keys as their codes. */
export const failureColumns: Columns = {
	com_erro: countColumn('com_erro', 'With Error'),
	sem_agrupamento: countColumn('sem_agrupamento', 'Without Grouping'),
	limite_de_contatos: countColumn('limite_de_contatos', 'Over Contact Limit'),
	duplicados: countColumn('duplicados', 'Duplicates'),
};

/** The breakdowns of a user's leads: key in the answer, dimension of a row, key of the list in a user's item. */
export const breakdowns = [
	{ wire: 'origem', dimension: 'origin', key: 'origins' },
	{ wire: 'segmento', dimension: 'segment', key: 'segments' },
	{ wire: 'automacao', dimension: 'automation', key: 'automations' },
	{ wire: 'produtos_e_servicos', dimension: 'productOrService', key: 'productsAndServices' },
];
