/** The columns of a user and of a lead in the leads by user. */

import type { Columns } from '../../../shared/fields/columns';
import { column } from '../../../shared/fields/columns';
import { codeColumn, countColumn, dateColumn, textColumn } from '../../columns';
import { objects, text } from '../../values';

/** The names of a list, separated by commas. */
const namesColumn = column({ read: (list) => objects(list).map(({ nome }) => text(nome)).filter(Boolean).join(', ') });

export const userColumns: Columns = {
	nome: textColumn('user'),
	email: textColumn('email'),
};

export const leadColumns: Columns = {
	id_registro: countColumn('record'),
	codigo: codeColumn('code'),
	data_entrada: dateColumn('enteredAt'),
	data_redistribuicao: dateColumn('redistributedAt'),
	origem: namesColumn('origins'),
	segmento: namesColumn('segments'),
	automacao: namesColumn('automations'),
	produtos_e_servicos: namesColumn('productsAndServices'),
};
