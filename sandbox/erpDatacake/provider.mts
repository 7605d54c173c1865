import { createHash } from 'node:crypto';

import { Random } from '../random.mts';

/** The data of a fictional internet provider's ERP. */

export interface Client {
	id: number;
	fields: Record<string, string>;
}

export interface Contract {
	id: number;
	client: number;
	address: string;
}

export interface ClientService {
	id: number;
	client: number;
	contract: number;
	product: number;
	situation: 'Ativo' | 'Suspenso' | 'Habilitado provisoriamente';
}

export interface Invoice {
	id: number;
	client: number;
	contract: number;
	/** In cents. */
	amount: number;
	/** `yyyy-MM-dd` each. */
	issuedOn: string;
	dueOn: string;
	paidOn?: string;
}

export interface StoredFile {
	id: number;
	owner: string;
	name: string;
	bytes: number;
	sha256: string;
}

export interface Prospect {
	id: number;
	status: number;
	reason: string;
	fields: Record<string, unknown>;
}

export interface BasicRecord {
	id: number;
	fields: Record<string, unknown>;
}

export type Entry = Record<string, string>;

/** The provider's reference lists, by the operation that reads them. */
export const catalogues: Record<string, Entry[]> = {
	list_products: [
		['101', 'Fibra 300 Mega', 'Internet por fibra, 300 Mbps', '89.90'],
		['102', 'Fibra 600 Mega', 'Internet por fibra, 600 Mbps', '109.90'],
		['103', 'Fibra 1 Giga', 'Internet por fibra, 1 Gbps', '149.90'],
		['104', 'TV Essencial', 'Pacote de canais', '39.90'],
		['105', 'Telefone Fixo', 'Linha com minutos ilimitados', '1.029,90'],
	].map(([id_servico, nome, descricao, valor]) => ({ id_servico, nome, descricao, valor, obs: '' })),
	list_resellers: [
		['201', 'Loja Matriz', '11222333000181'],
		['202', 'Loja Bairro Novo', '12ABC34501DE35'],
		['203', 'Site', ''],
	].map(([id_revendedor, nome, documento]) => ({ id_revendedor, nome, documento, email: `vendas${id_revendedor}@example.com`, obs: '' })),
	list_employees: [['301', 'Atendente Um'], ['302', 'Atendente Dois'], ['303', 'Técnico Um']]
		.map(([id_funcionario, nome]) => ({ id_funcionario, nome, obs: '' })),
	list_departments: [['401', 'Suporte'], ['402', 'Financeiro'], ['403', 'Comercial']]
		.map(([id_departamento, nome]) => ({ id_departamento, nome, obs: '' })),
	list_due_dates: [['5', 'dia 5'], ['10', 'dia 10'], ['15', 'dia 15'], ['20', 'dia 20']]
		.map(([id_vencimento, data]) => ({ id_vencimento, data, obs: '' })),
	list_commercial_origins: [['501', 'Indicação'], ['502', 'Site'], ['503', 'Panfleto']]
		.map(([id_origem, nome]) => ({ id_origem, nome, obs: '' })),
	list_cities: [
		['3550308', 'São Paulo', '-23.5505', '-46.6333'],
		['3509502', 'Campinas', '-22.9056', '-47.0608'],
		['3548708', 'São Bernardo do Campo', '-23.6939', '-46.5650'],
		['4205407', 'Florianópolis', '-27.5949', '-48.5482'],
	].map(([id_cidade, nome, latitude, longitude]) => ({ id_cidade, nome, latitude, longitude, obs: '' })),
	list_ticket_types: [['601', 'Sem conexão'], ['602', 'Lentidão'], ['603', 'Mudança de endereço'], ['604', 'Segunda via']]
		.map(([id_tipo_de_atendimento, nome]) => ({ id_tipo_de_atendimento, nome, obs: '' })),
	list_prospect_statuses: [['1', 'Inicial'], ['2', 'Em análise'], ['3', 'Aprovado'], ['4', 'Rejeitado'], ['5', 'Suspenso'], ['6', 'Cancelado']]
		.map(([status_prospeccao, nome]) => ({ status_prospeccao, nome, obs: '' })),
};

/** Final statuses of a prospect. */
export const finalStatuses = new Set([3, 4, 6]);

/** All mutable data. */
export class Provider {
	clients = new Map<number, Client>();
	contracts = new Map<number, Contract>();
	services = new Map<number, ClientService>();
	invoices = new Map<number, Invoice>();
	prospects = new Map<number, Prospect>();
	leads = new Map<number, BasicRecord>();
	tickets = new Map<number, BasicRecord>();
	files = new Map<number, StoredFile>();
	private lastId = 90_000;

	constructor(seed: number, clients: number) {
		const random = new Random(seed);
		for (let index = 0; index < clients; index += 1) this.addClient(1001 + index, random);
	}

	nextId(): number {
		return ++this.lastId;
	}

	clientByDocument(document: string): Client | undefined {
		const plain = normalizeDocument(document);
		return [...this.clients.values()].find(({ fields }) => fields.cnpj_cpf === plain);
	}

	store(owner: string, name: string, base64: string): StoredFile {
		const content = Buffer.from(base64, 'base64');
		const sha256 = createHash('sha256').update(content).digest('hex');
		const file = { id: this.nextId(), owner, name, bytes: content.length, sha256 };
		this.files.set(file.id, file);
		return file;
	}

	private addClient(id: number, random: Random): void {
		const isCompany = random.percent(15);
		const first = random.pick(FIRST_NAMES);
		const last = random.pick(LAST_NAMES);
		const city = random.pick(catalogues.list_cities);
		const fields = {
			nome: isCompany ? `${last} Amostra ${id} Ltda` : `${first} ${last} Amostra ${id}`,
			fantasia: isCompany ? `${last} ${id}` : '',
			tipo_pessoa: isCompany ? 'J' : 'F',
			cnpj_cpf: isCompany ? cnpj(id, random.percent(30)) : cpf(id),
			data_nascimento: isCompany ? '' : `${random.whole(1950, 2005)}-${twoDigits(random.whole(1, 12))}-${twoDigits(random.whole(1, 28))}`,
			data_cadastro: `${random.whole(2015, 2025)}-${twoDigits(random.whole(1, 12))}-${twoDigits(random.whole(1, 28))}`,
			ativo: random.percent(92) ? 'S' : 'N',
			cep: `0${random.whole(1_000_000, 9_999_999)}`,
			endereco: `Rua ${random.pick(LAST_NAMES)}`,
			numero: String(random.whole(1, 2000)),
			complemento: random.percent(30) ? `Apto ${random.whole(1, 200)}` : '',
			bairro: random.pick(['Centro', 'Bairro Novo', 'Jardim Modelo']),
			cidade: city.nome,
			uf: city.nome === 'Florianópolis' ? 'SC' : 'SP',
			email: `cliente${id}@example.com`,
			whatsapp: `1195555${id}`,
		};
		this.clients.set(id, { id, fields });
		for (let count = random.percent(20) ? 2 : 1; count > 0; count -= 1) this.addContract(id, fields, random);
	}

	private addContract(client: number, { endereco, numero }: Record<string, string>, random: Random): void {
		const id = 20_000 + this.contracts.size + 1;
		this.contracts.set(id, { id, client, address: `${endereco}, ${numero} (${id})` });
		const product = random.pick(catalogues.list_products);
		const amount = Number(product.valor.replace(/\D/g, ''));
		for (const monthsAgo of [2, 1, 0]) {
			const offset = random.pick([-25, -10, 0, 3, 3, 8, 15]) - 30 * monthsAgo;
			const invoice: Invoice = {
				id: 70_000 + this.invoices.size + 1, client, contract: id, amount,
				issuedOn: dayFromNow(offset - 20), dueOn: dayFromNow(offset),
			};
			if (monthsAgo === 2 || (monthsAgo === 1 && !random.percent(10))) invoice.paidOn = invoice.dueOn;
			this.invoices.set(invoice.id, invoice);
		}
		const overdue = [...this.invoices.values()].some((one) => one.contract === id && isOverdue(one));
		const service = { id: 30_000 + this.services.size + 1, client, contract: id, product: Number(product.id_servico) };
		this.services.set(service.id, { ...service, situation: overdue ? 'Suspenso' : 'Ativo' });
	}
}

const FIRST_NAMES = ['Ana', 'Bruno', 'Carla', 'Diego', 'Elisa', 'Fábio', 'Gabriela', 'Heitor', 'Íris', 'João'];
const LAST_NAMES = ['Silva', 'Souza', 'Oliveira', 'Araújo', 'Gonçalves', 'Pereira', 'Lima', 'Conceição'];

const twoDigits = (number: number) => String(number).padStart(2, '0');

/** The date a number of days from today, as `yyyy-MM-dd`. Brazil has no daylight saving time: it is always UTC-3. */
export const dayFromNow = (days: number): string => new Date(Date.now() - 3 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);

export const isOverdue = ({ dueOn, paidOn }: Invoice): boolean => !paidOn && dueOn < dayFromNow(0);

export const normalizeDocument = (text: string): string => text.replace(/[^0-9A-Za-z]/g, '').toUpperCase();

/** The official check digit: weights from 2 to the largest, from the right. */
function checkDigit(text: string, largest: number): string {
	let sum = 0;
	let weight = 2;
	for (let index = text.length - 1; index >= 0; index -= 1) {
		sum += (text.charCodeAt(index) - 48) * weight;
		weight = weight === largest ? 2 : weight + 1;
	}
	const rest = sum % 11;
	return rest < 2 ? '0' : String(11 - rest);
}

function withCheckDigits(text: string, largest: number): string {
	const first = text + checkDigit(text, largest);
	return first + checkDigit(first, largest);
}

const cpf = (id: number) => withCheckDigits(`1234${String(id).padStart(5, '0')}`, 11);
const cnpj = (id: number, withLetters: boolean) => withCheckDigits(`${withLetters ? '12ABC' : '12345'}${id}001`.slice(0, 12).padEnd(12, '0'), 9);

/** Whether a CPF or CNPJ has valid check digits. */
export function isValidDocument(text: string): boolean {
	const plain = normalizeDocument(text);
	if (/^\d{11}$/.test(plain)) return plain === withCheckDigits(plain.slice(0, 9), 11);
	return /^[0-9A-Z]{12}\d{2}$/.test(plain) && plain === withCheckDigits(plain.slice(0, 12), 9);
}
