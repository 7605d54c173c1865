import { asText } from '../../../shared/rows';
import { getMany } from '../shared';

export const getManyDueDates = getMany({
	value: 'getManyDueDates',
	name: 'Get Many Due Dates',
	id: 'list_due_dates',
	action: 'Get many due dates',
	description: 'The days on which invoices can be due (vencimentos)',
	path: '/vencimentos',
	row: {
		id_vencimento: asText('dueDateId'),
		data: asText('name'),
		obs: asText('remarks'),
	},
});
