import { get } from '../shared';
import { clientKey, clientRow } from './fields';

export const getClient = get({
	id: 'get_client_info',
	action: 'Get client',
	description: 'Look up a client by CPF or CNPJ',
	path: '/clientes',
	required: clientKey,
	row: clientRow,
});
