/** The resource for clients. */

import type { Resource } from '../../../shared/fields/operations';
import { createClient } from './create';
import { deleteClient } from './delete';
import { getClient } from './get';
import { getManyClients } from './getMany';
import { updateClient } from './update';

export const client: Resource = {
	value: 'client',
	name: 'Client',
	term: '会社',
	operations: [createClient, deleteClient, getClient, getManyClients, updateClient],
};
