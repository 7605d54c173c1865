/** The operation that reads one lead. */

import { pick } from '../../../shared/fields';
import { get } from '../operations';
import { leadColumns } from './columns';
import { leadFields } from './fields';

export const getLead = get(
	{
		action: 'Get lead',
		description: 'Get a lead by its ID',
		path: '/rest_api/v1/leads/get_entry_list',
		required: pick(leadFields, 'id'),
		columns: leadColumns,
	},
	{ root: 'leads' },
);
