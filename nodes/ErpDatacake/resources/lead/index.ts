/** The resource for leads. */

import type { Resource } from '../../../shared/fields/operations';
import { createLead } from './create';

export const lead: Resource = {
	value: 'lead',
	name: 'Lead',
	operations: [createLead],
};
