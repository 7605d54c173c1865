/** The operation that reads the invoices of a client. */

import { pick } from '../../../shared/fields';
import { common } from '../../fields';
import { getMany } from '../operations';
import { invoiceColumns } from './columns';

export const getManyInvoices = getMany({
	id: 'list_open_invoices',
	action: 'Get many invoices',
	description: "Get a client's open invoices, with their boleto lines and PIX codes",
	path: '/faturas',
	required: pick(common, 'document'),
	optional: pick(common, 'id_contrato'),
	columns: invoiceColumns,
});
