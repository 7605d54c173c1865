/** The columns of a new ticket as the ERP returns it. */

import type { Columns } from '../../../shared/fields/columns';
import { textColumn } from '../../../shared/fields/columns';

/** The contract misspells the id, and so does the wire. */
export const ticketColumns: Columns = { id_atendiemnto: textColumn('ticketId'), obs: textColumn('remarks') };
