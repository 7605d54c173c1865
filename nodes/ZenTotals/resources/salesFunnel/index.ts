import type { Resource } from '../../../shared/fields/operations';
import { getManySalesFunnels } from './getMany';

export const salesFunnel: Resource = { value: 'salesFunnel', name: 'Sales Funnel', operations: [getManySalesFunnels] };
