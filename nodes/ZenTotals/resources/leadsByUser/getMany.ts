/** The operation that reads the leads of all users in a period, page by page. */

import { getMany } from '../operations';

export const getManyLeadsByUser = getMany({
	action: 'Get many leads by user',
	description: 'Get the leads of all users in a period, 50 per request (Consulta de Leads por Usuário)',
	path: 'leadsByUser',
	resultList: { root: 'usuarios', pageSize: 50 },
});
