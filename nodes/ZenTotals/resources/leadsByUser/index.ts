import type { Resource } from '../../../shared/operations';
import { getManyLeadsByUser } from './getMany';

export const leadsByUser: Resource = { value: 'leadsByUser', name: 'Leads by User', operations: [getManyLeadsByUser], rowKeys: [] };
