import { asText } from '../../../shared/rows';
import { getMany } from '../shared';

export const getManyDepartments = getMany({
	value: 'getManyDepartments',
	name: 'Get Many Departments',
	id: 'list_departments',
	action: 'Get many departments',
	description: 'The departments that take tickets (departamentos)',
	path: '/departamentos',
	row: {
		id_departamento: asText('departmentId'),
		nome: asText('name'),
		obs: asText('remarks'),
	},
});
