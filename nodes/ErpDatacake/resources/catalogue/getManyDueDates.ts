/** The operation that reads the due dates of the ERP. */

import { textColumn } from '../../../shared/fields/columns';
import { getMany } from '../operations';

export const getManyDueDates = getMany({
	value: 'getManyDueDates',
	name: 'Get Many Due Dates',
	id: 'list_due_dates',
	action: 'Get many due dates',
	description: 'Get the days of the month on which invoices can be due (vencimentos)',
	path: '/vencimentos',
	columns: {
		id_vencimento: textColumn('dueDateId'),
		data: textColumn('name'),
		obs: textColumn('remarks'),
	},
});
