import { omit, pick } from '../../../shared/fields';
import { statusRow, update } from '../shared';
import { prospectChanges } from './fields';

export const updateProspect = update({
	id: 'edit_prospect',
	action: 'Update prospect',
	description: 'Change the status, reseller or remarks of a prospect',
	path: '/prospectos',
	changes: 'id_prospecto',
	required: pick(prospectChanges, 'id_prospecto'),
	optional: omit(prospectChanges, 'id_prospecto'),
	row: statusRow,
});
