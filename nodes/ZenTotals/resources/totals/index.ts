/** The report Totals (Totais de Distribuição de Leads por usuários). */

import type { Report } from '../report';
import { getManyTotals } from './getMany';
import { rows, users } from './rows';

export const totals: Report = {
	name: 'totals',
	label: 'Totals',
	term: 'Totais',
	wait: 300,
	required: true,
	operation: getManyTotals,
	isDaily: true,
	rootKeys: ['usuarios', 'erros', 'data'],
	cost: 'Each day is one request: 7 days take about 30 min, 30 days about 2.5 h',
	outputs: {
		rows: {
			description: 'One item per user and breakdown, then the totals per user and for the day, and the failure counts. Ready for a spreadsheet',
			map: rows,
		},
		users: { description: 'One item per user and day, with the breakdowns as lists', map: users },
	},
};
