/** The operation that reads the lead file: every lead created or changed on a day. */

import { getMany } from '../operations';

export const getManyLeadFiles = getMany({
	action: 'Get many lead files',
	description: 'Get every lead that was created or changed on a day',
	path: 'leadFile',
});
