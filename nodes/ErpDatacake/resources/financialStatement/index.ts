import type { Resource } from '../../../shared/operations';
import { getManyFinancialStatements } from './getMany';

export const financialStatement: Resource = {
	value: 'financialStatement',
	name: 'Financial Statement',
	operations: [getManyFinancialStatements],
};
