/** The operation that creates a lead. */

import { omit, pick } from '../../../shared/fields/fields';
import { create } from '../operations';
import { leadFields, leadRow } from './fields';

export const createLead = create({
	id: 'create_lead',
	action: 'Create lead',
	description: 'Create a lead: someone who may become a client',
	path: '/leads',
	required: pick(leadFields, 'nome'),
	optional: omit(leadFields, 'nome'),
	columns: leadRow,
});
