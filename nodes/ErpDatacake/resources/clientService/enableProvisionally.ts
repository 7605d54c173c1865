import { pick } from '../../../shared/fields/fields';
import { common, create, statusRow } from '../operations';

export const enableProvisionally = create({
	value: 'enableProvisionally',
	name: 'Enable Provisionally',
	pastTense: 'enabled',
	id: 'enable_provisionally',
	action: 'Enable client service provisionally',
	description: 'Let a suspended service run for a while (habilitação provisória)',
	path: '/habilitacoes-provisorias',
	required: pick(common, 'id_cliente', 'id_servico'),
	columns: statusRow,
});
