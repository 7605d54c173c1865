/** The operation that reads the tax invoices of a client. */

import { pick } from '../../../shared/fields';
import { common } from '../../fields';
import { getMany } from '../operations';
import { fiscalNoteColumns } from './columns';

export const getManyFiscalNotes = getMany({
	id: 'list_fiscal_notes',
	action: 'Get many tax invoices',
	description: "Get a client's tax invoices, optionally with their PDF files",
	path: '/notas-fiscais',
	required: pick(common, 'document'),
	optional: pick(common, 'id_cliente'),
	columns: fiscalNoteColumns,
});
