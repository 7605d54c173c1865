import { pick } from '../../../shared/fields/fields';
import { common, getMany } from '../operations';
import { contractRow } from './fields';

export const getManyContracts = getMany({
	id: 'list_client_contracts',
	action: 'Get many contracts',
	description: 'Read the contracts of a client',
	path: '/contratos',
	required: pick(common, 'document'),
	columns: contractRow,
});
