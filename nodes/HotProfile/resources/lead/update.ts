/** The operation that updates a lead. */

import { omit, pick } from '../../../shared/fields';
import { update } from '../operations';
import { leadFields } from './fields';

const required = ['id', 'client_id'] as const;

export const updateLead = update(
	{
		action: 'Update lead',
		description: 'Update some fields of a lead and leave the others unchanged',
		path: '/rest_api/v1/leads/update',
		required: pick(leadFields, ...required),
	},
	omit(leadFields, ...required),
);
