/** The operation that creates a business card. */

import { omit, pick } from '../../../shared/fields';
import { create } from '../operations';
import { businessCardFields } from './fields';

const required = ['client_id', 'family_name', 'status', 'open_status'] as const;

export const createBusinessCard = create(
	{
		action: 'Create business card',
		description: 'Create a business card for an existing client',
		path: '/rest_api/v1/business_cards/create',
		required: pick(businessCardFields, ...required),
	},
	omit(businessCardFields, 'id', ...required),
);
