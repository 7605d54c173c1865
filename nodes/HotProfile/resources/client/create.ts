/** The operation that creates a client. */

import { omit, pick } from '../../../shared/fields';
import { create } from '../operations';
import { clientFields } from './fields';

const required = ['name'] as const;

export const createClient = create(
	{
		action: 'Create client',
		description: 'Create a client, which is a company',
		path: '/rest_api/v1/clients/create',
		required: pick(clientFields, ...required),
	},
	omit(clientFields, 'id', ...required),
);
