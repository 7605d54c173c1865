import { getMany } from '../operations';

/** Reads each user's lead totals of a day. */

export const getManyTotals = getMany({
	action: 'Get many totals',
	description: 'Get the number of leads that each user received on a day, by origin, segment, automation and product (Totais de Distribuição)',
	path: 'totals',
});
