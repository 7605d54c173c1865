import type { Resource } from '../../../shared/fields/operations';
import { getManyLeadsByUser } from './getMany';

export const leadsByUser: Resource = { value: 'leadsByUser', name: 'Leads by User', operations: [getManyLeadsByUser] };
