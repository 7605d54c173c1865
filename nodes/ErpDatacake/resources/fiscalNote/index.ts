/** The resource for tax invoices. */

import type { Resource } from '../../../shared/fields/operations';
import { getManyFiscalNotes } from './getMany';

export const fiscalNote: Resource = {
	value: 'fiscalNote',
	name: 'Tax Invoice',
	term: 'Nota Fiscal',
	operations: [getManyFiscalNotes],
};
