/** The columns of a new lead as the ERP returns it. */

import type { Columns } from '../../../shared/fields/columns';
import { textColumn } from '../../../shared/fields/columns';

export const leadColumns: Columns = { id_lead: textColumn('leadId'), obs: textColumn('remarks') };
