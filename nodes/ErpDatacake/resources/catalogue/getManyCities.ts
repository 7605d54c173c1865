/** The operation that reads the cities of the ERP. */

import { numberColumn, textColumn } from '../../../shared/fields/columns';
import { getMany } from '../operations';

export const getManyCities = getMany({
	value: 'getManyCities',
	name: 'Get Many Cities',
	id: 'list_cities',
	action: 'Get many cities',
	description: 'Get the cities that the provider serves (cidades)',
	path: '/cidades',
	columns: {
		id_cidade: textColumn('cityId'),
		nome: textColumn('name'),
		latitude: numberColumn('latitude'),
		longitude: numberColumn('longitude'),
		obs: textColumn('remarks'),
	},
});
