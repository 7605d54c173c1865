/** The operation that creates a lead. */

import { omit, pick } from '../../../shared/fields';
import { create } from '../operations';
import { leadColumns } from './columns';
import { leadFields } from './fields';

export const createLead = create({
	id: 'create_lead',
	action: 'Create lead',
	description: 'Create a lead: someone who may become a client',
	path: '/leads',
	required: pick(leadFields, 'nome'),
	optional: omit(leadFields, 'nome'),
	columns: leadColumns,
});
