/** The fields of a new lead. */

import { email, json, pick, reference, text } from '../../../shared/fields';
import { phone, postalCode, state } from '../../brazil/types';
import { common, erpFields, taxNumberField } from '../../fields';

export const leadFields = {
	...erpFields({
		nome: text('Name', undefined, { term: 'Nome' }),
		documento: taxNumberField,
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
