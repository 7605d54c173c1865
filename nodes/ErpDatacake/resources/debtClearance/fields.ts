/** Columns of debt clearances. */

import type { Columns } from '../../../shared/fields/columns';
import { linkColumn, moneyColumn, numberColumn, textColumn } from '../../../shared/fields/columns';

export const debtClearanceRow: Columns = {
	id_quitacao: textColumn('clearanceId'),
	ano: numberColumn('year'),
	valor: moneyColumn('amount'),
	url_arquivo: linkColumn('fileUrl'),
};
