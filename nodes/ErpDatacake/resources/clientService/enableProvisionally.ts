import { pick } from '../../../shared/fields';
import { common, create, statusRow } from '../shared';

export const enableProvisionally = create({
	value: 'enableProvisionally',
	name: 'Enable Provisionally',
	done: 'enabled',
	id: 'enable_provisionally',
	action: 'Enable client service provisionally',
	description: 'Let a suspended service run for a while (habilitação provisória)',
	path: '/habilitacoes-provisorias',
	required: pick(common, 'id_cliente', 'id_servico'),
	row: statusRow,
});
