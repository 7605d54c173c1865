import { pick } from '../../../shared/fields';
import { common, get } from '../shared';
import { clientRow } from './fields';

export const getClient = get({
	id: 'get_client_info',
	action: 'Get client',
	description: 'Look up a client by CPF or CNPJ',
	path: '/clientes',
	required: pick(common, 'cnpj_cpf'),
	row: clientRow,
});
