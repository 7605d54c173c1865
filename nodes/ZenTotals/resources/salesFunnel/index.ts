/** The report Sales Funnel (Funil de Vendas). */

import type { Report } from '../report';
import { getManySalesFunnels } from './getMany';
import { rows } from './rows';

export const salesFunnel: Report = {
	name: 'salesFunnel',
	label: 'Sales Funnel',
	term: 'Funil de Vendas',
	wait: 600,
	operation: getManySalesFunnels,
	isDaily: false,
	outputs: { rows: { description: 'One item per period, with typed numbers', map: rows } },
};
