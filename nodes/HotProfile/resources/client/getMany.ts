/** The operation that reads many clients. */

import { getMany } from '../operations';
import { clientColumns } from './columns';
import { clientFilters, clientSort } from './fields';

export const getManyClients = getMany(
	{
		action: 'Get many clients',
		description: 'Get clients, optionally filtered and sorted',
		path: '/rest_api/v1/clients/get_entry_list',
		columns: clientColumns,
	},
	{ root: 'clients', pageSize: 1000 },
	clientFilters,
	clientSort,
);
