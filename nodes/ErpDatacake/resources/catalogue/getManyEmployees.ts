import { asText } from '../../../shared/rows';
import { getMany } from '../shared';

export const getManyEmployees = getMany({
	value: 'getManyEmployees',
	name: 'Get Many Employees',
	id: 'list_employees',
	action: 'Get many employees',
	description: 'The employees of the provider (funcionários)',
	path: '/funcionarios',
	row: {
		id_funcionario: asText('employeeId'),
		nome: asText('name'),
		obs: asText('remarks'),
	},
});
