/** The operation that reads the client services of a client. */

import { pick } from '../../../shared/fields';
import { common } from '../../fields';
import { getMany } from '../operations';
import { clientServiceColumns } from './columns';

export const getManyClientServices = getMany({
	id: 'list_client_installations',
	action: 'Get many client services',
	description: "Get a client's services (instalações)",
	path: '/instalacoes',
	required: pick(common, 'document'),
	optional: pick(common, 'id_cliente'),
	columns: clientServiceColumns,
});
