/** The resource for prospects. */

import type { Resource } from '../../../shared/fields/operations';
import { createProspect } from './create';
import { getProspectStatus } from './getStatus';
import { updateProspect } from './update';
import { uploadFile } from './uploadFile';

export const prospect: Resource = {
	value: 'prospect',
	name: 'Prospect',
	term: 'Prospecto',
	operations: [createProspect, getProspectStatus, updateProspect, uploadFile],
};
