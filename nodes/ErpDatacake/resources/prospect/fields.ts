/** The fields of a new prospect, of a change to one, and of a file for one. */

import { choice, date, email, file, list, pick, reference, text } from '../../../shared/fields';
import { states } from '../../brazil/states';
import { phone, postalCode } from '../../brazil/types';
import { common, erpFields } from '../../fields';

const service = erpFields({
	id_servico: reference('Product', { term: 'Serviço', picker: 'searchProducts' }),
});

const attachment = erpFields({
	nome_documento: text('Document Name', undefined, { term: 'Nome do Documento', help: 'If left empty, the name of the binary file is used' }),
	formato: text('Format', undefined, { term: 'Formato', help: 'For example, pdf. If left empty, the extension of the binary file is used' }),
	base_64: file('Content (Base64)', { help: 'Base64 text to send instead of binary fields', fileName: 'nome_documento', fileFormat: 'formato' }),
});

/** Fields of a new prospect. */
export const prospectFields = {
	...erpFields({
		nome: text('Name', undefined, { term: 'Nome', help: 'Name of the client, or of the person responsible for the company' }),
		razão_social: text('Company Name', undefined, { term: 'Razão Social' }),
		tipo_pessoa: text('Person Type', undefined, { term: 'Tipo de Pessoa', help: 'Individual or company, in the form that your ERP expects' }),
		ie_identidade: text('State Registration or Identity Card', undefined, { term: 'IE / Identidade' }),
		data_nascimento: date('Birth Date', { term: 'Data de Nascimento' }),
	}),
	...pick(common, 'cnpj_cpf', 'id_revendedor', 'latitude', 'longitude', 'obs'),
	...erpFields({
		id_origem: reference('Commercial Origin', { term: 'Origem Comercial', picker: 'searchCommercialOrigins' }),
		id_vencimento: reference('Due Date', { term: 'Vencimento', picker: 'searchDueDates', help: 'Day of the month on which invoices are due' }),
		cep: postalCode('Postal Code', { term: 'CEP' }),
		endereco_instalação: text('Installation Street', undefined, { term: 'Endereço de Instalação' }),
		numero_instalação: text('Installation Street Number', undefined, { term: 'Número' }),
		bairro_instalação: text('Installation District', undefined, { term: 'Bairro' }),
		cidade_instalação: reference('Installation City', { term: 'Cidade', picker: 'searchCities', pickedBy: 'Name' }),
		complemento_instalação: text('Installation Address Complement', undefined, { term: 'Complemento' }),
		referencia_instalação: text('Installation Landmark', undefined, { term: 'Ponto de Referência' }),
		uf_instalação: choice('Installation State', states, { term: 'UF' }),
		endereco_cobranca: text('Billing Street', undefined, { term: 'Endereço de Cobrança' }),
		numero_cobranca: text('Billing Street Number', undefined, { term: 'Número' }),
		bairro_cobranca: text('Billing District', undefined, { term: 'Bairro' }),
		cidade_cobranca: reference('Billing City', { term: 'Cidade', picker: 'searchCities', pickedBy: 'Name' }),
		complemento_cobranca: text('Billing Address Complement', undefined, { term: 'Complemento' }),
		referencia_cobranca: text('Billing Landmark', undefined, { term: 'Ponto de Referência' }),
		uf_cobranca: choice('Billing State', states, { term: 'UF' }),
		telefone: phone('Phone', { term: 'Telefone' }),
		celular: phone('Mobile Phone', { term: 'Celular' }),
		celular_extra: phone('Additional Mobile Phone', { term: 'Celular Extra', help: 'Usually the WhatsApp number' }),
		email: email('Email', { term: 'E-mail' }),
		servicos: list('Products', 'Product', service, { term: 'Serviços', help: 'The products that the client orders' }),
		anexos: list('Attachments', 'Attachment', attachment, { term: 'Anexos', help: 'Documents for the order' }),
	}),
};

/** Fields of a prospect that can be changed. */
export const prospectChanges = {
	...pick(common, 'id_prospecto', 'id_revendedor', 'obs'),
	...erpFields({
		status_prospeccao: reference('Status', { term: 'Status da Prospecção', picker: 'searchProspectStatuses' }),
	}),
};

/** Fields of a file for a prospect. */
export const fileFields = {
	...pick(common, 'id_prospecto', 'obs'),
	...erpFields({
		nome_arquivo: text('File Name', undefined, { term: 'Nome do Arquivo', help: 'If left empty, the name of the binary file is used' }),
		arquivo: file('Content (Base64)', {
			term: 'Arquivo', help: 'Base64 text to send instead of binary fields', fileName: 'nome_arquivo',
		}),
	}),
};
