import { omit, pick } from '../../../shared/fields';
import { statusRow, update } from '../shared';
import { clientFields } from './fields';

export const updateClient = update({
	id: 'edit_client',
	action: 'Update client',
	description: 'Change fields of a client; the others stay as they are',
	path: '/clientes',
	changes: 'id_cliente',
	required: pick(clientFields, 'id_cliente'),
	optional: omit(clientFields, 'id_cliente'),
	row: statusRow,
});
