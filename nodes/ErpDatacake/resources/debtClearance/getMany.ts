/** The operation that reads the debt clearances of a client. */

import { pick } from '../../../shared/fields';
import { common } from '../../fields';
import { getMany } from '../operations';
import { debtClearanceColumns } from './columns';

export const getManyDebtClearances = getMany({
	id: 'list_debt_clearance_declarations',
	action: 'Get many debt clearances',
	description: 'Get the annual statements which confirm that a client has no debts, optionally with their PDF files',
	path: '/quitacoes-de-debitos',
	required: pick(common, 'document'),
	optional: pick(common, 'id_cliente'),
	columns: debtClearanceColumns,
});
