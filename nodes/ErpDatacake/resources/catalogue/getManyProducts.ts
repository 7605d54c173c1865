import { asMoney, asText } from '../../../shared/rows';
import { getMany } from '../shared';

export const getManyProducts = getMany({
	value: 'getManyProducts',
	name: 'Get Many Products',
	id: 'list_products',
	action: 'Get many products',
	description: 'What the provider sells (produtos)',
	path: '/produtos',
	row: {
		id_servico: asText('productId'),
		nome: asText('name'),
		descricao: asText('description'),
		valor: asMoney('price'),
		obs: asText('remarks'),
	},
});
