import type { IDataObject } from 'n8n-workflow';

import { type ErpService, startErpDatacake } from '../../sandbox/erpDatacake/index.mts';
import { type Job, run, testCredential } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** Errors of the ERP and in the input: what is sent, what is stored, and what the user sees. */

const CPF = '529.982.247-25';
let service: ErpService;

beforeAll(async () => {
	setTiming('WINDOW_MS', 600);
	service = await startErpDatacake({ limit: null });
});
afterAll(async () => {
	restoreTiming();
	await service.close();
});
beforeEach(() => service.reset());

const credential = (more = {}) => ({ baseUrl: service.url, token: service.apiKey, requestsPerMinute: 1000, ...more });
const job = (resource: string, operation: string, fields: IDataObject, more: Partial<Job> = {}): Job => ({
	node: 'erpDatacake', parameters: { resource, operation, ...fields }, credential: credential(), ...more,
});
const openInvoice = () => [...service.provider.invoices.values()].find(({ paidOn }) => !paidOn)!;
const documentOf = (client: number) => service.provider.clients.get(client)!.fields.cnpj_cpf;
const pay = () => job('invoice', 'signalPayment', { idCliente: String(openInvoice().client), idFatura: String(openInvoice().id) });
const getClient = (more: Partial<Job> = {}) => job('client', 'get', { cnpjCpf: documentOf(1001) }, more);
const invoices = (more: Partial<Job> = {}) => job('invoice', 'getMany', { document: documentOf(openInvoice().client) }, more);
const update = () => job('client', 'update', { idCliente: '1001', updateFields: { email: 'novo@example.com' } });
const prospect = (additionalFields: IDataObject = {}, more: IDataObject = {}) =>
	job('prospect', 'create', { nome: 'Pessoa Amostra', cnpjCpf: CPF, additionalFields, ...more });
const lead = (additionalFields: IDataObject = {}) => job('lead', 'create', { nome: 'Pessoa Amostra', additionalFields });
const enable = () => {
	const { client, id } = [...service.provider.services.values()].find(({ situation }) => situation === 'Suspenso')!;
	return job('clientService', 'enableProvisionally', { idCliente: String(client), idServico: String(id) });
};
const ticket = () => job('ticket', 'create', { idCliente: '1001', assunto: 'Sem sinal', mensagem: 'Desde ontem' });
const upload = async () => {
	const { items } = await run(prospect());
	service.reset();
	return job('prospect', 'uploadFile', { idProspecto: String(items[0].json.prospectId), arquivo: 'aGVsbG8=' });
};
const writes = () => service.journal.filter(({ method }) => method !== 'GET');
const stored = () => service.journal.filter(({ stored: id }) => id !== undefined).length;

describe('a write that may have been stored is never sent again', () => {
	const actions = { 'a payment': pay, 'a prospect': prospect, 'a lead': lead, 'a ticket': ticket, 'a provisional activation': enable };

	describe.each(Object.entries(actions))('%s', (_action, make) => {
		test.each([
			['a lost response', { effect: 'resetAfterStore' }, 1],
			['a connection dropped before processing', { effect: 'resetBeforeStore' }, 0],
			['500', { effect: 'status', status: 500 }, 0],
			['502 after processing', { effect: 'status', status: 502, store: true }, 1],
			['504', { effect: 'status', status: 504 }, 0],
			['an incomplete response', { effect: 'wrongLength' }, 1],
			['truncated JSON', { effect: 'cut' }, 1],
			['a web page', { effect: 'html', store: true }, 1],
		] as const)('%s', async (_name, fault, records) => {
			service.fault(fault as never);
			const { status, error } = await run(make());
			expect(status).toBe('error');
			expect(error?.description).toMatch(/record may already exist\. Check ERP Datacake before you retry this item/);
			expect(error?.message).toContain('[item 0]');
			expect(service.journal).toHaveLength(1);
			expect(stored()).toBe(records);
		});
	});

	test('an upload that ends with a 500', async () => {
		const sent = await upload();
		service.fault({ effect: 'status', status: 500, path: 'arquivos' });
		const { error } = await run(sent);
		expect(error?.description).toContain('The record may already exist');
		expect(service.journal).toHaveLength(1);
	});

	test('a timeout', async () => {
		service.fault({ effect: 'hang' });
		const { parameters, ...rest } = pay();
		const { error } = await run({ ...rest, parameters: { ...parameters, requestOptions: { timeout: 300 } } });
		expect(error?.message).toContain('did not respond in time');
		expect(error?.description).toContain('The record may already exist');
		expect(service.journal).toHaveLength(1);
	});

	test('but a rate-limited write is sent again', async () => {
		service.fault({ effect: '429', times: 2 });
		expect((await run(pay())).status).toBe('success');
		expect(service.journal).toHaveLength(3);
		expect(stored()).toBe(1);
	});
});

describe('a read or an update is retried up to three times', () => {
	test.each([
		['500', { effect: 'status', status: 500 }],
		['a dropped connection', { effect: 'resetBeforeStore' }],
		['an incomplete response', { effect: 'wrongLength' }],
	] as const)('succeeds after %s occurred twice', async (_name, fault) => {
		for (const make of [getClient, invoices, update]) {
			service.reset();
			service.fault({ ...fault, times: 2 } as never);
			expect((await run(make())).status).toBe('success');
			expect(service.journal).toHaveLength(3);
		}
	});
});

describe('responses', () => {
	const respondWith = (body: unknown, status = 200) => service.fault({ effect: 'status', status, body, headers: { 'content-type': 'application/json' } });
	const row = { id_fatura: '7', valor_atual: '1.234,56', data_vencimento: '05/12/2026', desconto: '', pix_code: 'x' };
	const typed = { invoiceId: '7', currentAmount: 1234.56, dueOn: '2026-12-05', discount: null, pixCode: 'x' };

	test.each([
		['bare', [row]],
		['under one key', { faturas: [row] }],
		['under one key next to others', { status: 'ok', total: 1, resultado: [row] }],
		['two keys deep', { data: { faturas: [row] } }],
		['with a message', { message: 'ok', faturas: [row] }],
		['as one object', row],
		['with numeric keys', { 0: row }],
	])('a list is read %s', async (_name, body) => {
		respondWith(body);
		const { items, error } = await run(invoices());
		expect(error).toBeUndefined();
		expect(items).toEqual([{ json: typed, pairedItem: { item: 0 } }]);
	});

	test.each([['[]', []], ['{}', {}], ['null', 'null'], ['an empty list under a key', { faturas: [] }], ['a count', { total: 0 }]])('%s is an empty list', async (_name, body) => {
		respondWith(body);
		const { items, error } = await run(invoices());
		expect(error).toBeUndefined();
		expect(items).toEqual([]);
	});

	test('raw output returns rows as received, and Selected Fields a subset of the simplified fields', async () => {
		const [raw, selected] = [{ output: 'raw' }, { output: 'selectedFields', outputFields: ['dueOn', 'currentAmount'] }];
		for (const [output, json] of [[raw, row], [selected, { dueOn: '2026-12-05', currentAmount: 1234.56 }]] as const) {
			respondWith([row]);
			const { parameters, ...rest } = invoices();
			expect((await run({ ...rest, parameters: { ...parameters, ...output } })).items[0].json).toEqual(json);
		}
	});

	test.each([
		['erro', { erro: 'Cliente não encontrado' }],
		['error', { error: 'Cliente não encontrado' }],
		['error with an empty list', { error: 'Cliente não encontrado', data: [] }],
		['message', { message: 'Cliente não encontrado' }],
		['mensagem', { mensagem: 'Cliente não encontrado' }],
		['error in an object', { error: { message: 'Cliente não encontrado', code: 17 } }],
		['a status', { status: 'erro', mensagem: 'Cliente não encontrado' }],
		['a flag', { sucesso: false, message: 'Cliente não encontrado' }],
	])('an error under %s is recognized with status 200', async (_name, body) => {
		for (const make of [invoices, getClient, pay]) {
			respondWith(body);
			const { error } = await run(make());
			expect(error?.message).toMatch(/^(Get many invoices|Get client|Record invoice payment): Cliente não encontrado \[item 0\](\. The record may already exist\. Check ERP Datacake before you retry this item)?$/);
		}
		expect(service.journal).toHaveLength(3);
	});

	test.each([400, 404, 409, 422])("the ERP's own message is shown with status %i", async (status) => {
		respondWith({ message: 'CPF inválido', errors: { cnpj_cpf: ['não confere'] } }, status);
		const { error } = await run(getClient());
		expect(error?.message).toContain('CPF inválido');
		expect(error?.message).toContain('não confere');
		expect(error?.httpCode).toBe(String(status));
	});

	test.each([['an empty body', ''], ['{}', {}], ['a status', { status: 'ok' }], ['a status with a message', { status: 'ok', message: 'Baixa efetuada' }], ['success', { success: true, message: 'ok' }]])(
		'a write answered with %s succeeds',
		async (_name, body) => {
			respondWith(body, body === '' ? 204 : 200);
			const { items, error } = await run(pay());
			expect(error).toBeUndefined();
			expect(items[0].json).toMatchObject({ success: true });
		},
	);

	test.each([
		['a web page', { effect: 'html' }, /web page instead of data/],
		['an empty body', { effect: 'empty' }, /returned an empty response/],
		['truncated JSON', { effect: 'cut' }, /truncated or invalid JSON/],
		['two lists', { effect: 'status', status: 200, body: { a: [{ x: 1 }], b: [{ y: 2 }] } }, /without the expected data/],
		['a list of texts', { effect: 'status', status: 200, body: ['a'] }, /without the expected data/],
		['a redirect', { effect: 'redirect', status: 307, location: 'http://127.0.0.1:9/' }, /another URL, but redirects are not followed/],
		['a missing page', { effect: 'status', status: 404, body: '<html></html>' }, /^Get many invoices: ERP Datacake found nothing at GET http:\/\/127\.0\.0\.1:\d+\/faturas \[item 0\]$/],
		['a wrong token', { effect: 'keyRefused' }, /rejected the credential/],
	] as const)('%s', async (_name, fault, message) => {
		service.fault(fault as never);
		const { error } = await run(invoices());
		expect(error?.message).toMatch(message);
		expect(error?.message).not.toMatch(/error|problem|failure|mistake/i);
		expect(service.journal).toHaveLength(1);
	});

	test('the token appears in no message, output or URL', async () => {
		respondWith({ erro: `Token ${service.apiKey} expirado` }, 400);
		const { error, run: whole } = await run(getClient());
		expect(error?.message).toContain('Token *** expirado');
		expect(JSON.stringify(whole.data.resultData)).not.toContain(service.apiKey);
		expect(JSON.stringify(service.journal)).not.toContain(service.apiKey);
		expect(service.journal[0]).toMatchObject({ keyIn: 'header', keyRight: true });
	});
});

describe('invalid input is rejected before any call', () => {
	const anexo = (more: IDataObject) => ({ anexos: { entries: [more] } });
	test.each<[string, () => Job, RegExp]>([
		['a CPF with a wrong check digit', () => job('client', 'get', { cnpjCpf: '529.982.247-24' }), /^'CPF or CNPJ' must be .*check digits, but it is "529/],
		['a CPF of identical digits', () => job('client', 'get', { cnpjCpf: '11111111111' }), /check digits/],
		['an empty document', () => job('invoice', 'getMany', { document: '={{ "" }}' }), /^'CPF or CNPJ' is required, but it is empty/],
		['a document whose expression returns undefined', () => job('invoice', 'getMany', { document: '={{ $json.no }}' }), /^'CPF or CNPJ' is required/],
		['an invalid CEP', () => prospect({ cep: '123' }), /^'Postal Code' must be a CEP with 8 digits/],
		['an invalid state', () => prospect({ ufInstalacao: 'XX' }), /^'Installation State' must be one of/],
		['an invalid email address', () => prospect({ email: 'nobody' }), /^'Email' must be an email address/],
		['an impossible date', () => prospect({ dataNascimento: '1990-02-30' }), /^'Birth Date' must be a valid date, e\.g\. 2026-04-30/],
		['invalid JSON in cobertura', () => lead({ cobertura: '{"a":' }), /^'Coverage' must be valid JSON/],
		['invalid JSON in extra_data', () => lead({ extraData: 'soon' }), /^'Extra Data' must be valid JSON/],
		['a missing binary field', () => prospect(anexo({ binaryFields: 'contract' })), /^Attachment 1: 'Input Binary Fields' names "contract", but the item only has data \[item 0\]/],
		['a file over the limit', () => prospect(anexo({ binaryFields: 'data' }), { options: { maxFileSizeMb: 0.001 } }), /^Attachment 1: 'Input Binary Fields': a\.pdf is 2 kB, but the limit is 1 kB/],
		['base64 text over the limit', () => prospect(anexo({ base64: Buffer.alloc(3000).toString('base64') }), { options: { maxFileSizeMb: 0.001 } }), /^Attachment 1: 'Content \(Base64\)' is 2\.9 kB/],
		['invalid base64', () => prospect(anexo({ base64: 'não' })), /^Attachment 1: 'Content \(Base64\)' must be Base64 text/],
		['a file set twice', () => prospect(anexo({ base64: 'aGVsbG8=', binaryFields: 'a' })), /is set both as Base64 text and as binary fields/],
		['one name for two files', () => prospect(anexo({ binaryFields: 'data, data', nomeDocumento: 'RG' })), /can be used for one file only, but there are 2 files/],
		['a missing invoice id', () => job('invoice', 'signalPayment', { idCliente: '1', idFatura: ' ' }), /^'Invoice ID' is required/],
		['a limit of 0', () => invoices({ parameters: { resource: 'invoice', operation: 'getMany', document: CPF, limit: 0 } }), /^'Limit' must be/],
	])('%s', async (_name, make, message) => {
		const binary = [{ data: { data: Buffer.alloc(2048).toString('base64'), mimeType: 'application/pdf', fileName: 'a.pdf' } }];
		const { status, error } = await run({ ...make(), binary });
		expect(status).toBe('error');
		expect(error?.message).toMatch(message);
		expect(error?.message).toContain('[item 0]');
		expect(service.journal).toEqual([]);
	});

	test.each<[string, () => Job, RegExp]>([
		['the reseller', () => prospect({ idRevendedor: '101' }), /^'Reseller' must be an ID from its list, but "101"/],
		['the product', () => prospect({ servicos: { entries: [{ idServico: '101' }, { idServico: '201' }] } }), /^Product 2: 'Product' must be an ID from its list/],
		['the status', () => job('prospect', 'update', { idProspecto: '1', updateFields: { statusProspeccao: '77' } }), /^'Status' must be an ID from its list/],
		['the department', () => job('ticket', 'create', { idCliente: '1001', assunto: 'a', mensagem: 'b', additionalFields: { idDepartamento: '601' } }), /^'Department' must be/],
	])('an ID from another list is rejected as %s', async (_name, make, message) => {
		const { error } = await run(make());
		expect(error?.message).toMatch(message);
		expect(writes()).toEqual([]);
	});

	test('IDs are not checked if the option is off or the ERP has no lists', async () => {
		const { error } = await run(prospect({ idRevendedor: '101' }, { options: { checkIds: false } }));
		expect(error?.message).toContain('Revendedor não existe.');
		expect(writes()).toHaveLength(1);
		service.reset();
		service.fault({ effect: 'status', status: 404, path: 'revendedores', times: 9 });
		const other = credential({ baseUrl: service.url.replace('127.0.0.1', 'localhost') });
		expect((await run({ ...prospect({ idRevendedor: '201' }), credential: other })).status).toBe('success');
	});

	test('one invalid item or missing file prevents all calls', async () => {
		const file = { data: { data: 'aGVsbG8=', mimeType: 'text/plain', fileName: 'a.txt' } };
		const many = { items: [{}, {}, {}], binary: [file, {}, file] };
		const { error } = await run({ ...prospect(anexo({ binaryFields: 'data' })), ...many });
		expect(error?.message).toMatch(/has no binary data \[item 1\]$/);
		expect(service.journal).toEqual([]);
		const outcome = await run({ ...prospect(anexo({ binaryFields: 'data' })), ...many, onError: 'continueRegularOutput' });
		expect(outcome.items).toHaveLength(3);
		expect(stored()).toBe(2);
	});

	test('no list is read if another item is invalid', async () => {
		const items = [{ reseller: '201', email: 'a@example.com' }, { reseller: '201', email: 'nobody' }];
		const own = credential({ baseUrl: `${service.url}/` , headerName: 'X-Fresh' });
		const { error } = await run({ ...prospect({ idRevendedor: '={{ $json.reseller }}', email: '={{ $json.email }}' }), items, credential: own });
		expect(error?.message).toMatch(/^'Email' must be.*\[item 1\]$/);
		expect(service.journal).toEqual([]);
	});

	test.each([
		[{ baseUrl: 'http://erp.example.com' }, /'Base URL'.*https/],
		[{ baseUrl: '' }, /'Base URL'/],
		[{ token: 'a b' }, /'Token'/],
		[{ headerName: 'no header' }, /'Header Name'/],
		[{ endpointPaths: '# ours\nget_client: /x' }, /'Endpoint Paths' in the credential, line 2: "get_client" is not an operation/],
		[{ endpointPaths: 'get_client_info: clientes' }, /line 1: "clientes" is not a valid path/],
		[{ endpointPaths: 'get_client_info: /c/{id_fatura}' }, /line 1: \{id_fatura\} is not an input of get_client_info/],
	])('a credential with %j is rejected before any call', async (wrong, message) => {
		const { error } = await run({ ...getClient(), credential: credential(wrong) });
		expect(error?.message).toMatch(message);
		expect(service.journal).toEqual([]);
	});

	test('a path with a placeholder that the item does not fill is rejected', async () => {
		const endpointPaths = 'list_open_invoices: /contratos/{id_contrato}/faturas';
		const { error } = await run({ ...invoices(), credential: credential({ endpointPaths }) });
		expect(error?.message).toBe("'Contract ID' is required: the path of this operation under 'Endpoint Paths' in the credential contains {id_contrato} [item 0]");
		expect(service.journal).toEqual([]);
	});
});

describe('values are sent as set', () => {
	test('a document with wrong check digits, if the check is off', async () => {
		const { error } = await run(job('client', 'get', { cnpjCpf: '529.982.247-24', options: { checkDocuments: false } }));
		expect(service.journal[0].query).toEqual({ cnpj_cpf: '529.982.247-24' });
		expect(error?.message).toContain('cnpj_cpf');
	});

	test('digits, dates and booleans in the format of the options', async () => {
		service.set({ dateFormat: 'dd/MM/yyyy' });
		const fields = { cnpjCpf: '12.ABC.345/01DE-35', cep: '01310-100', whatsapp: '(11) 95555-0100', dataNascimento: '1990-05-01T00:00:00.000Z', ativo: false };
		const options = { digitsOnly: true, dateFormat: 'dd/MM/yyyy' };
		const { error } = await run(job('client', 'update', { idCliente: '1001', updateFields: fields, options }));
		expect(error).toBeUndefined();
		expect(service.journal[0].body).toEqual({
			id_cliente: '1001', cnpj_cpf: '12ABC34501DE35', cep: '01310100', whatsapp: '11955550100', data_nascimento: '01/05/1990', ativo: 'N',
		});
	});

	test('JSON as text, or as an object if the ERP requires that', async () => {
		await run(lead({ cobertura: '={{ ({ ok: true }) }}', extraData: ' {"a": 1} ' }));
		expect(service.journal[0].body).toMatchObject({ cobertura: '{"ok":true}', extra_data: ' {"a": 1} ' });
		await run({ ...lead(), parameters: { ...lead({ cobertura: '{"a":1}' }).parameters, options: { jsonAs: 'object' } } });
		expect(service.journal[1].body).toMatchObject({ cobertura: { a: 1 } });
	});
});

describe('the credential test', () => {
	const check = async (more = {}) => await testCredential('erpDatacakeApi', credential(more));

	test('reads the due dates, with one call per test', async () => {
		await check();
		expect(service.journal.map(({ path }) => path)).toEqual(['/vencimentos']);
		await check();
		expect(service.journal).toHaveLength(2);
	});

	test.each([
		[{ token: 'wrong' }, /rejected the credential\. Check 'Token', 'Header Name' and 'Header Prefix'.*Token inválido/],
		[{ endpointPaths: 'list_due_dates: /outro' }, /Rota não encontrada/],
		[{ endpointPaths: 'x' }, /'Endpoint Paths' in the credential, line 1/],
	])('explains what is wrong with %j', async (more, message) => await expect(check(more)).rejects.toThrow(message));
});

describe('unusual responses', () => {
	const respondWith = (body: unknown, status = 200) => service.fault({ effect: 'status', status, body } as never);
	const invoices = () => job('invoice', 'getMany', { document: CPF, returnAll: true });
	const status = () => job('prospect', 'getStatus', { idProspecto: '1' });
	const withRetries = (job: Job): Job => ({ ...job, settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 } });

	test.each([
		['only a message', { message: 'Pagamento registrado' }, 200],
		['a redirect', '', 303],
	])('%s leaves the outcome of a payment open, so neither the node nor Retry On Fail sends it again', async (_name, body, code) => {
		respondWith(body, code);
		const { error } = await run(withRetries(pay()));
		expect(error?.description).toContain('The record may already exist');
		expect(service.journal).toHaveLength(1);
	});

	test.each([
		[[{ status: 'erro', mensagem: 'Fatura inexistente' }]],
		[{ data: { erro: 'Fatura inexistente' } }],
		[{ resultado: { status: 'erro', mensagem: 'Fatura inexistente' } }],
		[{ status: 'Erro: Fatura inexistente' }],
	])('%j is not a successful payment', async (body) => {
		respondWith(body);
		const { status: runStatus, error } = await run(pay());
		expect(runStatus).toBe('error');
		expect(error?.message).toContain('Fatura inexistente');
	});

	test.each([
		[[{ erro: 'Cliente não encontrado' }], 200],
		[{ data: { erro: 'Cliente não encontrado' } }, 200],
		['Cliente não encontrado', 400],
		[{ detail: 'Cliente não encontrado' }, 422],
		[[{ erro: 'Cliente não encontrado' }], 422],
	])('the message in %j explains why there is no list', async (body, code) => {
		respondWith(body, code);
		const { error } = await run(invoices());
		expect(`${error?.message} ${error?.description}`).toContain('Cliente não encontrado');
	});

	const row = { id_fatura: '7', valor_atual: 102.345 };
	test.each([
		[{ data: [row], errors: [] }],
		[{ data: [row], links: [] }],
		[{ faturas: [row], avisos: ['x'] }],
		[{ data: { items: [row] }, meta: { total: 1 } }],
	])('%j is a list with one row', async (body) => {
		respondWith(body);
		const { error, items } = await run(invoices());
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(items[0].json).toMatchObject({ currentAmount: 102.345 });
	});

	test("a prospect's status is not mistaken for an error of the call", async () => {
		respondWith({ status: 'Erro', motivo: 'Documento ilegível' });
		const { error, items } = await run(status());
		expect(error).toBeUndefined();
		expect(JSON.stringify(items)).toContain('Documento ilegível');
	});
});
