import type { Resource } from '../../../shared/fields/operations';
import { createProspect } from './create';
import { getProspectStatus } from './getStatus';
import { updateProspect } from './update';
import { uploadFile } from './uploadFile';

export const prospect: Resource = {
	value: 'prospect',
	name: 'Prospect',
	operations: [createProspect, getProspectStatus, updateProspect, uploadFile],
};
