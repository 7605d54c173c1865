import { pick } from '../../../shared/fields/fields';
import { common, getMany } from '../operations';
import { debtClearanceRow } from './fields';

export const getManyDebtClearances = getMany({
	id: 'list_debt_clearance_declarations',
	action: 'Get many debt clearances',
	description: 'Read the yearly declarations that a client owes nothing, with their PDF files where wanted',
	path: '/quitacoes-de-debitos',
	required: pick(common, 'document'),
	optional: pick(common, 'id_cliente'),
	columns: debtClearanceRow,
});
