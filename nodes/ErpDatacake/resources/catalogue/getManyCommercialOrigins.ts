/** The operation that reads the commercial origins of the ERP. */

import { textColumn } from '../../../shared/fields/columns';
import { getMany } from '../operations';

export const getManyCommercialOrigins = getMany({
	value: 'getManyCommercialOrigins',
	name: 'Get Many Commercial Origins',
	id: 'list_commercial_origins',
	action: 'Get many commercial origins',
	description: 'Get the sales channels that clients come from (origens comerciais)',
	path: '/origens-comerciais',
	columns: {
		id_origem: textColumn('originId'),
		nome: textColumn('name'),
		obs: textColumn('remarks'),
	},
});
