import type { Resource } from '../../../shared/fields/operations';
import { createClient } from './create';
import { getManyClients } from './getMany';
import { updateClient } from './update';

export const client: Resource = {
	value: 'client',
	name: 'Client',
	operations: [createClient, getManyClients, updateClient],
};
