/** The operation that updates a client. */

import { omit, pick } from '../../../shared/fields';
import { update } from '../operations';
import { clientFields } from './fields';

const required = ['id'] as const;

export const updateClient = update(
	{
		action: 'Update client',
		description: 'Update some fields of a client and leave the others unchanged',
		path: '/rest_api/v1/clients/update',
		required: pick(clientFields, ...required),
	},
	omit(clientFields, ...required),
);
