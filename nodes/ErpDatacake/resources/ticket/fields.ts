/** The fields of a new ticket. */

import { email, file, list, pick, reference, text } from '../../../shared/fields';
import { phone } from '../../brazil/types';
import { common, erpFields } from '../../fields';

const attachment = {
	...erpFields({
		nome_anexo: text('Attachment Name', undefined, { term: 'Nome do Anexo', help: 'If left empty, the name of the binary file is used' }),
		anexo: file('Content (Base64)', { term: 'Anexo', help: 'Base64 text to send instead of binary fields', fileName: 'nome_anexo' }),
	}),
	...pick(common, 'obs'),
};

export const ticketFields = {
	...pick(common, 'id_cliente', 'id_servico'),
	...erpFields({
		id_tipo_de_atendimento: reference('Ticket Type', { term: 'Tipo de Atendimento', picker: 'searchTicketTypes' }),
		id_departamento: reference('Department', { term: 'Departamento', picker: 'searchDepartments' }),
		id_funcionario: reference('Employee', { term: 'Funcionário Responsável', picker: 'searchEmployees' }),
		email: email('Email', { term: 'E-mail' }),
		telefone: phone('Phone', { term: 'Telefone' }),
		assunto: text('Subject', undefined, { term: 'Assunto' }),
		mensagem: text('Message', 3000, { term: 'Mensagem' }),
		anexo: list('Attachments', 'Attachment', attachment, { term: 'Anexos', help: 'Files to attach to the ticket' }),
	}),
};
