import { textColumn } from '../../../shared/fields/columns';
import { getMany } from '../operations';

export const getManyDepartments = getMany({
	value: 'getManyDepartments',
	name: 'Get Many Departments',
	id: 'list_departments',
	action: 'Get many departments',
	description: 'The departments that take tickets (departamentos)',
	path: '/departamentos',
	columns: {
		id_departamento: textColumn('departmentId'),
		nome: textColumn('name'),
		obs: textColumn('remarks'),
	},
});
