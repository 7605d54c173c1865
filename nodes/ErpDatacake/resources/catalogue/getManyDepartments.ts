/** The operation that reads the departments of the ERP. */

import { textColumn } from '../../../shared/fields/columns';
import { getMany } from '../operations';

export const getManyDepartments = getMany({
	value: 'getManyDepartments',
	name: 'Get Many Departments',
	id: 'list_departments',
	action: 'Get many departments',
	description: 'Get the departments that handle tickets (departamentos)',
	path: '/departamentos',
	columns: {
		id_departamento: textColumn('departmentId'),
		nome: textColumn('name'),
		obs: textColumn('remarks'),
	},
});
