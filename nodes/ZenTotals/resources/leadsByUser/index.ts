/** The report Leads by User (Consulta de Leads por Usuário). */

import type { Report } from '../report';
import { getManyLeadsByUser } from './getMany';
import { rows, users } from './rows';

export const leadsByUser: Report = {
	name: 'leadsByUser',
	label: 'Leads by User',
	term: 'Leads por Usuário',
	wait: 60,
	operation: getManyLeadsByUser,
	isDaily: false,
	rootKeys: ['usuarios', 'paginacao'],
	cost: 'Each request returns 50 leads: 1,000 leads take about 20 min',
	outputs: {
		rows: { description: 'One item per lead. Ready for a spreadsheet', map: rows },
		users: { description: 'One item per user, with the leads as a list', map: users },
	},
};
