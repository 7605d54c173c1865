import { pick } from '../../../shared/fields/fields';
import { common, getMany } from '../operations';
import { financialStatementRow } from './fields';

export const getManyFinancialStatements = getMany({
	id: 'list_financial_statements',
	action: 'Get many financial statements',
	description: 'Read what a client was charged and paid',
	path: '/extratos-financeiros',
	required: pick(common, 'document'),
	optional: pick(common, 'id_cliente'),
	columns: financialStatementRow,
});
