/** The operation that reads a client. */

import { pick } from '../../../shared/fields';
import { common } from '../../fields';
import { get } from '../operations';
import { clientColumns } from './columns';

export const getClient = get({
	id: 'get_client_info',
	action: 'Get client',
	description: 'Get a client by CPF or CNPJ',
	path: '/clientes',
	required: pick(common, 'cnpj_cpf'),
	columns: clientColumns,
});
