import { pick } from '../../../shared/fields/fields';
import { common, get } from '../operations';
import { clientRow } from './fields';

export const getClient = get({
	id: 'get_client_info',
	action: 'Get client',
	description: 'Look up a client by CPF or CNPJ',
	path: '/clientes',
	required: pick(common, 'cnpj_cpf'),
	columns: clientRow,
});
