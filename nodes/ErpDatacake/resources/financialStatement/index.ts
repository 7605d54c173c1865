import type { Resource } from '../../../shared/fields/operations';
import { getManyFinancialStatements } from './getMany';

export const financialStatement: Resource = {
	value: 'financialStatement',
	name: 'Financial Statement',
	operations: [getManyFinancialStatements],
};
