/** The resource for financial statements. */

import type { Resource } from '../../../shared/fields/operations';
import { getManyFinancialStatements } from './getMany';

export const financialStatement: Resource = {
	value: 'financialStatement',
	name: 'Financial Statement',
	term: 'Extrato Financeiro',
	operations: [getManyFinancialStatements],
};
