import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject } from 'n8n-workflow';

import { type ErpService, startErpDatacake } from '../../sandbox/erpDatacake/index.mts';
import { type Job, run, listSearch, start } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** Uploads, downloads, searchable lists in the editor, and many calls at the limit. */

let service: ErpService;

beforeAll(async () => {
	service = await startErpDatacake({ limit: null });
});
afterAll(async () => await service.close());
afterEach(restoreTiming);
beforeEach(() => service.reset());

const credential = (more = {}) => ({ baseUrl: service.url, token: service.apiKey, requestsPerMinute: 1000, ...more });
const job = (resource: string, operation: string, fields: IDataObject, more: Partial<Job> = {}): Job => ({
	node: 'erpDatacake', parameters: { resource, operation, ...fields }, credential: credential(), ...more,
});
const binary = (content: Buffer, fileName?: string, mimeType = 'application/pdf') => ({ data: content.toString('base64'), mimeType, fileName });
const files = () => [...service.provider.files.values()].map(({ owner, name, bytes }) => ({ owner, name, bytes }));
const CPF = '529.982.247-25';
const newProspect = async () => String((await run(job('prospect', 'create', { nome: 'Pessoa Amostra', cnpjCpf: CPF }))).items[0].json.prospectId);

describe('uploads', () => {
	const two = { rg: binary(Buffer.from('frente'), 'RG.PDF'), photo: binary(Buffer.from('verso!'), undefined, 'image/png') };

	test('a prospect takes documents from several binary fields and from base64 text', async () => {
		const anexos = { entries: [{ binaryFields: 'rg, photo' }, { base64: 'data:text/plain;base64,aGVsbG8=', nomeDocumento: 'nota.txt', formato: 'txt' }] };
		const { items, error } = await run(job('prospect', 'create', { nome: 'A', cnpjCpf: CPF, additionalFields: { anexos } }, { binary: [two] }));
		expect(error).toBeUndefined();
		expect((service.journal[0].body as { anexos: unknown }).anexos).toEqual([
			{ nome_documento: 'RG.PDF', formato: 'pdf', base_64: Buffer.from('frente').toString('base64') },
			{ nome_documento: 'photo', base_64: Buffer.from('verso!').toString('base64') },
			{ nome_documento: 'nota.txt', formato: 'txt', base_64: 'aGVsbG8=' },
		]);
		expect(items[0].json.sentFiles).toEqual([
			{ fileName: 'RG.PDF', size: '6 bytes' }, { fileName: 'photo', size: '6 bytes' }, { fileName: 'nota.txt', size: '5 bytes' },
		]);
	});

	test('a ticket takes attachments', async () => {
		const additionalFields = { anexo: { entries: [{ binaryFields: 'rg', obs: 'Frente', nomeAnexo: 'Documento' }] } };
		await run(job('ticket', 'create', { idCliente: '1001', assunto: 'a', mensagem: 'b', additionalFields }, { binary: [two] }));
		expect((service.journal[0].body as { anexo: unknown }).anexo).toEqual([
			{ nome_anexo: 'Documento', obs: 'Frente', anexo: Buffer.from('frente').toString('base64') },
		]);
	});

	test('an upload sends one call and outputs one item per file', async () => {
		const idProspecto = await newProspect();
		const { items, error } = await run(job('prospect', 'uploadFile', { idProspecto, binaryFields: 'rg,photo', additionalFields: { obs: 'RG' } }, { binary: [two] }));
		expect(error).toBeUndefined();
		expect(files()).toEqual([
			{ owner: `prospect ${idProspecto}`, name: 'RG.PDF', bytes: 6 }, { owner: `prospect ${idProspecto}`, name: 'photo', bytes: 6 },
		]);
		expect(items.map(({ json, pairedItem }) => [json.success, json.sentFiles, pairedItem])).toEqual([
			[true, [{ fileName: 'RG.PDF', size: '6 bytes' }], { item: 0 }], [true, [{ fileName: 'photo', size: '6 bytes' }], { item: 0 }],
		]);
		expect(service.provider.prospects.get(Number(idProspecto))?.status).toBe(2);
	});

	test('an upload that fails midway reports what was stored', async () => {
		const idProspecto = await newProspect();
		service.fault({ effect: 'resetAfterStore', path: 'arquivos', after: 1 });
		const { error } = await run(job('prospect', 'uploadFile', { idProspecto, binaryFields: 'rg,photo' }, { binary: [two] }));
		expect(error?.description).toContain('The record may already exist');
		expect(error?.description).toContain('1 of the 2 files of this item was uploaded before the error');
		expect(error?.message).toContain('1 of the 2 files of this item was uploaded before the error');
		expect(service.journal.filter(({ path }) => path === '/arquivos')).toHaveLength(2);
	});

	test('an item stopped by the failure of another one after some of its files is reported as partially uploaded', async () => {
		const idProspecto = await newProspect();
		service.fault({ effect: 'status', status: 422, path: 'arquivos', after: 1, body: { error: 'Dados recusados.' } } as never);
		const { error } = await run(job('prospect', 'uploadFile', { idProspecto, binaryFields: 'rg,photo' }, {
			items: [{}, {}, {}], binary: [two, two, two], credential: credential({ concurrentRequests: 1 }),
		}));
		expect(files()).toHaveLength(1);
		expect(error?.message).toBe('Upload prospect file: Dados recusados. [item 1]. 0 of 3 items were uploaded; item 0 was partially uploaded; item 1 failed; 1 was not sent');
		expect(error?.context?.data).toMatchObject({ failed: [{ item: 0, before: '1 of the 2 files of this item was uploaded before the error' }, { item: 1 }], notSent: [2] });
	});

	test('six items of 9 MB each are uploaded, a few in memory at a time', async () => {
		const content = Buffer.alloc(9 * 2 ** 20, 7);
		const data = binary(content, 'contract.pdf');
		const idProspecto = await newProspect();
		const before = process.memoryUsage().rss;
		let peak = 0;
		const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
		const items = Array.from({ length: 6 }, () => ({}));
		const { status } = await run(job('prospect', 'uploadFile', { idProspecto }, { items, binary: items.map(() => ({ data })) }));
		clearInterval(sampler);
		expect(status).toBe('success');
		expect(files().map(({ bytes }) => bytes)).toEqual(Array(6).fill(9 * 2 ** 20));
		// This process also runs the sandbox, with its parser, journal and checks.
		process.stdout.write(`9 MB x 6: ${Math.round((peak - before) / 2 ** 20)} MB more at the peak, sandbox included\n`);
	}, 60_000);
});

describe('downloads', () => {
	let host: Server;
	let requests: Array<{ url?: string; headers: object }>;
	let respond: RequestListener;
	const base = () => `http://127.0.0.1:${(host.address() as AddressInfo).port}`;

	beforeAll(async () => {
		host = createServer((request, response) => {
			requests.push({ url: request.url, headers: request.headers });
			respond(request, response);
		});
		await new Promise<void>((listening) => host.listen(0, '127.0.0.1', listening));
	});
	beforeEach(() => {
		requests = [];
		respond = (_request, response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF other host');
	});
	afterAll(() => {
		host.closeAllConnections();
		host.close();
	});

	const getRowsWithLinks = (links: unknown[], options: IDataObject = {}) => {
		const body = links.map((url_arquivo, index) => ({ id_quitacao: String(index), url_arquivo }));
		service.fault({ effect: 'status', status: 200, body: body as never, path: 'quitacoes' });
		return run(job('debtClearance', 'getMany', { document: CPF, options: { downloadFiles: true, ...options } }));
	};

	test('files of the ERP itself are downloaded only if requested', async () => {
		const paid = [...service.provider.invoices.values()].find(({ paidOn }) => paidOn)!;
		const document = service.provider.clients.get(paid.client)!.fields.cnpj_cpf;
		const without = await run(job('fiscalNote', 'getMany', { document, limit: 1 }));
		expect(without.items[0].binary).toBeUndefined();
		const { items } = await run(job('fiscalNote', 'getMany', { document, limit: 1, options: { downloadFiles: true, outputField: 'nota' } }));
		expect(items[0].binary?.nota).toMatchObject({ mimeType: 'application/pdf', fileName: expect.stringMatching(/^nota-\d+\.pdf$/) });
		expect(Buffer.from(items[0].binary!.nota.data, 'base64').toString()).toMatch(/^%PDF-1\.4/);
		expect(service.journal).toHaveLength(3);
	});

	test('the timeout of a download does not include its time in the queue', async () => {
		setTiming('WINDOW_MS', 2000);
		// A separate account, so that calls of other tests do not fill its window.
		const fresh = await startErpDatacake({ limit: null });
		const own = { baseUrl: fresh.url, requestsPerMinute: 3 };
		const items = [1001, 1002].map((id) => ({ document: fresh.provider.clients.get(id)!.fields.cnpj_cpf }));
		const parameters = { document: '={{ $json.document }}', options: { downloadFiles: true, downloadTimeout: 1 } };
		const { items: out, error } = await run(job('debtClearance', 'getMany', parameters, { items, credential: credential(own) }));
		expect(error).toBeUndefined();
		expect(out.map(({ binary: one }) => one?.data?.fileName)).toEqual(['quitacao-1001.pdf', 'quitacao-1002.pdf']);
		expect(fresh.journal).toHaveLength(4);
		await fresh.close();
	});

	test('a file of another host is requested without the token', async () => {
		const { items, error } = await getRowsWithLinks([`${base()}/a/Quita%C3%A7%C3%A3o.pdf?x=1`, '', null]);
		expect(error).toBeUndefined();
		expect(items.map(({ binary: one }) => one?.data?.fileName)).toEqual(['Quitação.pdf', undefined, undefined]);
		expect(requests).toHaveLength(1);
		expect(JSON.stringify(requests)).not.toContain(service.apiKey);
		expect(requests[0].headers).not.toHaveProperty('authorization');
	});

	test('downloads use the proxy of the calls', async () => {
		respond = ({ url }, response) =>
			url?.endsWith('.pdf')
				? response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF by proxy')
				: response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([{ id_quitacao: '1', url_arquivo: 'http://127.0.0.1:1/a.pdf' }]));
		const requestOptions = { proxy: base() };
		const { items, error } = await run(job('debtClearance', 'getMany', { document: CPF, options: { downloadFiles: true }, requestOptions }));
		expect(error).toBeUndefined();
		expect(requests.map(({ url }) => url)).toEqual([expect.stringContaining('/quitacoes'), 'http://127.0.0.1:1/a.pdf']);
		expect(Buffer.from(items[0].binary!.data.data, 'base64').toString()).toBe('%PDF by proxy');
	});

	test('ID checks use the proxy, too', async () => {
		respond = (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([{ id: '7', nome: 'Loja' }]));
		const parameters = { nome: 'Pessoa', cnpjCpf: CPF, additionalFields: { idRevendedor: '8' }, requestOptions: { proxy: base() } };
		const { error } = await run(job('prospect', 'create', parameters, { credential: credential({ baseUrl: `${service.url}/by/proxy` }) }));
		expect(error?.message).toContain("'Reseller' must be an ID from its list");
		expect(requests.map(({ url }) => url)).toEqual([expect.stringContaining('/by/proxy/revendedores')]);
	});

	test('redirects are followed under the same rules', async () => {
		respond = ({ url }, response) =>
			url === '/one' ? response.writeHead(302, { location: '/two.pdf' }).end() : response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF two');
		expect((await getRowsWithLinks([`${base()}/one`])).items[0].binary?.data.fileName).toBe('two.pdf');
		respond = (_request, response) => response.writeHead(302, { location: 'http://files.example.com/x.pdf' }).end();
		expect((await getRowsWithLinks([`${base()}/one`])).error?.message).toContain("'url_arquivo' in row 1 does not start with https");
		respond = (_request, response) => response.writeHead(302, { location: '/again' }).end();
		expect((await getRowsWithLinks([`${base()}/one`])).error?.message).toContain('redirects too many times');
	});

	test.each<[string, string, RegExp]>([
		['http on another machine', 'http://files.example.com/a.pdf', /'url_arquivo' in row 2 does not start with https/],
		['another scheme', 'file:///etc/hostname', /does not start with https/],
		['a text that is not a link', 'see above', /is not a link to a file/],
	])('%s is not downloaded', async (_name, link, message) => {
		const { error } = await getRowsWithLinks([`${base()}/a.pdf`, link]);
		expect(error?.message).toMatch(message);
		expect(error?.message).toContain('[item 0]');
	});

	test('a link to the local machine is rejected if the ERP runs elsewhere', async () => {
		const { downloadUrl } = require('../../dist/nodes/shared/http/download.js');
		expect(() => downloadUrl('http://127.0.0.1:5678/rest', "'x' of row 1", 'https://erp.example.com')).toThrow(/machine that n8n runs on/);
		expect(downloadUrl('https://files.example.com/a', "'x' of row 1", 'https://erp.example.com').href).toBe('https://files.example.com/a');
	});

	test.each<[string, RequestListener, RegExp]>([
		['a file whose Content-Length is over the limit', (_request, response) => response.writeHead(200, { 'content-length': 3 * 2 ** 20 }).end(Buffer.alloc(3 * 2 ** 20)), /a file larger than 1 MB/],
		['a file that grows over the limit', (_request, response) => response.writeHead(200).end(Buffer.alloc(3 * 2 ** 20)), /a file larger than 1 MB/],
		['a web page', (_request, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>'), /a web page instead of a file/],
		['a missing file', (_request, response) => response.writeHead(404).end(), /its host returned status 404/],
	])('%s is not downloaded, and not requested again', async (_name, listener, message) => {
		respond = listener;
		const { error } = await getRowsWithLinks([`${base()}/a.pdf`], { maxFileSizeMb: 1 });
		expect(error?.message).toMatch(message);
		expect(requests).toHaveLength(1);
	});

	test('an endless file ends with the timeout', async () => {
		setTiming('WINDOW_MS', 60);
		respond = (_request, response) => void response.writeHead(200, { 'content-type': 'application/pdf' }).write('%PDF');
		const { error } = await getRowsWithLinks([`${base()}/a.pdf`], { downloadTimeout: 1 });
		expect(error?.message).toContain('did not respond in time');
	}, 20_000);

	test('a temporarily unavailable host is retried', async () => {
		setTiming('WINDOW_MS', 600);
		let calls = 0;
		respond = (_request, response) => (++calls < 3 ? response.writeHead(503).end() : response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF'));
		expect((await getRowsWithLinks([`${base()}/a.pdf`])).items[0].binary).toBeDefined();
	});
});

describe('searchable lists in the editor', () => {
	const pick = async (method: string, filter?: string, more = {}) => (await listSearch({ node: 'erpDatacake', parameters: {}, credential: credential(more) }, method, filter)).results;

	test('match part of the name, ignoring accents, or the ID', async () => {
		expect(await pick('searchProducts', 'FIBRA 6')).toEqual([{ name: 'Fibra 600 Mega (102)', value: '102' }]);
		expect(await pick('searchCities', 'florianopolis')).toEqual([{ name: 'Florianópolis', value: 'Florianópolis' }]);
		expect(await pick('searchDueDates', '15')).toEqual([{ name: 'dia 15 (15)', value: '15' }]);
		expect(await pick('searchProspectStatuses')).toHaveLength(6);
		expect(await pick('searchTicketTypes')).toHaveLength(4);
		expect(await pick('searchDepartments')).toHaveLength(3);
		expect(await pick('searchEmployees', '302')).toHaveLength(1);
		expect(await pick('searchCommercialOrigins')).toHaveLength(3);
	});

	test('are cached per account, unless reading them fails', async () => {
		const own = { headerName: 'X-Account' };
		service.set({ headerName: 'X-Account' });
		service.fault({ effect: 'status', status: 404, body: { erro: 'Em manutenção' } });
		await expect(pick('searchResellers', '', own)).rejects.toThrow('Em manutenção');
		for (const filter of ['', 'loja', 'site']) await pick('searchResellers', filter, own);
		expect(service.journal.map(({ path }) => path)).toEqual(['/revendedores', '/revendedores']);
	});
});

describe('at the limit', () => {
	beforeEach(() => {
		setTiming('WINDOW_MS', 1000);
		service.set({ limit: { maxCalls: 100, windowMs: 1000, maxConcurrent: 2 } });
	});

	test('300 lookups at 100 per window: none rejected, all in order', async () => {
		const clients = [...service.provider.clients.values()].slice(0, 300);
		const items = clients.map(({ fields }) => ({ document: fields.cnpj_cpf }));
		const outcome = await run(job('client', 'get', { cnpjCpf: '={{ $json.document }}' }, { items, credential: credential({ requestsPerMinute: 100 }) }));
		expect(outcome.status).toBe('success');
		expect(outcome.items.map(({ json }) => json.clientId)).toEqual(clients.map(({ id }) => String(id)));
		expect(outcome.items.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		const { calls, refused, worstWindow, worstAtOnce } = service.figures(1000);
		expect({ calls, refused }).toEqual({ calls: 300, refused: 0 });
		expect(worstWindow).toBeLessThanOrEqual(100);
		expect(worstAtOnce).toBeLessThanOrEqual(2);
		// Two reads every 5 s, resolved and as entered, however many items there are.
		expect(outcome.credentialReads).toBeLessThanOrEqual(6);
	});

	test('ID checks do not read the credential once per ID', async () => {
		const items = Array.from({ length: 50 }, (_, index) => ({ name: `Pessoa ${index}` }));
		const [reseller] = await listSearch({ node: 'erpDatacake', parameters: {}, credential: credential() }, 'searchResellers').then(({ results }) => results);
		const parameters = { nome: '={{ $json.name }}', cnpjCpf: '529.982.247-25', additionalFields: { idRevendedor: reseller.value } };
		const { status, credentialReads } = await run(job('prospect', 'create', parameters, { items }));
		expect(status).toBe('success');
		expect(credentialReads).toBeLessThanOrEqual(4);
	});

	test('after a cancellation, nothing more is sent', async () => {
		const items = Array.from({ length: 250 }, () => ({}));
		const execution = start(job('client', 'get', { cnpjCpf: service.provider.clients.get(1001)!.fields.cnpj_cpf }, { items, credential: credential({ requestsPerMinute: 100 }) }));
		while (service.journal.length < 50) await new Promise((resolve) => setTimeout(resolve, 5));
		execution.cancel();
		expect((await execution.done).status).toBe('canceled');
		// Calls in flight at that moment have arrived by now.
		await new Promise((resolve) => setTimeout(resolve, 200));
		const sent = service.journal.length;
		await new Promise((resolve) => setTimeout(resolve, 1500));
		expect(service.journal).toHaveLength(sent);
	});
});
