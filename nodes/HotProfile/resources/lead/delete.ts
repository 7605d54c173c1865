/** The operation that deletes a lead. */

import { pick } from '../../../shared/fields';
import { remove } from '../operations';
import { leadFields } from './fields';
import { getLead } from './get';

export const deleteLead = remove(
	{
		action: 'Delete lead',
		description: 'Delete a lead from HotProfile',
		path: '/rest_api/v1/leads/delete',
		required: pick(leadFields, 'id'),
	},
	getLead,
);
