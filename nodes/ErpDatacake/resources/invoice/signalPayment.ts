import { pick } from '../../../shared/fields/fields';
import { common, create, statusRow } from '../operations';

export const signalPayment = create({
	value: 'signalPayment',
	name: 'Signal Payment',
	pastTense: 'signaled',
	id: 'signal_invoice_payment',
	action: 'Signal invoice payment',
	description: 'Tell the ERP that an invoice was paid (baixa na fatura)',
	path: '/pagamentos',
	required: pick(common, 'id_cliente', 'id_fatura'),
	columns: statusRow,
});
