/** The resource for leads. */

import type { Resource } from '../../../shared/fields/operations';
import { createLead } from './create';
import { deleteLead } from './delete';
import { getLead } from './get';
import { getManyLeads } from './getMany';
import { updateLead } from './update';

export const lead: Resource = {
	value: 'lead',
	name: 'Lead',
	term: 'リード',
	operations: [createLead, deleteLead, getLead, getManyLeads, updateLead],
};
