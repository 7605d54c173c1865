/** The resource for debt clearances. */

import type { Resource } from '../../../shared/fields/operations';
import { getManyDebtClearances } from './getMany';

export const debtClearance: Resource = {
	value: 'debtClearance',
	name: 'Debt Clearance',
	term: 'Quitação de Débitos',
	operations: [getManyDebtClearances],
};
