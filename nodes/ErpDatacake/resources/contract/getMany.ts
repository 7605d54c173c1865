/** The operation that reads the contracts of a client. */

import { pick } from '../../../shared/fields';
import { common } from '../../fields';
import { getMany } from '../operations';
import { contractColumns } from './columns';

export const getManyContracts = getMany({
	id: 'list_client_contracts',
	action: 'Get many contracts',
	description: "Get a client's contracts",
	path: '/contratos',
	required: pick(common, 'document'),
	columns: contractColumns,
});
