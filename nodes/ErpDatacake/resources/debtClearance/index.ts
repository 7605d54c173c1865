import type { Resource } from '../../../shared/fields/operations';
import { getManyDebtClearances } from './getMany';

export const debtClearance: Resource = {
	value: 'debtClearance',
	name: 'Debt Clearance',
	operations: [getManyDebtClearances],
};
