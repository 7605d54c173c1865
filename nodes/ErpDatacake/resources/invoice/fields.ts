import type { Row } from '../../../shared/rows';
import { asDate, asMoney, asText } from '../../../shared/rows';

export const invoiceRow: Row = {
	id_fatura: asText('invoiceId'),
	code_fatura: asText('invoiceCode'),
	nome_cliente: asText('clientName'),
	document_number: asText('document'),
	remote_id: asText('clientId'),
	valor_inicial: asMoney('originalAmount'),
	valor_atual: asMoney('currentAmount'),
	juros: asMoney('interest'),
	multa: asMoney('fine'),
	desconto: asMoney('discount'),
	data_emissao: asDate('issuedOn'),
	data_vencimento: asDate('dueOn'),
	historico: asText('description'),
	bank_code: asText('bankCode'),
	linha_digitavel: asText('boletoLine'),
	integration_id: asText('integrationId'),
	identifier: asText('identifier'),
	pix_code: asText('pixCode'),
	contract_id: asText('contractId'),
	bill_receipt: asText('cardReceipt'),
	bill_pix_receipt: asText('pixReceipt'),
};
