/** The operation that creates a ticket. */

import { omit, pick } from '../../../shared/fields';
import { create } from '../operations';
import { ticketColumns } from './columns';
import { ticketFields } from './fields';

const required = ['id_cliente', 'assunto', 'mensagem'] as const;

export const createTicket = create({
	id: 'create_ticket',
	action: 'Create ticket',
	description: 'Create a support ticket for a client',
	path: '/atendimentos',
	required: pick(ticketFields, ...required),
	optional: omit(ticketFields, ...required),
	columns: ticketColumns,
});
