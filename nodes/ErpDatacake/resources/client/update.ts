/** The operation that updates a client. */

import { omit, pick } from '../../../shared/fields';
import { statusColumns, update } from '../operations';
import { clientFields } from './fields';

export const updateClient = update({
	id: 'edit_client',
	action: 'Update client',
	description: 'Update some fields of a client and leave the others unchanged',
	path: '/clientes',
	recordIdField: 'id_cliente',
	required: pick(clientFields, 'id_cliente'),
	optional: omit(clientFields, 'id_cliente'),
	columns: statusColumns,
});
