/** The operation that reads the ticket types of the ERP. */

import { textColumn } from '../../../shared/fields/columns';
import { getMany } from '../operations';

export const getManyTicketTypes = getMany({
	value: 'getManyTicketTypes',
	name: 'Get Many Ticket Types',
	id: 'list_ticket_types',
	action: 'Get many ticket types',
	description: 'Get the ticket types (tipos de atendimento)',
	path: '/tipos-de-atendimento',
	columns: {
		id_tipo_de_atendimento: textColumn('ticketTypeId'),
		nome: textColumn('name'),
		obs: textColumn('remarks'),
	},
});
