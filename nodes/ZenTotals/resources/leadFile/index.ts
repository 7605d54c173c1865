import type { Resource } from '../../../shared/operations';
import { getManyLeadFiles } from './getMany';

export const leadFile: Resource = { value: 'leadFile', name: 'Lead File', operations: [getManyLeadFiles], rowKeys: [] };
