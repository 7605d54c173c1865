/** The operation that reads one business card. */

import { pick } from '../../../shared/fields';
import { get } from '../operations';
import { businessCardColumns } from './columns';
import { businessCardFields } from './fields';

export const getBusinessCard = get(
	{
		action: 'Get business card',
		description: 'Get a business card by its ID. HotProfile cannot filter business cards by ID, so pages of 1,000 are searched: usually one call, at most five for 10,000 cards',
		path: '/rest_api/v1/business_cards/get_entry_list',
		required: pick(businessCardFields, 'id'),
		columns: businessCardColumns,
	},
	{ root: 'business_cards', pageSize: 1000 },
);
