/** The operation that reads the financial statements of a client. */

import { pick } from '../../../shared/fields';
import { common } from '../../fields';
import { getMany } from '../operations';
import { financialStatementColumns } from './columns';

export const getManyFinancialStatements = getMany({
	id: 'list_financial_statements',
	action: 'Get many financial statements',
	description: "Get a client's charges and payments",
	path: '/extratos-financeiros',
	required: pick(common, 'document'),
	optional: pick(common, 'id_cliente'),
	columns: financialStatementColumns,
});
