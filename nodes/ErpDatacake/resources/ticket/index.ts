/** The resource for tickets. */

import type { Resource } from '../../../shared/fields/operations';
import { createTicket } from './create';

export const ticket: Resource = {
	value: 'ticket',
	name: 'Ticket',
	term: 'Atendimento',
	operations: [createTicket],
};
