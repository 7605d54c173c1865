/** The columns of an invoice as the ERP returns it. */

import type { Columns } from '../../../shared/fields/columns';
import { dateColumn, textColumn } from '../../../shared/fields/columns';
import { moneyColumn } from '../../brazil/columns';

export const invoiceColumns: Columns = {
	id_fatura: textColumn('invoiceId'),
	code_fatura: textColumn('invoiceCode'),
	nome_cliente: textColumn('clientName'),
	document_number: textColumn('document'),
	remote_id: textColumn('clientId'),
	valor_inicial: moneyColumn('originalAmount'),
	valor_atual: moneyColumn('currentAmount'),
	juros: moneyColumn('interest'),
	multa: moneyColumn('fine'),
	desconto: moneyColumn('discount'),
	data_emissao: dateColumn('issuedOn'),
	data_vencimento: dateColumn('dueOn'),
	historico: textColumn('description'),
	bank_code: textColumn('bankCode'),
	linha_digitavel: textColumn('boletoLine'),
	integration_id: textColumn('integrationId'),
	identifier: textColumn('identifier'),
	pix_code: textColumn('pixCode', 'PIX Code'),
	contract_id: textColumn('contractId'),
	bill_receipt: textColumn('cardReceipt'),
	bill_pix_receipt: textColumn('pixReceipt', 'PIX Receipt'),
};
