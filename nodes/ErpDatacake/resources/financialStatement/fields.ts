/** Columns of financial statements. */

import type { Columns } from '../../../shared/fields/columns';
import { dateColumn, textColumn } from '../../../shared/fields/columns';
import { moneyColumn } from '../../brazil/columns';

export const financialStatementRow: Columns = {
	id_nota: textColumn('invoiceId'),
	data_lancamento: dateColumn('postedOn'),
	data_vencimento: dateColumn('dueOn'),
	data_baixa: dateColumn('settledOn'),
	historico: textColumn('description'),
	valor: moneyColumn('amountReceived'),
	saldo: moneyColumn('invoiceAmount'),
	cobranca: textColumn('charge'),
};
