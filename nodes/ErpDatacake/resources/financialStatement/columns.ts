/** The columns of an entry of a financial statement as the ERP returns it. */

import type { Columns } from '../../../shared/fields/columns';
import { dateColumn, textColumn } from '../../../shared/fields/columns';
import { moneyColumn } from '../../brazil/columns';

export const financialStatementColumns: Columns = {
	id_nota: textColumn('invoiceId'),
	data_lancamento: dateColumn('postedOn'),
	data_vencimento: dateColumn('dueOn'),
	data_baixa: dateColumn('settledOn'),
	historico: textColumn('description'),
	valor: moneyColumn('amountReceived'),
	saldo: moneyColumn('invoiceAmount'),
	cobranca: textColumn('charge'),
};
