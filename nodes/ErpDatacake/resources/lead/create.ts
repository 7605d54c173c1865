import { omit, pick } from '../../../shared/fields';
import { create } from '../shared';
import { leadFields, leadRow } from './fields';

export const createLead = create({
	id: 'create_lead',
	action: 'Create lead',
	description: 'Register somebody who may become a client',
	path: '/leads',
	required: pick(leadFields, 'nome'),
	optional: omit(leadFields, 'nome'),
	row: leadRow,
});
