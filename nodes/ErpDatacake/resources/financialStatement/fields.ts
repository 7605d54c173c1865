import type { Row } from '../../../shared/rows';
import { asDate, asMoney, asText } from '../../../shared/rows';

export const financialStatementRow: Row = {
	id_nota: asText('invoiceId'),
	data_lancamento: asDate('postedOn'),
	data_vencimento: asDate('dueOn'),
	data_baixa: asDate('settledOn'),
	historico: asText('description'),
	valor: asMoney('amountReceived'),
	saldo: asMoney('invoiceAmount'),
	cobranca: asText('charge'),
};
