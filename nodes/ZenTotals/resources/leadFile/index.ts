/** The report Lead File (Arquivo de Leads). */

import type { Report } from '../report';
import { getManyLeadFiles } from './getMany';
import { isNoData } from './noData';
import { rows, users } from './rows';

export const leadFile: Report = {
	name: 'leadFile',
	label: 'Lead File',
	term: 'Arquivo de Leads',
	wait: 300,
	operation: getManyLeadFiles,
	isDaily: true,
	rootKeys: ['leads', 'data'],
	cost: 'Each day is one request: 7 days take about 30 min, 30 days about 2.5 h',
	outputs: {
		rows: { description: 'One item per lead. Ready for a spreadsheet', map: rows },
		users: { description: 'One item per user and day, with the leads as a list', map: users },
	},
	isNoData,
};
