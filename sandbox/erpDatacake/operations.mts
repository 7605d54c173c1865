import type { Input } from './validation.mts';
import { ValidationError } from './validation.mts';
import { boletoLine, money, pixCode } from './invoiceDocuments.mts';
import {
	catalogues, type Client, dayFromNow, finalStatuses, type Invoice, isOverdue, type Provider,
} from './provider.mts';

/** Executes each operation of the contract. */

export interface OperationResult {
	body: unknown;
	/** Id of the record that was created or changed. */
	stored?: number;
}

type Handler = (input: Input, provider: Provider, url: string) => OperationResult;

const text = (value: unknown) => String(value ?? '');

function clientOf({ document, cnpj_cpf, id_cliente }: Input, provider: Provider): Client {
	const client = text(document ?? cnpj_cpf)
		? provider.clientByDocument(text(document ?? cnpj_cpf))
		: provider.clients.get(Number(id_cliente));
	if (!client) throw new ValidationError('Cliente não encontrado.', 'there is no such client', 404);
	if (text(id_cliente) && text(id_cliente) !== String(client.id)) {
		throw new ValidationError('O cliente não corresponde ao documento.', `client ${text(id_cliente)} has another document`);
	}
	return client;
}

const ofClient = <Item extends { client: number }>(all: Map<number, Item>, { id }: Client) =>
	[...all.values()].filter(({ client }) => client === id);

/** A list for a client; empty if the client does not exist. */
const listFor = (rows: (client: Client, provider: Provider, url: string) => object[]): Handler => (input, provider, url) => ({
	body: provider.clientByDocument(text(input.document)) ? rows(clientOf(input, provider), provider, url) : [],
});

function assertListed(id: unknown, list: string, key: string, name: string): void {
	if (text(id) === '' || catalogues[list].some((entry) => entry[key] === text(id))) return;
	throw new ValidationError(`${name} não existe.`, `${key}: there is no ${text(id)}`);
}

function invoiceRow(invoice: Invoice, { fields, id: client }: Client) {
	const days = isOverdue(invoice) ? Math.round((Date.parse(dayFromNow(0)) - Date.parse(invoice.dueOn)) / 86_400_000) : 0;
	const fine = days > 0 ? Math.round(invoice.amount * 0.02) : 0;
	const interest = Math.round(invoice.amount * 0.00033 * days);
	return {
		id_fatura: String(invoice.id),
		code_fatura: `${invoice.id}-${fields.cnpj_cpf}`,
		nome_cliente: fields.nome,
		document_number: fields.cnpj_cpf,
		remote_id: String(client),
		valor_inicial: money(invoice.amount),
		valor_atual: money(invoice.amount + fine + interest),
		juros: money(interest),
		multa: money(fine),
		desconto: '',
		data_emissao: invoice.issuedOn,
		data_vencimento: invoice.dueOn,
		historico: `Mensalidade ${invoice.dueOn.slice(0, 7)}`,
		bank_code: '999',
		linha_digitavel: boletoLine(invoice),
		integration_id: '1',
		identifier: '17',
		pix_code: pixCode(invoice),
		contract_id: String(invoice.contract),
		bill_receipt: `PROVEDOR AMOSTRA FATURA ${invoice.id}`,
		bill_pix_receipt: `PROVEDOR AMOSTRA PIX ${invoice.id}`,
	};
}

const paidInvoices = (provider: Provider, client: Client) => ofClient(provider.invoices, client).filter(({ paidOn }) => paidOn);

function prospectOf({ id_prospecto }: Input, provider: Provider) {
	const prospect = provider.prospects.get(Number(id_prospecto));
	if (!prospect) throw new ValidationError('Prospecto não encontrado.', `there is no prospect ${text(id_prospecto)}`, 404);
	return prospect;
}

const statusName = (status: number) =>
	catalogues.list_prospect_statuses.find(({ status_prospeccao }) => status_prospeccao === String(status))!.nome;

/** Replaces the content, which is stored with the files, by its length. */
const withoutContent = (entries: unknown, content: string) =>
	((entries ?? []) as Input[]).map((entry) => ({ ...entry, [content]: `${text(entry[content]).length} characters` }));

export const handlers: Record<string, Handler> = {
	...Object.fromEntries(Object.entries(catalogues).map(([id, body]): [string, Handler] => [id, () => ({ body })])),
	get_client_info(input, provider) {
		const client = clientOf(input, provider);
		const { fields } = client;
		return {
			body: {
				nome_completo: fields.nome,
				aniversario: fields.data_nascimento,
				data_registro: fields.data_cadastro,
				ativo: fields.ativo,
				id_remoto: String(client.id),
				id_contrato: text(ofClient(provider.contracts, client)[0]?.id),
				rua_endereco: fields.endereco,
				numero_endereco: fields.numero,
				cep_endereco: fields.cep,
				cidade_endereco: fields.cidade,
				complemento_endereco: fields.complemento,
				bairro_endereco: fields.bairro,
				estado_endereco: fields.uf,
			},
		};
	},
	edit_client({ id_cliente, ...changes }, provider) {
		const client = clientOf({ id_cliente }, provider);
		provider.clients.set(client.id, { ...client, fields: { ...client.fields, ...(changes as Record<string, string>) } });
		return { body: { status: 'Cliente atualizado' }, stored: client.id };
	},
	list_open_invoices(input, provider) {
		const client = provider.clientByDocument(text(input.document));
		if (!client) return { body: [] };
		const open = ofClient(provider.invoices, client).filter(({ paidOn }) => !paidOn);
		const wanted = open.filter(({ contract }) => !text(input.id_contrato) || String(contract) === text(input.id_contrato));
		return { body: wanted.map((invoice) => invoiceRow(invoice, client)) };
	},
	list_client_contracts: listFor((client, provider) =>
		ofClient(provider.contracts, client).map(({ id, address }) => ({ remote_id: String(id), contract_name: address }))),
	list_fiscal_notes: listFor((client, provider, url) =>
		paidInvoices(provider, client).map(({ id, amount, paidOn }) => ({
			id_nota: `9${id}`, id_tipo_nota: '21', numero_nota: String(id - 70_000), valor: money(amount), protocolo: '',
			data_lancamento: paidOn, identificacao: `NF ${id}`, url_nota_fiscal: `${url}/pdf/nota-${id}.pdf`,
		}))),
	list_financial_statements: listFor((client, provider) =>
		ofClient(provider.invoices, client).map((invoice) => ({
			id_nota: String(invoice.id), data_lancamento: invoice.issuedOn, data_vencimento: invoice.dueOn,
			data_baixa: invoice.paidOn ?? '', historico: `Mensalidade ${invoice.dueOn.slice(0, 7)}`,
			valor: invoice.paidOn ? money(invoice.amount) : '', saldo: money(invoice.amount), cobranca: 'Boleto',
		}))),
	list_debt_clearance_declarations: listFor((client, provider, url) => [
		{
			id_quitacao: `8${client.id}`, ano: String(new Date().getFullYear() - 1),
			valor: money(paidInvoices(provider, client).reduce((sum, { amount }) => sum + amount, 0)),
			url_arquivo: `${url}/pdf/quitacao-${client.id}.pdf`,
		},
	]),
	list_client_installations: listFor((client, provider) =>
		ofClient(provider.services, client).map(({ id, product, contract, situation }, index) => {
			const { nome, valor } = catalogues.list_products.find(({ id_servico }) => id_servico === String(product))!;
			const { address } = provider.contracts.get(contract)!;
			return { id_servico: String(id), nome, situacao: situation, obs: '', valor, numero_plano: String(index + 1), endereco: address };
		})),
	signal_invoice_payment(input, provider) {
		const client = clientOf({ id_cliente: input.id_cliente }, provider);
		const invoice = provider.invoices.get(Number(input.id_fatura));
		if (invoice?.client !== client.id) throw new ValidationError('Fatura não encontrada.', `client ${client.id} has no invoice ${text(input.id_fatura)}`, 404);
		if (invoice.paidOn) throw new ValidationError('Fatura já está paga.', `invoice ${invoice.id} was paid before`, 409);
		provider.invoices.set(invoice.id, { ...invoice, paidOn: dayFromNow(0) });
		const owes = ofClient(provider.invoices, client).some(isOverdue);
		for (const service of ofClient(provider.services, client)) {
			if (!owes && service.situation !== 'Ativo') provider.services.set(service.id, { ...service, situation: 'Ativo' });
		}
		return { body: { status: 'Fatura baixada' }, stored: invoice.id };
	},
	enable_provisionally(input, provider) {
		const client = clientOf({ id_cliente: input.id_cliente }, provider);
		const service = provider.services.get(Number(input.id_servico));
		if (service?.client !== client.id) throw new ValidationError('Serviço não encontrado.', `client ${client.id} has no service ${text(input.id_servico)}`, 404);
		if (service.situation !== 'Suspenso') throw new ValidationError('O serviço não está suspenso.', `service ${service.id} is ${service.situation}`, 409);
		provider.services.set(service.id, { ...service, situation: 'Habilitado provisoriamente' });
		return { body: { status: 'Habilitado provisoriamente' }, stored: service.id };
	},
	create_prospect(input, provider) {
		assertListed(input.id_revendedor, 'list_resellers', 'id_revendedor', 'Revendedor');
		assertListed(input.id_origem, 'list_commercial_origins', 'id_origem', 'Origem comercial');
		assertListed(input.id_vencimento, 'list_due_dates', 'id_vencimento', 'Vencimento');
		for (const { id_servico } of (input.servicos ?? []) as Input[]) assertListed(id_servico, 'list_products', 'id_servico', 'Serviço');
		const id = provider.nextId();
		const files = (input.anexos ?? []) as Input[];
		for (const file of files) provider.store(`prospect ${id}`, text(file.nome_documento), text(file.base_64));
		const fields = { ...input, anexos: withoutContent(files, 'base_64') };
		// Documents put the prospect under review.
		provider.prospects.set(id, { id, status: files.length > 0 ? 2 : 1, reason: '', fields });
		return { body: { id_prospecto: String(id), obs: 'Prospecto cadastrado' }, stored: id };
	},
	edit_prospect({ id_prospecto, status_prospeccao, ...changes }, provider) {
		const prospect = prospectOf({ id_prospecto }, provider);
		assertListed(status_prospeccao, 'list_prospect_statuses', 'status_prospeccao', 'Status');
		assertListed(changes.id_revendedor, 'list_resellers', 'id_revendedor', 'Revendedor');
		if (text(status_prospeccao) && finalStatuses.has(prospect.status)) {
			throw new ValidationError(`O prospecto já está ${statusName(prospect.status)}.`, `prospect ${prospect.id} keeps its status`, 409);
		}
		const status = Number(status_prospeccao) || prospect.status;
		const reason = [4, 6].includes(status) ? text(changes.obs) : '';
		provider.prospects.set(prospect.id, { ...prospect, status, reason, fields: { ...prospect.fields, ...changes } });
		return { body: { status: statusName(status) }, stored: prospect.id };
	},
	get_prospect_status(input, provider) {
		const { status, reason } = prospectOf(input, provider);
		return { body: { status: statusName(status), motivo: reason } };
	},
	upload_file(input, provider) {
		const prospect = prospectOf(input, provider);
		const file = provider.store(`prospect ${prospect.id}`, text(input.nome_arquivo), text(input.arquivo));
		if (prospect.status === 1) provider.prospects.set(prospect.id, { ...prospect, status: 2 });
		return { body: { status: 'Arquivo recebido' }, stored: file.id };
	},
	create_lead(input, provider) {
		assertListed(input.id_revendedor, 'list_resellers', 'id_revendedor', 'Revendedor');
		const id = provider.nextId();
		provider.leads.set(id, { id, fields: input });
		return { body: { id_lead: String(id), obs: '' }, stored: id };
	},
	create_ticket(input, provider) {
		const client = clientOf({ id_cliente: input.id_cliente }, provider);
		assertListed(input.id_tipo_de_atendimento, 'list_ticket_types', 'id_tipo_de_atendimento', 'Tipo de atendimento');
		assertListed(input.id_departamento, 'list_departments', 'id_departamento', 'Departamento');
		assertListed(input.id_funcionario, 'list_employees', 'id_funcionario', 'Funcionário');
		if (text(input.id_servico) && provider.services.get(Number(input.id_servico))?.client !== client.id) {
			throw new ValidationError('Serviço não encontrado.', `client ${client.id} has no service ${text(input.id_servico)}`, 404);
		}
		const id = provider.nextId();
		const files = (input.anexo ?? []) as Input[];
		for (const file of files) provider.store(`ticket ${id}`, text(file.nome_anexo), text(file.anexo));
		provider.tickets.set(id, { id, fields: { ...input, anexo: withoutContent(files, 'anexo') } });
		return { body: { id_atendiemnto: String(id), obs: 'Atendimento aberto' }, stored: id };
	},
};
