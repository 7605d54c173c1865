import { pick } from '../../../shared/fields/fields';
import { common, get } from '../operations';
import { prospectStatusRow } from './fields';

export const getProspectStatus = get({
	value: 'getStatus',
	name: 'Get Status',
	id: 'get_prospect_status',
	action: 'Get prospect status',
	description: 'Read how far a prospect has come, and why it was rejected',
	path: '/prospectos/status',
	required: pick(common, 'id_prospecto'),
	columns: prospectStatusRow,
});
