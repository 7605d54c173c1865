/** The operation that reads many business cards. */

import { getMany } from '../operations';
import { businessCardColumns } from './columns';
import { businessCardFilters, businessCardSort } from './fields';

export const getManyBusinessCards = getMany(
	{
		action: 'Get many business cards',
		description: 'Get business cards, optionally filtered and sorted',
		path: '/rest_api/v1/business_cards/get_entry_list',
		columns: businessCardColumns,
	},
	{ root: 'business_cards', pageSize: 1000 },
	businessCardFilters,
	businessCardSort,
);
