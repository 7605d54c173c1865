/** The report Totals (Totais de Distribuição de Leads por usuários). */

import type { Report } from '../report';
import { getManyTotals } from './getMany';
import { rows, users } from './rows';

export const totals: Report = {
	name: 'totals',
	label: 'Totals',
	wait: 300,
	required: true,
	operation: getManyTotals,
	isDaily: true,
	rootKeys: ['usuarios', 'erros', 'data'],
	cost: 'Each day is one request: 7 days take half an hour, 30 days two and a half hours',
	outputs: {
		rows: {
			description: 'One item per user and breakdown, then the totals of each user and of the day, and the counts of failures: ready for a spreadsheet',
			map: rows,
		},
		users: { description: 'One item per user and day, with the breakdowns as lists', map: users },
	},
};
