/** The fields of a client that can be changed. */

import { choice, date, email, pick, reference, text } from '../../../shared/fields';
import { states } from '../../brazil/states';
import { phone, postalCode, state, yesNo } from '../../brazil/types';
import { common, erpFields } from '../../fields';

export const clientFields = {
	...pick(common, 'id_cliente', 'cnpj_cpf', 'latitude', 'longitude', 'obs'),
	...erpFields({
		nome: text('Name', undefined, { term: 'Nome' }),
		fantasia: text('Trade Name', undefined, { term: 'Nome Fantasia' }),
		tipo_pessoa: text('Person Type', undefined, { term: 'Tipo de Pessoa', help: 'Individual or company, in the form that your ERP expects' }),
		ie_identidade: text('State Registration or Identity Card', undefined, { term: 'IE / Identidade' }),
		rg_orgao_emissor: text('Identity Card Issuer', undefined, { term: 'Órgão Emissor do RG' }),
		inscricao_municipal: text('Municipal Registration', undefined, { term: 'Inscrição Municipal' }),
		contribuinte_icms: yesNo('ICMS Taxpayer', { term: 'Contribuinte ICMS', help: 'Whether the client pays ICMS, the state sales tax' }),
		nacionalidade: text('Nationality', undefined, { term: 'Nacionalidade' }),
		cidade_naturalidade: text('City of Birth', undefined, { term: 'Cidade de Naturalidade' }),
		estado_nascimento: state('State of Birth', { term: 'Estado de Nascimento' }),
		data_nascimento: date('Birth Date', { term: 'Data de Nascimento' }),
		estado_civil: text('Marital Status', undefined, { term: 'Estado Civil' }),
		ativo: yesNo('Active', { term: 'Ativo', help: 'Whether the client is active' }),
		Sexo: text('Sex', undefined, { term: 'Sexo' }),
		profissao: text('Occupation', undefined, { term: 'Profissão' }),
		data_cadastro: date('Registration Date', { term: 'Data de Cadastro' }),
		cep: postalCode('Postal Code', { term: 'CEP' }),
		endereco: text('Street', undefined, { term: 'Endereço' }),
		numero: text('Street Number', undefined, { term: 'Número' }),
		complemento: text('Address Complement', undefined, { term: 'Complemento' }),
		bairro: text('District', undefined, { term: 'Bairro' }),
		cidade: reference('City', { term: 'Cidade', picker: 'searchCities', pickedBy: 'Name' }),
		uf: choice('State', states, { term: 'UF' }),
		fone: phone('Phone', { term: 'Telefone' }),
		telefone_comercial: phone('Business Phone', { term: 'Telefone Comercial' }),
		telefone_celular: phone('Mobile Phone', { term: 'Telefone Celular' }),
		whatsapp: phone('WhatsApp', { term: 'Número do WhatsApp' }),
		email: email('Email', { term: 'E-mail' }),
		alerta: text('Alert', undefined, { term: 'Alerta' }),
	}),
};
