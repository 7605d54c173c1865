import { textColumn } from '../../../shared/fields/columns';
import { getMany } from '../operations';

export const getManyDueDates = getMany({
	value: 'getManyDueDates',
	name: 'Get Many Due Dates',
	id: 'list_due_dates',
	action: 'Get many due dates',
	description: 'The days on which invoices can be due (vencimentos)',
	path: '/vencimentos',
	columns: {
		id_vencimento: textColumn('dueDateId'),
		data: textColumn('name'),
		obs: textColumn('remarks'),
	},
});
