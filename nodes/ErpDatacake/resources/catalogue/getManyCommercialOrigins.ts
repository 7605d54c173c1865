import { asText } from '../../../shared/rows';
import { getMany } from '../shared';

export const getManyCommercialOrigins = getMany({
	value: 'getManyCommercialOrigins',
	name: 'Get Many Commercial Origins',
	id: 'list_commercial_origins',
	action: 'Get many commercial origins',
	description: 'Where clients come from (origens comerciais)',
	path: '/origens-comerciais',
	row: {
		id_origem: asText('originId'),
		nome: asText('name'),
		obs: asText('remarks'),
	},
});
