/** The resource for contracts. */

import type { Resource } from '../../../shared/fields/operations';
import { getManyContracts } from './getMany';

export const contract: Resource = {
	value: 'contract',
	name: 'Contract',
	term: 'Contrato',
	operations: [getManyContracts],
};
