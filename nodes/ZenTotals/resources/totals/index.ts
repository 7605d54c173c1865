import type { Resource } from '../../../shared/fields/operations';
import { getManyTotals } from './getMany';

export const totals: Resource = { value: 'totals', name: 'Totals', operations: [getManyTotals] };
