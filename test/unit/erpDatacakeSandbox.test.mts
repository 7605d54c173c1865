import { type ErpService, startErpDatacake } from '../../sandbox/erpDatacake/index.mts';

/** The ERP sandbox over plain HTTP. */

let service: ErpService;
beforeAll(async () => {
	service = await startErpDatacake({ limit: null });
});
beforeEach(() => service.reset());
afterAll(async () => await service.close());

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = { authorization: `Bearer ${service.apiKey}` }) {
	const response = await fetch(service.url + path, {
		method, headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) }, body: body ? JSON.stringify(body) : undefined,
	});
	const text = await response.text();
	return { status: response.status, body: text.startsWith('%PDF') ? text : JSON.parse(text), reason: response.headers.get('x-sandbox-reason') };
}

const get = async (path: string, input: Record<string, string>) => await call('GET', `${path}?${new URLSearchParams(input)}`);
const overdue = () => [...service.provider.services.values()].find(({ situation }) => situation === 'Suspenso')!;
const documentOf = (client: number) => service.provider.clients.get(client)!.fields.cnpj_cpf;

test('has 400 clients with contracts, services and invoices', () => {
	const { clients, contracts, services, invoices } = service.provider;
	expect(clients.size).toBe(400);
	expect(services.size).toBe(contracts.size);
	expect(invoices.size).toBe(contracts.size * 3);
});

test('paying all overdue invoices closes them and reactivates the service', async () => {
	const { client, id } = overdue();
	const { body: open } = await get('/faturas', { document: documentOf(client) });
	expect(open[0]).toMatchObject({ remote_id: String(client), linha_digitavel: expect.stringMatching(/^[\d. ]+$/), pix_code: expect.stringMatching(/^000201/) });
	for (const { id_fatura } of open) {
		expect((await call('POST', '/pagamentos', { id_cliente: String(client), id_fatura })).body).toEqual({ status: 'Fatura baixada' });
		expect(await call('POST', '/pagamentos', { id_cliente: String(client), id_fatura })).toMatchObject({ status: 409, body: { erro: 'Fatura já está paga.' } });
	}
	expect((await get('/faturas', { document: documentOf(client) })).body).toEqual([]);
	expect(service.provider.services.get(id)?.situation).toBe('Ativo');
	const statement = (await get('/extratos-financeiros', { document: documentOf(client) })).body as Array<{ data_baixa: string }>;
	expect(statement.every(({ data_baixa }) => data_baixa !== '')).toBe(true);
});

test('a suspended service can be enabled provisionally only once', async () => {
	const { client, id } = overdue();
	const input = { id_cliente: String(client), id_servico: String(id) };
	expect((await call('POST', '/habilitacoes-provisorias', input)).status).toBe(200);
	expect((await call('POST', '/habilitacoes-provisorias', input)).status).toBe(409);
});

test('a prospect moves through its statuses and stays in a final one', async () => {
	const { body } = await call('POST', '/prospectos', { nome: 'Pessoa Amostra', cnpj_cpf: '52998224725' });
	const { id_prospecto } = body as { id_prospecto: string };
	const status = async () => (await get('/prospectos/status', { id_prospecto })).body;
	expect(await status()).toEqual({ status: 'Inicial', motivo: '' });
	await call('POST', '/arquivos', { id_prospecto, nome_arquivo: 'a.txt', arquivo: 'aGVsbG8=' });
	expect(await status()).toMatchObject({ status: 'Em análise' });
	await call('PUT', '/prospectos', { id_prospecto, status_prospeccao: '4', obs: 'Sem cobertura' });
	expect(await status()).toEqual({ status: 'Rejeitado', motivo: 'Sem cobertura' });
	expect((await call('PUT', '/prospectos', { id_prospecto, status_prospeccao: '3' })).status).toBe(409);
});

test('the link of a tax invoice returns a PDF', async () => {
	const { client } = [...service.provider.invoices.values()].find(({ paidOn }) => paidOn)!;
	const [{ url_nota_fiscal }] = (await get('/notas-fiscais', { document: documentOf(client) })).body as Array<{ url_nota_fiscal: string }>;
	expect((await call('GET', url_nota_fiscal.slice(service.url.length), undefined, {})).body).toMatch(/^%PDF-1\.4[\s\S]+%%EOF/);
});

describe('validation', () => {
	test.each<[string, string, string, unknown, number, RegExp]>([
		['a field of another operation', 'POST', '/leads', { nome: 'a', cnpj_cpf: '1' }, 400, /cnpj_cpf is not a field/],
		['a missing field', 'POST', '/pagamentos', { id_cliente: '1001' }, 422, /id_fatura is required/],
		['a number', 'POST', '/pagamentos', { id_cliente: 1001, id_fatura: '1' }, 400, /id_cliente is not text/],
		['an invalid document', 'POST', '/prospectos', { nome: 'a', cnpj_cpf: '52998224724' }, 422, /is not a valid taxNumber/],
		['an ID of another list', 'POST', '/prospectos', { nome: 'a', cnpj_cpf: '52998224725', id_origem: '201' }, 422, /id_origem: there is no 201/],
		['a date in another format', 'PUT', '/clientes', { id_cliente: '1001', data_nascimento: '01/05/1990' }, 422, /is not a valid date/],
		['invalid JSON in cobertura', 'POST', '/leads', { nome: 'a', cobertura: '{' }, 422, /is not a valid json/],
		['invalid base64', 'POST', '/prospectos', { nome: 'a', cnpj_cpf: '52998224725', anexos: [{ base_64: 'olá' }] }, 422, /is not a valid file/],
		['another method', 'PUT', '/leads', { nome: 'a' }, 404, /there is no PUT/],
	])('rejects %s', async (_name, method, path, body, status, reason) => {
		const response = await call(method, path, body);
		expect(response).toMatchObject({ status, body: { erro: expect.any(String) } });
		expect(response.reason).toMatch(reason);
	});

	test('requires the right token in its header and rejects it in the URL', async () => {
		expect((await call('GET', '/vencimentos', undefined, {})).status).toBe(401);
		expect((await call('GET', '/vencimentos', undefined, { authorization: 'Bearer wrong' })).status).toBe(401);
		expect((await call('GET', `/vencimentos?token=${service.apiKey}`)).status).toBe(400);
		service.set({ headerName: 'X-Token', headerPrefix: '' });
		expect((await call('GET', '/vencimentos', undefined, { 'x-token': service.apiKey })).status).toBe(200);
		expect(JSON.stringify(service.journal)).not.toContain(service.apiKey);
	});

	test('expects input where it is configured, and at replaced paths', async () => {
		service.set({ getInputIn: 'body' });
		expect((await get('/clientes', { cnpj_cpf: documentOf(1001) })).status).toBe(400);
		service.set({ getInputIn: 'query', paths: { get_client_info: '/pessoas/{cnpj_cpf}' } });
		expect((await call('GET', `/pessoas/${documentOf(1001)}`)).body).toMatchObject({ id_remoto: '1001' });
		expect((await call('GET', '/clientes')).status).toBe(404);
	});
});
