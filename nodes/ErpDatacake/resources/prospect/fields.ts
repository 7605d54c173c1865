import {
	choice, date, email, file, list, phone, pick, postalCode, reference, text,
} from '../../../shared/fields/fields';
import type { Columns } from '../../../shared/fields/columns';
import { textColumn } from '../../../shared/fields/columns';
import { states } from '../../choices';
import { common, erpFields } from '../operations';

const service = erpFields({
	id_servico: reference('Product', { term: 'Serviço', picker: 'searchProducts' }),
});

const attachment = erpFields({
	nome_documento: text('Document Name', undefined, { term: 'Nome do documento', help: "Leave empty for the file's own name" }),
	formato: text('Format', undefined, { term: 'Formato', help: "Such as pdf. Leave empty for that of the file's name" }),
	base_64: file('Content (Base64)', {
		term: 'base 64', help: 'Base64 text, in place of binary fields', fileName: 'nome_documento', fileFormat: 'formato',
	}),
});

/** What a new prospect has. */
export const prospectFields = {
	...erpFields({
		nome: text('Name', undefined, { term: 'Nome', help: 'The client, or the person responsible for the company' }),
		razão_social: text('Company Name', undefined, { term: 'Razão social' }),
		tipo_pessoa: text('Person Type', undefined, { term: 'Tipo de pessoa', help: 'Natural or legal person, as your ERP writes it' }),
		ie_identidade: text('State Registration or Identity Card', undefined, { term: 'IE / identidade' }),
		data_nascimento: date('Birth Date', { term: 'Data de nascimento' }),
	}),
	...pick(common, 'cnpj_cpf', 'id_revendedor', 'latitude', 'longitude', 'obs'),
	...erpFields({
		id_origem: reference('Commercial Origin', { term: 'Origem comercial', picker: 'searchCommercialOrigins' }),
		id_vencimento: reference('Due Date', { term: 'Vencimento', picker: 'searchDueDates', help: 'Day of the month on which invoices are due' }),
		cep: postalCode('Postal Code', { term: 'CEP' }),
		endereco_instalação: text('Installation Street', undefined, { term: 'Endereço de instalação' }),
		numero_instalação: text('Installation Street Number', undefined, { term: 'Número' }),
		bairro_instalação: text('Installation District', undefined, { term: 'Bairro' }),
		cidade_instalação: reference('Installation City', { term: 'Cidade', picker: 'searchCities', pickedBy: 'Name' }),
		complemento_instalação: text('Installation Complement', undefined, { term: 'Complemento' }),
		referencia_instalação: text('Installation Landmark', undefined, { term: 'Ponto de referência' }),
		uf_instalação: choice('Installation State', states, { term: 'UF' }),
		endereco_cobranca: text('Billing Street', undefined, { term: 'Endereço de cobrança' }),
		numero_cobranca: text('Billing Street Number', undefined, { term: 'Número' }),
		bairro_cobranca: text('Billing District', undefined, { term: 'Bairro' }),
		cidade_cobranca: reference('Billing City', { term: 'Cidade', picker: 'searchCities', pickedBy: 'Name' }),
		complemento_cobranca: text('Billing Complement', undefined, { term: 'Complemento' }),
		referencia_cobranca: text('Billing Landmark', undefined, { term: 'Ponto de referência' }),
		uf_cobranca: choice('Billing State', states, { term: 'UF' }),
		telefone: phone('Phone', { term: 'Telefone' }),
		celular: phone('Mobile Phone', { term: 'Celular' }),
		celular_extra: phone('Additional Mobile Phone', { term: 'Celular extra', help: 'Usually WhatsApp' }),
		email: email('Email', { term: 'E-mail' }),
		servicos: list('Products', 'Product', service, { term: 'Serviços', help: 'What the client orders' }),
		anexos: list('Attachments', 'Attachment', attachment, { term: 'Anexos', help: 'Documents of the order' }),
	}),
};

/** What can be changed in a prospect. */
export const prospectChanges = {
	...pick(common, 'id_prospecto', 'id_revendedor', 'obs'),
	...erpFields({
		status_prospeccao: reference('Status', { term: 'Status da prospecção', picker: 'searchProspectStatuses' }),
	}),
};

/** A file for a prospect. */
export const fileFields = {
	...pick(common, 'id_prospecto', 'obs'),
	...erpFields({
		nome_arquivo: text('File Name', undefined, { term: 'Nome do arquivo', help: "Leave empty for the file's own name" }),
		arquivo: file('Content (Base64)', {
			term: 'Arquivo', help: 'Base64 text, in place of binary fields', fileName: 'nome_arquivo',
		}),
	}),
};

export const prospectRow: Columns = { id_prospecto: textColumn('prospectId'), obs: textColumn('remarks') };

export const prospectStatusRow: Columns = { status: textColumn('status'), motivo: textColumn('reason') };
