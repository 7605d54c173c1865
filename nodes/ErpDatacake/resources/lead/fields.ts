import { email, json, phone, pick, postalCode, reference, state, text } from '../../../shared/fields/fields';
import type { Columns } from '../../../shared/fields/columns';
import { textColumn } from '../../../shared/fields/columns';
import { common, erpFields, taxDocument } from '../operations';

/** What a new lead has. */
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
		cobertura: json('Coverage', { term: 'Cobertura', help: 'What is known about the coverage of the address' }),
		revendedor: text('Reseller Name', undefined, { term: 'Nome do revendedor' }),
		extra_data: json('Extra Data', { term: 'Dados extras', help: 'Further data of the lead' }),
	}),
	...pick(common, 'id_revendedor', 'latitude', 'longitude'),
};

export const leadRow: Columns = { id_lead: textColumn('leadId'), obs: textColumn('remarks') };
