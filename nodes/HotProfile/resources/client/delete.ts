/** The operation that deletes a client. */

import { pick } from '../../../shared/fields';
import { remove } from '../operations';
import { clientFields } from './fields';
import { getClient } from './get';

export const deleteClient = remove(
	{
		action: 'Delete client',
		description: 'Delete a client (a company) from HotProfile, which refuses while business cards, leads, reports, deals or tasks use it',
		path: '/rest_api/v1/clients/delete',
		required: pick(clientFields, 'id'),
	},
	getClient,
);
