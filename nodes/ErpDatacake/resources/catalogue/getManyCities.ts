import { asNumber, asText } from '../../../shared/rows';
import { getMany } from '../shared';

export const getManyCities = getMany({
	value: 'getManyCities',
	name: 'Get Many Cities',
	id: 'list_cities',
	action: 'Get many cities',
	description: 'The cities that the provider serves (cidades)',
	path: '/cidades',
	row: {
		id_cidade: asText('cityId'),
		nome: asText('name'),
		latitude: asNumber('latitude'),
		longitude: asNumber('longitude'),
		obs: asText('remarks'),
	},
});
