import { pick } from '../../../shared/fields/fields';
import { common, getMany } from '../operations';
import { clientServiceRow } from './fields';

export const getManyClientServices = getMany({
	id: 'list_client_installations',
	action: 'Get many client services',
	description: 'Read the services that are installed at a client',
	path: '/instalacoes',
	required: pick(common, 'document'),
	optional: pick(common, 'id_cliente'),
	columns: clientServiceRow,
});
