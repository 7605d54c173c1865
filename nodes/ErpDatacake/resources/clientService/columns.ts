/** The columns of a client service as the ERP returns it. */

import type { Columns } from '../../../shared/fields/columns';
import { textColumn } from '../../../shared/fields/columns';
import { moneyColumn } from '../../brazil/columns';

export const clientServiceColumns: Columns = {
	id_servico: textColumn('serviceId'),
	nome: textColumn('name'),
	situacao: textColumn('situation', 'Status'),
	obs: textColumn('remarks'),
	valor: moneyColumn('price'),
	numero_plano: textColumn('planNumber'),
	endereco: textColumn('address'),
};
