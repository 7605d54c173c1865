/** The columns of a client as the ERP returns it. */

import type { Columns } from '../../../shared/fields/columns';
import { dateColumn, textColumn } from '../../../shared/fields/columns';
import { flagColumn } from '../../brazil/columns';

export const clientColumns: Columns = {
	id_remoto: textColumn('clientId'),
	nome_completo: textColumn('fullName'),
	aniversario: dateColumn('birthDate'),
	data_registro: dateColumn('registeredOn'),
	ativo: flagColumn('active'),
	id_contrato: textColumn('contractId'),
	rua_endereco: textColumn('street'),
	numero_endereco: textColumn('streetNumber'),
	cep_endereco: textColumn('postalCode'),
	cidade_endereco: textColumn('city'),
	complemento_endereco: textColumn('complement', 'Address Complement'),
	bairro_endereco: textColumn('district'),
	estado_endereco: textColumn('state'),
};
