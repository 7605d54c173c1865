/** The operation that enables a suspended service of a client for a limited time. */

import { pick } from '../../../shared/fields';
import { common } from '../../fields';
import { create, statusColumns } from '../operations';

export const enableProvisionally = create({
	value: 'enableProvisionally',
	name: 'Enable Provisionally',
	pastTense: 'enabled',
	id: 'enable_provisionally',
	action: 'Enable client service provisionally',
	description: 'Enable a suspended service for a limited time (habilitação provisória)',
	path: '/habilitacoes-provisorias',
	required: pick(common, 'id_cliente', 'id_servico'),
	columns: statusColumns,
});
