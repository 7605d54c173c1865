/** The operation that updates a prospect. */

import { omit, pick } from '../../../shared/fields';
import { statusColumns, update } from '../operations';
import { prospectChanges } from './fields';

export const updateProspect = update({
	id: 'edit_prospect',
	action: 'Update prospect',
	description: 'Update the status, reseller or remarks of a prospect',
	path: '/prospectos',
	recordIdField: 'id_prospecto',
	required: pick(prospectChanges, 'id_prospecto'),
	optional: omit(prospectChanges, 'id_prospecto'),
	columns: statusColumns,
});
