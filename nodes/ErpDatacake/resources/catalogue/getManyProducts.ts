/** The operation that reads the products of the ERP. */

import { textColumn } from '../../../shared/fields/columns';
import { moneyColumn } from '../../brazil/columns';
import { getMany } from '../operations';

export const getManyProducts = getMany({
	value: 'getManyProducts',
	name: 'Get Many Products',
	id: 'list_products',
	action: 'Get many products',
	description: 'Get the products of the provider (produtos)',
	path: '/produtos',
	columns: {
		id_servico: textColumn('productId'),
		nome: textColumn('name'),
		descricao: textColumn('description'),
		valor: moneyColumn('price'),
		obs: textColumn('remarks'),
	},
});
