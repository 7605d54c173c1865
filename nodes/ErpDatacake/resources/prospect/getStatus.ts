/** The operation that reads the status of a prospect. */

import { pick } from '../../../shared/fields';
import { common } from '../../fields';
import { get } from '../operations';
import { prospectStatusColumns } from './columns';

export const getProspectStatus = get({
	value: 'getStatus',
	name: 'Get Status',
	id: 'get_prospect_status',
	action: 'Get prospect status',
	description: 'Get the status of a prospect, with the reason if it was rejected',
	path: '/prospectos/status',
	required: pick(common, 'id_prospecto'),
	columns: prospectStatusColumns,
});
