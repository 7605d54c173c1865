import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import { startCrmZen } from '../../sandbox/crmZen/index.mts';
import { type ErpService, startErpDatacake } from '../../sandbox/erpDatacake/index.mts';
import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { type Job, listSearch, run, start } from './engine.mts';
import { credentialOf } from './zenTotalsJob.mts';

/** Unusual responses and inputs, as measured at the services. */

let hotProfile: HotProfileService;
let erp: ErpService;
beforeAll(async () => ([hotProfile, erp] = await Promise.all([startHotProfile(), startErpDatacake({ limit: null })])));
beforeEach(() => {
	hotProfile.reset();
	erp.reset();
});
afterAll(async () => {
	await hotProfile.close();
	await erp.close();
});

const hotProfileJob = (resource: string, operation: string, fields: IDataObject = {}, more: Partial<Job> = {}): Job => ({
	parameters: { resource, operation, ...fields },
	credential: { instance: hotProfile.url, apiKey: hotProfile.apiKey, requestsPerMinute: 1000 },
	...more,
});
const erpCredential = (more = {}) => ({ baseUrl: erp.url, token: erp.apiKey, requestsPerMinute: 1000, ...more });
const erpJob = (resource: string, operation: string, fields: IDataObject = {}, more: Partial<Job> = {}): Job => ({
	node: 'erpDatacake', parameters: { resource, operation, ...fields }, credential: erpCredential(), ...more,
});

test.each([{ errors: ['Not Found.'] }, { message: 'Not Found' }, {}, []])('a 404 with the JSON %j names the method, the URL and the credential field in each node, and does not blame the values', async (body) => {
	const server = createServer((_request, response) => response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const zen = { totalsUrl: `${url}/t`, totalsToken: 'totals-token', leadFileUrl: `${url}/zen?conta=1`, leadFileToken: 'lead-file-token', leadFileWait: 0 };
	const jobs: Array<[Job, string, RegExp]> = [
		[hotProfileJob('lead', 'create', { clientId: '1', familyName: 'a' }, { credential: { instance: url, apiKey: 'the-long-key' } }), `POST ${url}/rest_api/v1/leads/create`, /^Check 'Instance'/],
		[erpJob('client', 'get', { cnpjCpf: '529.982.247-25' }, { credential: erpCredential({ baseUrl: `${url}/api` }) }), `GET ${url}/api/clientes`, /^Check 'Base URL' and 'Endpoint Paths'/],
		[erpJob('ticket', 'create', { idCliente: '1', assunto: 'a', mensagem: 'b' }, { credential: erpCredential({ baseUrl: `${url}/api` }) }), `POST ${url}/api/atendimentos`, /^Check 'Base URL'/],
		[{ node: 'zenTotals', parameters: { resource: 'leadFile', operation: 'getMany', period: 'oneDay', date: '2026-03-02' }, credential: zen }, `GET ${url}/zen`, /^Check 'Lead File URL'/],
	];
	try {
		for (const [job, target, advice] of jobs) {
			const { error } = await run(job);
			expect(error?.message).toContain(`found nothing at ${target}`);
			expect(error?.description).toMatch(advice);
			expect(`${error?.message} ${error?.description}`).not.toMatch(/Correct the values|record may already exist|\.\./);
		}
	} finally {
		server.close();
	}
});

/** Keys that every JavaScript object inherits, as JSON text. */
const INHERITED = '{"constructor":"a","toString":"b","__proto__":"c","hasOwnProperty":"d","valueOf":1,"toJSON":"e"}';
const inherited = JSON.parse(INHERITED) as IDataObject;

describe('a service that reports a wrong total', () => {
	/** Has leads 1 to `count`, reports `total`, and counts its calls. */
	async function serviceWithTotal(count: number, total: unknown, delayMs = 0) {
		let calls = 0;
		const server = createServer(async (request, response) => {
			calls++;
			const form = new URLSearchParams(await text(request));
			await sleep(delayMs);
			const [page, size] = ['number', 'display_number'].map((name) => Number(form.get(`page[${name}]`)));
			const leads = Array.from({ length: count }, (_, index) => ({ id: index + 1, name: `人${index}` })).slice((page - 1) * size, page * size);
			response.setHeader('content-type', 'application/json').end(JSON.stringify({ leads, pages: { total_count: total } }));
		});
		await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
		const { port } = server.address() as AddressInfo;
		const credential = { instance: `http://127.0.0.1:${port}`, apiKey: `key-${count}-${String(total)}-${delayMs}`, requestsPerMinute: 1000 };
		return { credential, calls: () => calls, close: () => server.close() };
	}

	test.each([[250, 100], [250, 0], [250, 1e7], [250, 1e13], [200, 200], [250, null], [250, '250']])('%i leads with total_count %p are all returned', async (count, total) => {
		const service = await serviceWithTotal(count, total);
		try {
			const { items, error } = await run({ parameters: { resource: 'lead', operation: 'getMany', returnAll: true }, credential: service.credential });
			expect(error).toBeUndefined();
			expect(items.map(({ json }) => json.id)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
			expect(service.calls()).toBeLessThanOrEqual(6);
		} finally {
			service.close();
		}
	});

	test('with several items and a slow service, each item reads to the end, however long its calls are queued', async () => {
		const service = await serviceWithTotal(250, 100, 1200);
		try {
			const { items, hints } = await run({ parameters: { resource: 'lead', operation: 'getMany', returnAll: true }, items: [{}, {}, {}], credential: service.credential });
			expect(items).toHaveLength(750);
			expect(hints.map(({ message }) => message)).toContain('HotProfile reported 100 rows but returned 250');
		} finally {
			service.close();
		}
	}, 30_000);

	test.each([
		['fewer than reported', 250, 1e7, 300, 'HotProfile reported 10,000,000 rows but returned 250'],
		['an empty page', 100, 250, 200, 'HotProfile reported 250 rows but returned 100'],
		['more than reported', 250, 1, 120, 'HotProfile reported 1 row but returned 120'],
		['limit reached', 250, 250, 120, undefined],
		['all rows', 40, 40, 50, undefined],
	])('with a limit, a wrong total is reported: %s', async (_name, count, total, limit, hint) => {
		const service = await serviceWithTotal(count, total);
		try {
			const { items, hints } = await run({ parameters: { resource: 'lead', operation: 'getMany', limit }, credential: service.credential });
			expect(items).toHaveLength(Math.min(count, limit));
			expect(hints.map(({ message }) => message).filter((message) => message.includes('reported'))).toEqual(hint === undefined ? [] : [hint]);
		} finally {
			service.close();
		}
	});

	test('a picker continues while its pages are full', async () => {
		const service = await serviceWithTotal(60, 10);
		try {
			const job = { parameters: {}, credential: service.credential };
			const first = await listSearch(job, 'searchLeads');
			expect([first.results.length, first.paginationToken]).toEqual([50, '2']);
			const second = await listSearch(job, 'searchLeads', '', '2');
			expect([second.results.length, second.paginationToken]).toEqual([10, undefined]);
		} finally {
			service.close();
		}
	});
});

describe('keys that every object inherits', () => {
	const rowText = (row: IDataObject | undefined) => JSON.stringify(row);

	test.each(['simplified', 'raw'])('a lead keeps them with %s output', async (output) => {
		const lead = { id: 1, ...inherited, items: [{ id: 7, label: 'constructor', value: 'x' }, { id: 8, label: '__proto__', value: 'y' }, { id: 9, label: '__proto__', value: 'z' }] };
		hotProfile.fault({ effect: 'status', status: 200, body: { leads: [lead], pages: { total_count: 1 } } });
		const { items, error } = await run(hotProfileJob('lead', 'getMany', { output }));
		expect(error).toBeUndefined();
		const named = '{"constructor":"x","__proto__":"y","__proto__ (9)":"z"}';
		const expected = output === 'raw' ? JSON.stringify(lead) : `{"id":1,${INHERITED.slice(1, -1)},"items":${named}}`;
		expect(rowText(items[0]?.json)).toBe(expected);
	});

	test('objects with such keys pass through as flags, dates, numbers and labels of a lead', async () => {
		const lead = { id: 1, store_flg: inherited, trade_on: inherited, latitude: inherited, client_id: [inherited], items: [{ id: 7, label: inherited, value: inherited }] };
		hotProfile.fault({ effect: 'status', status: 200, body: { leads: [lead], pages: { total_count: 1 } } });
		const { items, error } = await run(hotProfileJob('lead', 'getMany'));
		expect(error).toBeUndefined();
		expect(rowText(items[0]?.json)).toBe(JSON.stringify({ ...lead, items: { [INHERITED]: inherited } }));
	});

	test.each(['simplified', 'raw'])('ERP rows keep them with %s output', async (output) => {
		for (const body of [[{ id_servico: '1', ...inherited }], { servicos: [{ id_servico: '1', ...inherited }] }]) {
			erp.fault({ effect: 'status', status: 200, body });
			const { items, error } = await run(erpJob('catalogue', 'getManyProducts', { output, returnAll: true }));
			expect(error).toBeUndefined();
			expect(rowText(items[0]?.json)).toBe(`{"${output === 'raw' ? 'id_servico' : 'productId'}":"1",${INHERITED.slice(1)}`);
		}
	});

	test.each(['salesFunnel', 'totals', 'leadFile', 'leadsByUser'])('they cause no internal error in a CRM Zen report (%s)', async (resource) => {
		const zen = await startCrmZen({ limit: null });
		try {
			const entries = [{ nome: 'A', total_lead: '3', leads: [{ codigo: '1', ...inherited }], origem: [{ nome: 'o', quantidade: '2', ...inherited }], ...inherited }];
			const body = { data_inicial: '01/02/2026', usuarios: entries, leads: entries, ...inherited };
			for (const [index, output] of ['rows', 'raw'].entries()) {
				zen.fault({ effect: 'status', status: 200, body } as never);
				const parameters = { resource, operation: 'getMany', period: 'oneDay', date: '2026-03-02', returnAll: true, output };
				const { items, error } = await run({ node: 'zenTotals', parameters, credential: credentialOf(zen, index, 1) });
				expect(error).toBeUndefined();
				expect(items.length).toBeGreaterThan(0);
				if (output === 'raw' || resource === 'salesFunnel') expect(rowText(items[0].json)).toContain(INHERITED.slice(1, -1));
			}
		} finally {
			await zen.close();
		}
	});

	test('as Selected Fields, they return only what the row contains', async () => {
		const outputFields = `={{ ["id", "constructor", "toString", "__proto__"] }}`;
		hotProfile.fault({ effect: 'status', status: 200, body: { leads: [{ id: 1, constructor: 'a' }], pages: { total_count: 1 } } });
		const { items, error } = await run(hotProfileJob('lead', 'getMany', { output: 'selectedFields', outputFields }));
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => rowText(json))).toEqual(['{"id":1,"constructor":"a"}']);
	});

	test('as Selected Fields leave out a field whose name is an object', async () => {
		const { items, error } = await run(hotProfileJob('lead', 'getMany', { limit: 1, output: 'selectedFields', outputFields: '={{ ["id", { toString: 1 }] }}' }));
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => Object.keys(json))).toEqual([['id']]);
	});

	test.each([
		['a status that is an object', { status: inherited }],
		['a success that is an object', { success: inherited, message: 'x' }],
		['an error that is an object', { error: inherited }],
		['wrappers with such names', { constructor: { __proto__: null, toString: [{ id_servico: '1' }] } }],
	])('%s in an ERP response causes no internal error', async (_name, body) => {
		erp.fault({ effect: 'status', status: 200, body });
		const { error } = await run(erpJob('catalogue', 'getManyProducts', { returnAll: true }));
		expect(`${error?.message} ${error?.description}`).not.toMatch(/Cannot|not a function|TypeError/);
	});

	test.each([
		['get_client_info: /clientes/{constructor}', /line 1: \{constructor\} is not an input of get_client_info/],
		['get_client_info: /clientes/{__proto__}', /line 1: \{__proto__\} is not an input of get_client_info/],
		['constructor: /x', /line 1: "constructor" is not an operation/],
		['__proto__: /x', /line 1: "__proto__" is not an operation/],
	])('as names in Endpoint Paths, they are rejected: %s', async (endpointPaths, message) => {
		const { error } = await run(erpJob('client', 'get', { cnpjCpf: '529.982.247-25' }, { credential: erpCredential({ endpointPaths }) }));
		expect(`${error?.message} ${error?.description}`).toMatch(message);
		expect(erp.journal).toEqual([]);
	});

	test('as input, objects with such keys are rejected with a message', async () => {
		const value = `={{ JSON.parse('${INHERITED}') }}`;
		const jobs = [
			hotProfileJob('lead', 'create', { clientId: value, familyName: value, additionalFields: { tagIds: value, notMailFlg: value, prefId: value, tel: value } }),
			erpJob('prospect', 'create', { nome: value, cnpjCpf: value, additionalFields: { servicos: `={{ [JSON.parse('${INHERITED}')] }}`, idRevendedor: value } }),
		];
		for (const job of jobs) {
			const { error } = await run(job);
			expect(error?.message).toMatch(/^'.+' must be .*\[item 0\]$/);
			expect(error?.description).not.toMatch(/Cannot|undefined|not a function/);
		}
		expect([hotProfile.journal, erp.journal]).toEqual([[], []]);
	});
});

describe('a lone surrogate', () => {
	const loneSurrogate = 'Jos\ud83d';

	test.each<[string, () => Job, string]>([
		['a name', () => hotProfileJob('lead', 'create', { clientId: '1250001', familyName: loneSurrogate }), 'Last Name'],
		['an email', () => hotProfileJob('lead', 'create', { clientId: '1250001', familyName: 'a', additionalFields: { email: `${loneSurrogate}@example.jp` } }), 'Email'],
		['a filter', () => hotProfileJob('lead', 'getMany', { filters: { name: loneSurrogate } }), 'Full Name'],
		['an id', () => erpJob('ticket', 'create', { idCliente: loneSurrogate, assunto: 'a', mensagem: 'b' }), 'Client ID'],
		['a document', () => erpJob('client', 'get', { cnpjCpf: loneSurrogate, options: { checkDocuments: false } }), 'CPF or CNPJ'],
		['a phone', () => erpJob('client', 'update', { idCliente: '1', updateFields: { fone: loneSurrogate } }), 'Phone'],
		['an entry of a list', () => erpJob('prospect', 'create', { nome: 'a', cnpjCpf: '529.982.247-25', additionalFields: { servicos: { entries: [{ idServico: loneSurrogate }] } } }), 'Product'],
	])('in %s is rejected before any call, naming the field and the item', async (_name, job, label) => {
		const { error } = await run(job());
		expect(error?.message).toContain(`'${label}' must not contain an incomplete character (a lone surrogate)`);
		expect(error?.message).toContain('[item 0]');
		expect([hotProfile.journal, erp.journal]).toEqual([[], []]);
	});

	test('in a file name is rejected in a URL path, too', async () => {
		const binary = [{ rg: { data: 'aGVsbG8=', mimeType: 'text/plain', fileName: `${loneSurrogate}.txt` } }];
		const credential = erpCredential({ endpointPaths: 'upload_file: /arquivos/{nome_arquivo}' });
		const { error } = await run(erpJob('prospect', 'uploadFile', { idProspecto: '1', binaryFields: 'rg' }, { binary, credential }));
		expect(error?.message).toMatch(/^'File Name' cannot be used in a URL path.*\[item 0\]$/);
		expect(erp.journal).toEqual([]);
	});

	test('complete surrogate pairs are sent', async () => {
		const { error } = await run(hotProfileJob('lead', 'create', { clientId: '1250001', familyName: '𠮷田😀' }));
		expect(error).toBeUndefined();
	});
});

describe('an update from a spreadsheet row with blank cells', () => {
	const sheet = { items: [{ id: '', tel: '', fax: null, note: '   ', pref: '', latitude: '', tags: [] }] as IDataObject[] };
	const blanks = {
		tel: '={{ $json.tel }}', fax: '={{ $json.fax }}', note: '={{ $json.note }}', address: '={{ $json.missing }}', url: '',
		prefId: '={{ $json.pref }}', latitude: '={{ $json.latitude }}', tagIds: '={{ $json.tags }}', leadSourceKbnId: '={{ $json.missing }}',
	};
	const filled = { tel: '03-1', fax: '03-2', note: 'メモ', address: '東京', url: 'https://example.jp', prefId: '13', latitude: 35.5 };

	test.each([
		['lead', { clientId: '1250001', familyName: '山田' }, 'leads', blanks],
		['businessCard', { clientId: '1250001', familyName: '山田', status: '1', openStatus: '1' }, 'businessCards', blanks],
		['client', { name: '例' }, 'clients', { ...blanks, tel: undefined, fax: undefined, tagIds: undefined, leadSourceKbnId: undefined, mainTel: '={{ $json.tel }}' }],
	] as const)('a HotProfile %s stays unchanged', async (resource, required, table, updateFields) => {
		const { tel, fax, ...rest } = filled;
		const additionalFields = resource === 'client' ? { ...rest, mainTel: tel } : { ...rest, tel, fax };
		const created = await run(hotProfileJob(resource, 'create', { ...required, additionalFields }));
		expect(created.error).toBeUndefined();
		const id = Number(created.items[0].json.id);
		const before = { ...hotProfile[table].get(id) };
		const requiredFields = resource === 'client' ? {} : { clientId: '1250001' };
		const { error } = await run(hotProfileJob(resource, 'update', { id: String(id), ...requiredFields, updateFields: JSON.parse(JSON.stringify(updateFields)) }, sheet));
		expect(error).toBeUndefined();
		expect({ ...hotProfile[table].get(id), updated_at: before.updated_at }).toEqual(before);
		expect(Object.keys(hotProfile.journal.at(-1)!.body as object).sort()).toEqual(resource === 'client' ? ['id'] : ['client_id', 'id']);
	});

	test('Clear Empty Fields clears text fields and leaves all others unchanged', async () => {
		const created = await run(hotProfileJob('lead', 'create', { clientId: '1250001', familyName: '山田', additionalFields: filled }));
		const id = String(created.items[0].json.id);
		const { error } = await run(hotProfileJob('lead', 'update', { id, clientId: '1250001', updateFields: blanks, options: { clearEmptyFields: true } }, sheet));
		expect(error).toBeUndefined();
		expect(hotProfile.leads.get(Number(id))).toMatchObject({ tel: '', note: '', url: '', fax: '03-2', address: '東京', latitude: '35.5' });
		expect(Object.keys(hotProfile.journal.at(-1)!.body as object).sort()).toEqual(['client_id', 'id', 'note', 'tel', 'url']);
	});

	test.each<[string, string, IDataObject, IDataObject]>([
		['client', 'idCliente', { nome: '={{ $json.tel }}', fone: '', email: '={{ $json.missing }}', cep: '   ', alerta: 'x' }, { alerta: 'x' }],
		['prospect', 'idProspecto', { idRevendedor: '={{ $json.missing }}', obs: '', statusProspeccao: '={{ $json.fax }}' }, {}],
	])('an ERP %s receives no blank values', async (resource, idName, updateFields, sent) => {
		await run(erpJob(resource, 'update', { [idName]: '1001', updateFields }, sheet));
		const { [idName === 'idCliente' ? 'id_cliente' : 'id_prospecto']: id, ...others } = erp.journal[0].body as IDataObject;
		expect([id, others]).toEqual(['1001', sent]);
	});

	test('an ERP receives empty texts with Clear Empty Fields', async () => {
		await run(erpJob('client', 'update', { idCliente: '1001', updateFields: { nome: 'x', fone: '', dataNascimento: '' }, options: { clearEmptyFields: true } }));
		expect(erp.journal[0].body).toEqual({ id_cliente: '1001', nome: 'x', fone: '' });
	});
});

describe('lists shared by several executions', () => {
	const lists = () => erp.journal.filter(({ path }) => path === '/revendedores').length;
	const created = () => erp.journal.filter(({ path }) => path === '/prospectos').length;
	const until = async (condition: () => boolean) => {
		while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
	};
	/** Lists are cached per account, so each test uses a separate one. */
	const account = (headerName: string) => {
		erp.set({ headerName });
		return (idRevendedor = '999') =>
			erpJob('prospect', 'create', { nome: 'A', cnpjCpf: '529.982.247-25', additionalFields: { idRevendedor } }, { credential: erpCredential({ headerName }) });
	};

	test('canceling one execution does not affect the others: they read the list again and reject an unknown ID', async () => {
		const job = account('X-Shared-1');
		erp.fault({ effect: 'hang', path: 'revendedores' });
		const first = start(job());
		await until(() => lists() === 1);
		const others = [start(job()), start(job()), start(job())];
		await new Promise((resolve) => setTimeout(resolve, 50));
		first.cancel();
		for (const { done } of others) expect((await done).error?.message).toMatch(/^'Reseller' must be an ID from its list, but "999" is not in that list/);
		expect((await first.done).status).toBe('canceled');
		expect([lists(), created()]).toEqual([2, 0]);
	});

	test('an execution canceled while another one reads the list ends immediately and sends nothing', async () => {
		const job = account('X-Shared-2');
		erp.fault({ effect: 'hang', path: 'revendedores' });
		const reader = start(job());
		await until(() => lists() === 1);
		const waiter = start(job('201'));
		await new Promise((resolve) => setTimeout(resolve, 50));
		waiter.cancel();
		expect((await waiter.done).status).toBe('canceled');
		expect(created()).toBe(0);
		reader.cancel();
		expect((await reader.done).status).toBe('canceled');
		expect(created()).toBe(0);
	});

	test('a canceled read is not cached: the next execution reads the list again', async () => {
		const job = account('X-Shared-3');
		erp.fault({ effect: 'hang', path: 'revendedores' });
		const first = start(job());
		await until(() => lists() === 1);
		first.cancel();
		await first.done;
		expect((await run(job())).error?.message).toContain('must be an ID from its list');
		expect(lists()).toBe(2);
	});
});
