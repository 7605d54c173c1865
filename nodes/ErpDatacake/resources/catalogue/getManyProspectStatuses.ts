import { asText } from '../../../shared/rows';
import { getMany } from '../shared';

export const getManyProspectStatuses = getMany({
	value: 'getManyProspectStatuses',
	name: 'Get Many Prospect Statuses',
	id: 'list_prospect_statuses',
	action: 'Get many prospect statuses',
	description: 'What a prospect can go through (status de prospectos)',
	path: '/status-de-prospectos',
	row: {
		status_prospeccao: asText('statusId'),
		nome: asText('name'),
		obs: asText('remarks'),
	},
});
