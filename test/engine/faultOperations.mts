import type { IDataObject } from 'n8n-workflow';

import { startCrmZen } from '../../sandbox/crmZen/index.mts';
import { type ErpService, startErpDatacake } from '../../sandbox/erpDatacake/index.mts';
import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import type { Service } from '../../sandbox/service.mts';
import type { Job } from './engine.mts';
import type { Operation, ServiceName } from './faults.mts';

/** The operations of the fault matrix, and how the service of each is started. */

/** Three items of one operation. */
export interface TestCase {
	parameters: IDataObject;
	items: IDataObject[];
	/** Lines that identify the calls of each item: a path, or a value as name=value. */
	fingerprints: string[][];
	/** Which call fails if an item makes several: another line that it contains, or its path. */
	target?: { line?: string; path?: (item: number) => string };
}

type AnyService = Service<never, object>;

export interface TestedOperation extends Operation {
	/** How many leads HotProfile needs for it. */
	leads?: number;
	testCase(service: AnyService): TestCase;
}

interface Environment {
	node: Job['node'];
	start(operation: TestedOperation): Promise<AnyService>;
	/** @param base URL of the service, or of the obstacle in front of it */
	credential(base: string, key: string): IDataObject;
}

/** Stands for CRM Zen's minutes. */
const ZEN_WAIT_S = 0.05;
const reports = ['totals', 'leadsByUser', 'leadFile', 'salesFunnel'];
/** More than two pages of 100 leads. */
const LEADS = 210;

export const environments: Record<ServiceName, Environment> = {
	HotProfile: {
		node: 'hotProfile',
		start: async ({ leads = 5 }) => (await startHotProfile({ limit: null, leads, clients: 5, businessCards: 5 })) as unknown as AnyService,
		credential: (instance, apiKey) => ({ instance, apiKey, requestsPerMinute: 1000 }),
	},
	'ERP Datacake': {
		node: 'erpDatacake',
		start: async () => (await startErpDatacake({ limit: null, clients: 20 })) as unknown as AnyService,
		credential: (baseUrl, token) => ({ baseUrl, token, requestsPerMinute: 1000 }),
	},
	'CRM Zen': {
		node: 'zenTotals',
		start: async () => (await startCrmZen({ waits: Object.fromEntries(reports.map((name) => [name, ZEN_WAIT_S])) })) as unknown as AnyService,
		credential: (base, token) =>
			Object.fromEntries(reports.flatMap((name) => [[`${name}Url`, `${base}/relatorios/${name}`], [`${name}Token`, token], [`${name}Wait`, ZEN_WAIT_S]])),
	},
};

const names = ['一', '二', '三'];

const field = (name: string) => `={{ $json.${name} }}`;
const three = [0, 1, 2];

/** The first three records. */
const first = <Item,>(all: Iterable<Item>): Item[] => [...all].slice(0, 3);

const single = { before: 0, after: 0 };
const secondOfThree = { before: 1, after: 1 };

function hotProfile(
	about: Omit<TestedOperation, 'service' | 'testCase'>,
	testCase: (service: HotProfileService) => TestCase,
): TestedOperation {
	return { ...about, service: 'HotProfile', testCase: (service) => testCase(service as unknown as HotProfileService) };
}

const hotProfileOperations: TestedOperation[] = [
	hotProfile({ name: 'Get Many, one page', kind: 'read', ...single, reportsTotal: true }, ({ leads }) => {
		const ids = first(leads.keys());
		return {
			parameters: { resource: 'lead', operation: 'getMany', limit: 2, filters: { fromId: field('id') } },
			items: ids.map((id) => ({ id })),
			fingerprints: ids.map((id) => [`search[from_id]=${id}`]),
		};
	}),
	hotProfile({ name: 'Get Many, page 2 of 3', kind: 'read', ...secondOfThree, leads: LEADS, reportsTotal: true }, () => ({
		parameters: { resource: 'lead', operation: 'getMany', limit: LEADS, filters: { fromId: field('id') }, output: 'raw' },
		items: [1, 2, 3].map((id) => ({ id })),
		fingerprints: [1, 2, 3].map((id) => [`search[from_id]=${id}`]),
		target: { line: 'page[number]=2' },
	})),
	hotProfile({ name: 'Get', kind: 'read', ...single }, ({ leads }) => {
		const ids = first(leads.keys());
		return {
			parameters: { resource: 'lead', operation: 'get', id: field('id') },
			items: ids.map((id) => ({ id })),
			fingerprints: ids.map((id) => [`search[from_id]=${id}`]),
		};
	}),
	hotProfile({ name: 'Delete', kind: 'update', ...single }, ({ leads }) => {
		const ids = first(leads.keys());
		return {
			parameters: { resource: 'lead', operation: 'delete', id: field('id') },
			items: ids.map((id) => ({ id })),
			fingerprints: ids.map((id) => [`id=${id}`]),
		};
	}),
	hotProfile({ name: 'Update', kind: 'update', ...single }, ({ leads }) => {
		const records = first(leads.values());
		return {
			parameters: { resource: 'lead', operation: 'update', id: field('id'), clientId: field('client'), updateFields: { note: '新' } },
			items: records.map(({ id, client_id }) => ({ id: id as number, client: client_id as number })),
			fingerprints: records.map(({ id }) => [`id=${id}`]),
		};
	}),
	hotProfile({ name: 'Update of one record', kind: 'update', ...single, updatesOneRecord: true }, ({ leads }) => {
		const [{ id, client_id: client }] = leads.values();
		return {
			parameters: { resource: 'lead', operation: 'update', id: id as number, clientId: client as number, updateFields: { note: field('note') } },
			items: names.map((note) => ({ note })),
			fingerprints: names.map((note) => [`note=${note}`]),
		};
	}),
	hotProfile({ name: 'Create', kind: 'create', ...single }, ({ clients }) => ({
		parameters: { resource: 'lead', operation: 'create', clientId: first(clients.keys())[0], familyName: field('name') },
		items: names.map((name) => ({ name })),
		fingerprints: names.map((name) => [`family_name=${name}`]),
	})),
];

function erp(
	about: Pick<TestedOperation, 'name' | 'kind'> & Partial<TestedOperation>,
	testCase: (service: ErpService) => TestCase,
): TestedOperation {
	return { ...single, ...about, service: 'ERP Datacake', testCase: (service) => testCase(service as unknown as ErpService) };
}

const documents = ({ provider }: ErpService) => first(provider.clients.values()).map(({ fields }) => fields.cnpj_cpf);

const erpOperations: TestedOperation[] = [
	erp({ name: 'Get Many Invoices', kind: 'read' }, (service) => ({
		parameters: { resource: 'invoice', operation: 'getMany', document: field('document') },
		items: documents(service).map((document) => ({ document })),
		fingerprints: documents(service).map((document) => [`document=${document}`]),
	})),
	erp({ name: 'Get Client', kind: 'read' }, (service) => ({
		parameters: { resource: 'client', operation: 'get', cnpjCpf: field('document') },
		items: documents(service).map((document) => ({ document })),
		fingerprints: documents(service).map((document) => [`cnpj_cpf=${document}`]),
	})),
	erp({ name: 'Download Files', kind: 'read', before: 1, isFile: true }, (service) => {
		const ids = first(service.provider.clients.keys());
		const file = (item: number) => `/pdf/quitacao-${ids[item]}.pdf`;
		return {
			parameters: { resource: 'debtClearance', operation: 'getMany', document: field('document'), options: { downloadFiles: true } },
			items: documents(service).map((document) => ({ document })),
			fingerprints: documents(service).map((document, item) => [`document=${document}`, file(item)]),
			target: { path: file },
		};
	}),
	erp({ name: 'Update Client', kind: 'update' }, ({ provider }) => {
		const ids = first(provider.clients.keys());
		return {
			parameters: { resource: 'client', operation: 'update', idCliente: field('id'), updateFields: { email: 'novo@example.com' } },
			items: ids.map((id) => ({ id: String(id) })),
			fingerprints: ids.map((id) => [`id_cliente=${id}`]),
		};
	}),
	erp({ name: 'Create Lead', kind: 'create' }, () => ({
		parameters: { resource: 'lead', operation: 'create', nome: field('name') },
		items: names.map((name) => ({ name })),
		fingerprints: names.map((name) => [`nome=${name}`]),
	})),
	erp({ name: 'Upload File', kind: 'create' }, ({ provider }) => {
		const id = provider.nextId();
		provider.prospects.set(id, { id, status: 1, reason: '', fields: {} });
		const contents = three.map((item) => Buffer.from(`file ${item}`).toString('base64'));
		return {
			parameters: { resource: 'prospect', operation: 'uploadFile', idProspecto: String(id), arquivo: field('content') },
			items: contents.map((content) => ({ content })),
			fingerprints: contents.map((content) => [`arquivo=${content}`]),
		};
	}),
	erp({ name: 'Record Payment', kind: 'create' }, ({ provider }) => {
		const invoices = first([...provider.invoices.values()].filter(({ paidOn }) => !paidOn));
		return {
			parameters: { resource: 'invoice', operation: 'signalPayment', idCliente: field('client'), idFatura: field('invoice') },
			items: invoices.map(({ id, client }) => ({ client: String(client), invoice: String(id) })),
			fingerprints: invoices.map(({ id }) => [`id_fatura=${id}`]),
		};
	}),
];

const zen = (
	name: string,
	parameters: IDataObject,
	wire: string,
	more: Partial<TestedOperation> & { target?: TestCase['target'] } = {},
): TestedOperation => {
	const days = ['2026-03-02', '2026-03-03', '2026-03-04'];
	const { target, ...about } = more;
	const testCase = (): TestCase => ({
		parameters: { operation: 'getMany', ...parameters }, items: days.map((day) => ({ day })), fingerprints: days.map((day) => [`${wire}=${day}`]), target,
	});
	return { service: 'CRM Zen', name, kind: 'read', ...single, ...about, testCase };
};

const oneDay = { period: 'oneDay', date: field('day') };

const zenOperations: TestedOperation[] = [
	zen('Totals', { resource: 'totals', ...oneDay }, 'data'),
	zen('Leads by User, one page', { resource: 'leadsByUser', ...oneDay }, 'data_inicial'),
	zen(
		'Leads by User, page 2 of 3',
		{ resource: 'leadsByUser', period: 'range', startDate: field('day'), endDate: '2026-03-20', limit: 150, output: 'raw' },
		'data_inicial',
		{ ...secondOfThree, target: { line: 'pagina=2' } },
	),
	zen('Lead File', { resource: 'leadFile', ...oneDay }, 'data'),
	// Its response is not documented, so any JSON is accepted.
	zen('Sales Funnel', { resource: 'salesFunnel', ...oneDay }, 'data_inicial', { acceptsAnyJson: true }),
];

export const operations: TestedOperation[] = [...hotProfileOperations, ...erpOperations, ...zenOperations];
