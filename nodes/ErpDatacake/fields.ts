/** Declares fields of ERP Datacake with its formats, and those fields that several resources share. */

import type { Fields, FieldSpec } from '../shared/fields';
import { decimal, fields, reference, text } from '../shared/fields';
import { BRAZILIAN_FORMATS, taxNumber } from './brazil/types';

/** The contract specifies no date format: dates are sent as yyyy-MM-dd unless a setting says otherwise. */
export const erpFields = <Wire extends string>(specs: Record<Wire, FieldSpec>): Fields<Wire> =>
	fields('America/Sao_Paulo', specs, { dateFormat: 'yyyy-MM-dd', dayFirst: true, ...BRAZILIAN_FORMATS });

/** The same field under three names in the contract. */
export const taxNumberField = taxNumber('CPF or CNPJ', { help: 'Tax number of the client, with or without punctuation' });

export const common = erpFields({
	document: taxNumberField,
	cnpj_cpf: taxNumberField,
	id_cliente: reference('Client ID', { term: 'ID do Cliente' }),
	id_contrato: reference('Contract ID', { term: 'ID do Contrato' }),
	id_fatura: reference('Invoice ID', { term: 'ID da Fatura' }),
	id_servico: reference('Client Service ID', {
		term: 'ID do Serviço do Cliente',
		help: 'ID of a service that the client has, as returned by Client Service: Get Many. This is not a product ID',
	}),
	id_prospecto: reference('Prospect ID', { term: 'ID do Prospecto' }),
	id_revendedor: reference('Reseller', { term: 'Revendedor', picker: 'searchResellers' }),
	latitude: decimal('Latitude', { help: 'In degrees, e.g. -23.5505', min: -90, max: 90 }),
	longitude: decimal('Longitude', { help: 'In degrees, e.g. -46.6333', min: -180, max: 180 }),
	obs: text('Remarks', undefined, { term: 'Observações' }),
});
