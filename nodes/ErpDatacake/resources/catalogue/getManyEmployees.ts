/** The operation that reads the employees of the ERP. */

import { textColumn } from '../../../shared/fields/columns';
import { getMany } from '../operations';

export const getManyEmployees = getMany({
	value: 'getManyEmployees',
	name: 'Get Many Employees',
	id: 'list_employees',
	action: 'Get many employees',
	description: 'Get the employees of the provider (funcionários)',
	path: '/funcionarios',
	columns: {
		id_funcionario: textColumn('employeeId'),
		nome: textColumn('name'),
		obs: textColumn('remarks'),
	},
});
