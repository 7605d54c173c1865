/** The resource for clients. */

import type { Resource } from '../../../shared/fields/operations';
import { getClient } from './get';
import { updateClient } from './update';

export const client: Resource = {
	value: 'client',
	name: 'Client',
	term: 'Cliente',
	operations: [getClient, updateClient],
};
