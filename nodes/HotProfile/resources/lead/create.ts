/** The operation that creates a lead. */

import { omit, pick } from '../../../shared/fields';
import { create } from '../operations';
import { leadFields } from './fields';

const required = ['client_id', 'family_name'] as const;

export const createLead = create(
	{
		action: 'Create lead',
		description: 'Create a lead for an existing client',
		path: '/rest_api/v1/leads/create',
		required: pick(leadFields, ...required),
	},
	omit(leadFields, 'id', ...required),
);
