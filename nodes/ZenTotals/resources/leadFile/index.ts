/** The report Lead File (Arquivo de Leads). */

import type { Report } from '../report';
import { getManyLeadFiles } from './getMany';
import { isNoData } from './noData';
import { rows, users } from './rows';

export const leadFile: Report = {
	name: 'leadFile',
	label: 'Lead File',
	wait: 300,
	operation: getManyLeadFiles,
	isDaily: true,
	rootKeys: ['leads', 'data'],
	cost: 'Each day is one request: 7 days take half an hour, 30 days two and a half hours',
	outputs: {
		rows: { description: 'One item per lead, ready for a spreadsheet', map: rows },
		users: { description: 'One item per user and day, with the leads as a list', map: users },
	},
	isNoData,
};
