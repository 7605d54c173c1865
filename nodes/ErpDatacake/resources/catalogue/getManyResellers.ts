/** The operation that reads the resellers of the ERP. */

import { textColumn } from '../../../shared/fields/columns';
import { getMany } from '../operations';

export const getManyResellers = getMany({
	value: 'getManyResellers',
	name: 'Get Many Resellers',
	id: 'list_resellers',
	action: 'Get many resellers',
	description: 'Get the resellers of the provider (revendedores)',
	path: '/revendedores',
	columns: {
		id_revendedor: textColumn('resellerId'),
		nome: textColumn('name'),
		documento: textColumn('document'),
		email: textColumn('email'),
		obs: textColumn('remarks'),
	},
});
