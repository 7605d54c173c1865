/** Fields of leads, and the columns of what comes back. */

import { email, json, pick, reference, text } from '../../../shared/fields/fields';
import type { Columns } from '../../../shared/fields/columns';
import { textColumn } from '../../../shared/fields/columns';
import { phone, postalCode, state } from '../../brazil/types';
import { common, erpFields, taxDocument } from '../../fields';

/** Fields of a new lead. */
export const leadFields = {
	...erpFields({
		nome: text('Name', undefined, { term: 'Nome' }),
		documento: taxDocument,
		email: email('Email', { term: 'E-mail' }),
		telefone: phone('Phone', { term: 'Telefone' }),
		endereco: text('Street', undefined, { term: 'Endereço' }),
		numero: text('Street Number', undefined, { term: 'Número' }),
		bairro: text('District', undefined, { term: 'Bairro' }),
		cidade: reference('City', { term: 'Cidade', picker: 'searchCities', pickedBy: 'Name' }),
		estado: state('State', { term: 'Estado' }),
		CEP: postalCode('Postal Code', { term: 'CEP' }),
		cobertura: json('Coverage', { term: 'Cobertura', help: 'Coverage data for the address' }),
		revendedor: text('Reseller Name', undefined, { term: 'Nome do Revendedor' }),
		extra_data: json('Extra Data', { term: 'Dados Extras', help: 'Additional data about the lead' }),
	}),
	...pick(common, 'id_revendedor', 'latitude', 'longitude'),
};

export const leadRow: Columns = { id_lead: textColumn('leadId'), obs: textColumn('remarks') };
