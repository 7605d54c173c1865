import { email, json, phone, pick, postalCode, reference, state, text } from '../../../shared/fields';
import type { Row } from '../../../shared/rows';
import { asText } from '../../../shared/rows';
import { common, erpFields, taxDocument } from '../shared';

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

export const leadRow: Row = { id_lead: asText('leadId'), obs: asText('remarks') };
