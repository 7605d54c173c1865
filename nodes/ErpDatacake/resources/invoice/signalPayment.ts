/** The operation that records that an invoice was paid. */

import { pick } from '../../../shared/fields';
import { common } from '../../fields';
import { create, statusColumns } from '../operations';

export const signalPayment = create({
	value: 'signalPayment',
	name: 'Record Payment',
	pastTense: 'recorded',
	id: 'signal_invoice_payment',
	action: 'Record invoice payment',
	description: 'Record that an invoice was paid (baixa na fatura)',
	path: '/pagamentos',
	required: pick(common, 'id_cliente', 'id_fatura'),
	columns: statusColumns,
});
