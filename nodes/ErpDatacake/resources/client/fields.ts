import {
	choice, date, email, phone, pick, postalCode, reference, state, text, yesNo,
} from '../../../shared/fields/fields';
import type { Columns } from '../../../shared/fields/columns';
import { dateColumn, textColumn } from '../../../shared/fields/columns';
import { flagColumn } from '../../brazil/columns';
import { states } from '../../choices';
import { common, erpFields } from '../operations';

/** What can be changed in a client. */
export const clientFields = {
	...pick(common, 'id_cliente', 'cnpj_cpf', 'latitude', 'longitude', 'obs'),
	...erpFields({
		nome: text('Name', undefined, { term: 'Nome' }),
		fantasia: text('Trade Name', undefined, { term: 'Nome fantasia' }),
		tipo_pessoa: text('Person Type', undefined, { term: 'Tipo de pessoa', help: 'Natural or legal person, as your ERP writes it' }),
		ie_identidade: text('State Registration or Identity Card', undefined, { term: 'IE / identidade' }),
		rg_orgao_emissor: text('Identity Card Issuer', undefined, { term: 'Órgão emissor do RG' }),
		inscricao_municipal: text('Municipal Registration', undefined, { term: 'Inscrição municipal' }),
		contribuinte_icms: yesNo('ICMS Taxpayer', { term: 'Contribuinte ICMS' }),
		nacionalidade: text('Nationality', undefined, { term: 'Nacionalidade' }),
		cidade_naturalidade: text('City of Birth', undefined, { term: 'Cidade de naturalidade' }),
		estado_nascimento: state('State of Birth', { term: 'Estado de nascimento' }),
		data_nascimento: date('Birth Date', { term: 'Data de nascimento' }),
		estado_civil: text('Marital Status', undefined, { term: 'Estado civil' }),
		ativo: yesNo('Active', { term: 'Ativo' }),
		Sexo: text('Sex', undefined, { term: 'Sexo' }),
		profissao: text('Occupation', undefined, { term: 'Profissão' }),
		data_cadastro: date('Registration Date', { term: 'Data de cadastro' }),
		cep: postalCode('Postal Code', { term: 'CEP' }),
		endereco: text('Street', undefined, { term: 'Endereço' }),
		numero: text('Street Number', undefined, { term: 'Número' }),
		complemento: text('Address Complement', undefined, { term: 'Complemento' }),
		bairro: text('District', undefined, { term: 'Bairro' }),
		cidade: reference('City', { term: 'Cidade', picker: 'searchCities', pickedBy: 'Name' }),
		uf: choice('State', states, { term: 'UF' }),
		fone: phone('Phone', { term: 'Telefone' }),
		telefone_comercial: phone('Business Phone', { term: 'Telefone comercial' }),
		telefone_celular: phone('Mobile Phone', { term: 'Telefone celular' }),
		whatsapp: phone('WhatsApp', { term: 'Número do WhatsApp' }),
		email: email('Email', { term: 'E-mail' }),
		alerta: text('Alert', undefined, { term: 'Alerta' }),
	}),
};

export const clientRow: Columns = {
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
	complemento_endereco: textColumn('complement'),
	bairro_endereco: textColumn('district'),
	estado_endereco: textColumn('state'),
};
