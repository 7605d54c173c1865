/** The resource for client services. */

import type { Resource } from '../../../shared/fields/operations';
import { enableProvisionally } from './enableProvisionally';
import { getManyClientServices } from './getMany';

export const clientService: Resource = {
	value: 'clientService',
	name: 'Client Service',
	term: 'Serviço do Cliente',
	operations: [enableProvisionally, getManyClientServices],
};
