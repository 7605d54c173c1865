/** Columns of contracts. */

import type { Columns } from '../../../shared/fields/columns';
import { textColumn } from '../../../shared/fields/columns';

export const contractRow: Columns = {
	remote_id: textColumn('contractId'),
	contract_name: textColumn('name'),
};
