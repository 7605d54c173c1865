/** The operation that updates a business card. */

import { omit, pick } from '../../../shared/fields';
import { update } from '../operations';
import { businessCardFields } from './fields';

const required = ['id', 'client_id'] as const;

export const updateBusinessCard = update(
	{
		action: 'Update business card',
		description: 'Update some fields of a business card and leave the others unchanged',
		path: '/rest_api/v1/business_cards/update',
		required: pick(businessCardFields, ...required),
	},
	omit(businessCardFields, ...required),
);
