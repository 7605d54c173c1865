import { asText } from '../../../shared/rows';
import { getMany } from '../shared';

export const getManyResellers = getMany({
	value: 'getManyResellers',
	name: 'Get Many Resellers',
	id: 'list_resellers',
	action: 'Get many resellers',
	description: 'Who sells for the provider (revendedores)',
	path: '/revendedores',
	row: {
		id_revendedor: asText('resellerId'),
		nome: asText('name'),
		documento: asText('document'),
		email: asText('email'),
		obs: asText('remarks'),
	},
});
