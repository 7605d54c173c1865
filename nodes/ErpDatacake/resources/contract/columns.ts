/** The columns of a contract as the ERP returns it. */

import type { Columns } from '../../../shared/fields/columns';
import { textColumn } from '../../../shared/fields/columns';

export const contractColumns: Columns = {
	remote_id: textColumn('contractId'),
	contract_name: textColumn('name'),
};
