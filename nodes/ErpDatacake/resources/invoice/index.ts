/** The resource for invoices. */

import type { Resource } from '../../../shared/fields/operations';
import { getManyInvoices } from './getMany';
import { signalPayment } from './signalPayment';

export const invoice: Resource = {
	value: 'invoice',
	name: 'Invoice',
	term: 'Fatura',
	operations: [getManyInvoices, signalPayment],
};
