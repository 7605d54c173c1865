/** The report Leads by User (Consulta de Leads por Usuário). */

import type { Report } from '../report';
import { getManyLeadsByUser } from './getMany';
import { rows, users } from './rows';

export const leadsByUser: Report = {
	name: 'leadsByUser',
	label: 'Leads by User',
	wait: 60,
	operation: getManyLeadsByUser,
	isDaily: false,
	rootKeys: ['usuarios', 'paginacao'],
	cost: '50 leads are one request: 1,000 leads take about 20 minutes',
	outputs: {
		rows: { description: 'One item per lead, ready for a spreadsheet', map: rows },
		users: { description: 'One item per user, with the leads as a list', map: users },
	},
};
