import type { Resource } from '../../../shared/operations';
import { getManyContracts } from './getMany';

export const contract: Resource = {
	value: 'contract',
	name: 'Contract',
	operations: [getManyContracts],
};
