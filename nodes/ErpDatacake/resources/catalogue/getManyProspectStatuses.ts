/** The operation that reads the prospect statuses of the ERP. */

import { textColumn } from '../../../shared/fields/columns';
import { getMany } from '../operations';

export const getManyProspectStatuses = getMany({
	value: 'getManyProspectStatuses',
	name: 'Get Many Prospect Statuses',
	id: 'list_prospect_statuses',
	action: 'Get many prospect statuses',
	description: 'Get the statuses that a prospect can have (status de prospectos)',
	path: '/status-de-prospectos',
	columns: {
		status_prospeccao: textColumn('statusId'),
		nome: textColumn('name'),
		obs: textColumn('remarks'),
	},
});
