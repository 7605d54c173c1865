import { pick } from '../../../shared/fields/fields';
import { common, getMany } from '../operations';
import { fiscalNoteRow } from './fields';

export const getManyFiscalNotes = getMany({
	id: 'list_fiscal_notes',
	action: 'Get many fiscal notes',
	description: 'Read the fiscal notes of a client, with their PDF files where wanted',
	path: '/notas-fiscais',
	required: pick(common, 'document'),
	optional: pick(common, 'id_cliente'),
	columns: fiscalNoteRow,
});
