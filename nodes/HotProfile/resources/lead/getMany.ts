/** The operation that reads many leads. */

import { getMany } from '../operations';
import { leadColumns } from './columns';
import { leadFilters, leadSort } from './fields';

export const getManyLeads = getMany(
	{
		action: 'Get many leads',
		description: 'Get leads, optionally filtered and sorted',
		path: '/rest_api/v1/leads/get_entry_list',
		columns: leadColumns,
	},
	{ root: 'leads', pageSize: 100 },
	leadFilters,
	leadSort,
);
