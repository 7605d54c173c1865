/** The operation that deletes a business card. */

import { pick } from '../../../shared/fields';
import { remove } from '../operations';
import { businessCardFields } from './fields';
import { getBusinessCard } from './get';

export const deleteBusinessCard = remove(
	{
		action: 'Delete business card',
		description: 'Delete a business card from HotProfile',
		path: '/rest_api/v1/business_cards/delete',
		required: pick(businessCardFields, 'id'),
	},
	getBusinessCard,
);
