/** The resource for business cards. */

import type { Resource } from '../../../shared/fields/operations';
import { createBusinessCard } from './create';
import { deleteBusinessCard } from './delete';
import { getBusinessCard } from './get';
import { getManyBusinessCards } from './getMany';
import { updateBusinessCard } from './update';

export const businessCard: Resource = {
	value: 'businessCard',
	name: 'Business Card',
	term: '名刺',
	operations: [createBusinessCard, deleteBusinessCard, getBusinessCard, getManyBusinessCards, updateBusinessCard],
};
