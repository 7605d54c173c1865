import { getMany } from '../operations';

/** Reads the leads of a period, grouped by user. */

export const getManyLeadsByUser = getMany({
	action: 'Get many leads by user',
	description: 'Get the leads of all users in a period, 50 per request (Consulta de Leads por Usuário)',
	path: 'leadsByUser',
	resultList: { root: 'usuarios', pageSize: 50 },
});
