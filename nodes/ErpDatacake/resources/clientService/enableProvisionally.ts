/** The operation that enables a suspended service of a client for a limited time. */

import { pick } from '../../../shared/fields/fields';
import { common } from '../../fields';
import { create, statusRow } from '../operations';

export const enableProvisionally = create({
	value: 'enableProvisionally',
	name: 'Enable Temporarily',
	pastTense: 'enabled',
	id: 'enable_provisionally',
	action: 'Enable client service temporarily',
	description: 'Enable a suspended service for a limited time (habilitação provisória)',
	path: '/habilitacoes-provisorias',
	required: pick(common, 'id_cliente', 'id_servico'),
	columns: statusRow,
});
