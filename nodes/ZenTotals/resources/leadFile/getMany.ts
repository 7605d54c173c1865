/** The operation that reads the lead file: every lead created or changed on a day. */

import { getMany } from '../operations';

export const getManyLeadFiles = getMany({
	action: 'Get many lead files',
	description: 'Read every lead that was created or changed on a day (Arquivo de Leads)',
	path: 'leadFile',
});
