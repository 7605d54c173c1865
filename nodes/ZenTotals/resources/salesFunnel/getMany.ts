/** The operation that reads the figures of the sales funnel for a period. */

import { getMany } from '../operations';
import { dateFilter, originFilters } from './fields';

export const getManySalesFunnels = getMany({
	action: 'Get many sales funnels',
	description: 'Get the figures of the sales funnel for a period',
	path: 'salesFunnel',
	required: dateFilter,
	collections: [{ name: 'filters', fields: originFilters }],
});
