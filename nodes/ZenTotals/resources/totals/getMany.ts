/** The operation that reads each user's lead totals of a day. */

import { getMany } from '../operations';

export const getManyTotals = getMany({
	action: 'Get many totals',
	description: 'Get the number of leads that each user received on a day, by origin, segment, automation and product (Totais de Distribuição)',
	path: 'totals',
});
