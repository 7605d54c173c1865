/** The columns of a new prospect, and of the status of one, as the ERP returns them. */

import type { Columns } from '../../../shared/fields/columns';
import { textColumn } from '../../../shared/fields/columns';

export const prospectColumns: Columns = { id_prospecto: textColumn('prospectId'), obs: textColumn('remarks') };

export const prospectStatusColumns: Columns = { status: textColumn('status'), motivo: textColumn('reason') };
