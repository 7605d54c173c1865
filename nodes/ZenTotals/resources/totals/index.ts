import type { Resource } from '../../../shared/operations';
import { getManyTotals } from './getMany';

export const totals: Resource = { value: 'totals', name: 'Totals', operations: [getManyTotals], rowKeys: [] };
