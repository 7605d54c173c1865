import { asText } from '../../../shared/rows';
import { getMany } from '../shared';

export const getManyTicketTypes = getMany({
	value: 'getManyTicketTypes',
	name: 'Get Many Ticket Types',
	id: 'list_ticket_types',
	action: 'Get many ticket types',
	description: 'What a ticket can be about (tipos de atendimento)',
	path: '/tipos-de-atendimento',
	row: {
		id_tipo_de_atendimento: asText('ticketTypeId'),
		nome: asText('name'),
		obs: asText('remarks'),
	},
});
