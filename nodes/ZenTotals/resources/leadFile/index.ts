import type { Resource } from '../../../shared/fields/operations';
import { getManyLeadFiles } from './getMany';

export const leadFile: Resource = { value: 'leadFile', name: 'Lead File', operations: [getManyLeadFiles] };
