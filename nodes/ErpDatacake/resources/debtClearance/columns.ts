/** The columns of a debt clearance as the ERP returns it. */

import type { Columns } from '../../../shared/fields/columns';
import { linkColumn, numberColumn, textColumn } from '../../../shared/fields/columns';
import { moneyColumn } from '../../brazil/columns';

export const debtClearanceColumns: Columns = {
	id_quitacao: textColumn('clearanceId'),
	ano: numberColumn('year'),
	valor: moneyColumn('amount'),
	url_arquivo: linkColumn('fileUrl'),
};
