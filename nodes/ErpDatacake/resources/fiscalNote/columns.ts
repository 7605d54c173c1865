/** The columns of a tax invoice as the ERP returns it. */

import type { Columns } from '../../../shared/fields/columns';
import { dateColumn, linkColumn, textColumn } from '../../../shared/fields/columns';
import { moneyColumn } from '../../brazil/columns';

export const fiscalNoteColumns: Columns = {
	id_nota: textColumn('noteId', 'Tax Invoice ID'),
	id_tipo_nota: textColumn('noteTypeId', 'Tax Invoice Type ID'),
	numero_nota: textColumn('number'),
	valor: moneyColumn('amount'),
	protocolo: textColumn('protocol'),
	data_lancamento: dateColumn('postedOn'),
	identificacao: textColumn('identification'),
	url_nota_fiscal: linkColumn('fileUrl'),
};
