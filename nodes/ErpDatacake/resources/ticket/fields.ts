import { email, file, list, phone, pick, reference, text } from '../../../shared/fields/fields';
import type { Columns } from '../../../shared/fields/columns';
import { textColumn } from '../../../shared/fields/columns';
import { common, erpFields } from '../operations';

const attachment = {
	...erpFields({
		nome_anexo: text('Attachment Name', undefined, { term: 'Nome do anexo', help: "Leave empty for the file's own name" }),
		anexo: file('Content (Base64)', { term: 'Anexo', help: 'Base64 text, in place of binary fields', fileName: 'nome_anexo' }),
	}),
	...pick(common, 'obs'),
};

/** What a new ticket has. */
export const ticketFields = {
	...pick(common, 'id_cliente', 'id_servico'),
	...erpFields({
		id_tipo_de_atendimento: reference('Ticket Type', { term: 'Tipo de atendimento', picker: 'searchTicketTypes' }),
		id_departamento: reference('Department', { term: 'Departamento', picker: 'searchDepartments' }),
		id_funcionario: reference('Employee', { term: 'Funcionário responsável', picker: 'searchEmployees' }),
		email: email('Email', { term: 'E-mail' }),
		telefone: phone('Phone', { term: 'Telefone' }),
		assunto: text('Subject', undefined, { term: 'Assunto' }),
		mensagem: text('Message', 3000, { term: 'Mensagem' }),
		anexo: list('Attachments', 'Attachment', attachment, { term: 'Anexos', help: 'Files of the client' }),
	}),
};

/** The id is misspelt in the contract, and so on the wire. */
export const ticketRow: Columns = { id_atendiemnto: textColumn('ticketId'), obs: textColumn('remarks') };
