/** The operation that creates a prospect. */

import { omit, pick } from '../../../shared/fields';
import { create } from '../operations';
import { prospectColumns } from './columns';
import { prospectFields } from './fields';

const required = ['nome', 'cnpj_cpf'] as const;

export const createProspect = create({
	id: 'create_prospect',
	action: 'Create prospect',
	description: 'Create a prospect: an order with its products and documents',
	path: '/prospectos',
	required: pick(prospectFields, ...required),
	optional: omit(prospectFields, ...required),
	columns: prospectColumns,
});
