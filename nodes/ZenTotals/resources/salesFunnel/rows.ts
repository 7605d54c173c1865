/** Turns a period's sales funnel into one row. */

import type { IDataObject } from 'n8n-workflow';

import type { RowRules } from '../../../shared/fields/columns';
import { mapRow } from '../../../shared/fields/columns';
import { figures, funnelColumns } from './columns';

const RULES: RowRules = { typeOfUnknown: () => figures };

/** Makes the one row of a period's sales funnel. */
export const rows = (answer: IDataObject): IDataObject[] => [mapRow(answer, funnelColumns, RULES)];
