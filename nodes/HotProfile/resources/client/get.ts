/** The operation that reads one client. */

import { pick } from '../../../shared/fields';
import { get } from '../operations';
import { clientColumns } from './columns';
import { clientFields } from './fields';

export const getClient = get(
	{
		action: 'Get client',
		description: 'Get a client (a company) by its ID',
		path: '/rest_api/v1/clients/get_entry_list',
		required: pick(clientFields, 'id'),
		columns: clientColumns,
	},
	{ root: 'clients' },
);
