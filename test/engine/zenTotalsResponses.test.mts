import { readFile } from 'node:fs/promises';

import type { IDataObject, INodeExecutionData, IWorkflowBase } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { type CrmZenService, startCrmZen } from '../../sandbox/crmZen/index.mts';
import { type Job, run } from './engine.mts';
import { credentialOf, totalsJob } from './zenTotalsJob.mts';

/** Requests, output and errors of Zen Totals, for an account without waiting times. */

let service: CrmZenService;
let accounts = 1000;

beforeAll(async () => {
	service = await startCrmZen({ limit: null });
});
afterAll(async () => await service.close());
beforeEach(() => {
	service.reset();
	accounts++;
});

const credential = (more: IDataObject = {}) => ({ ...credentialOf(service, accounts, 0), ...more });

const job = (parameters: IDataObject, more: Partial<Job> = {}) => totalsJob(credential(), parameters, more);

const day = (date: unknown, more: IDataObject = {}): IDataObject => ({ period: 'oneDay', date: date as string, ...more });
const range = (startDate: string, endDate: string, more: IDataObject = {}): IDataObject => ({ period: 'range', startDate, endDate, ...more });
const jsons = (items: INodeExecutionData[]) => items.map(({ json }) => json);
const queries = () => service.journal.map(({ query: { conta: _conta, ...query } }) => query);

interface Counted { quantidade: unknown }
interface RawUser extends Record<'origem' | 'segmento' | 'automacao' | 'produtos_e_servicos', Counted[]> { nome: string; total_lead: unknown }
interface RawDay { data: string; usuarios: RawUser[]; erros: Record<string, unknown> }

const plain = (value: unknown) => Number(String(value ?? 0).replace('.', ''));
const list = (value: unknown): Counted[] => (Array.isArray(value) ? value : []);
const sum = (numbers: unknown[]) => numbers.reduce<number>((total, one) => total + plain(one), 0);

describe('a generated month: the sums of the rows match the raw response', () => {
	const month = range('2026-03-01', '2026-03-31');

	test.each([
		['number', 'list'], ['text', 'object'], ['dotted', 'null'], ['number', 'text'], ['text', 'absent'],
	] as const)('numbers as %s, empty as %s', async (numbers, empty) => {
		service.set({ numbers, empty });
		const raw = jsons((await run(job({ ...month, output: 'raw' }))).items) as unknown as RawDay[];
		expect(raw).toHaveLength(31);
		const rows = jsons((await run(job(month))).items);
		const users = raw.flatMap(({ usuarios }) => (Array.isArray(usuarios) ? usuarios : []));
		const leads = (filter: IDataObject) =>
			sum(rows.filter((row) => Object.entries(filter).every(([key, value]) => row[key] === value)).map((row) => row.leads));

		expect(rows.every((row) => typeof row.leads === 'number')).toBe(true);
		for (const [key, dimension] of [['origem', 'origin'], ['segmento', 'segment'], ['automacao', 'automation'], ['produtos_e_servicos', 'productOrService']] as const) {
			const total = sum(users.flatMap((user) => list(user[key])).map(({ quantidade }) => quantidade));
			expect(total).toBeGreaterThan(50);
			expect(leads({ kind: 'breakdown', dimension })).toBe(total);
		}
		expect(leads({ kind: 'userTotal' })).toBe(sum(users.map((user) => user.total_lead)));
		expect(leads({ kind: 'dayTotal' })).toBe(sum(users.map((user) => user.total_lead)));
		for (const code of ['com_erro', 'sem_agrupamento', 'limite_de_contatos', 'duplicados']) {
			expect(leads({ kind: 'failures', code })).toBe(sum(raw.map(({ erros }) => erros?.[code])));
		}

		const perUser = jsons((await run(job({ ...month, output: 'users' }))).items);
		expect(sum(perUser.map((user) => user.leads))).toBe(leads({ kind: 'userTotal' }));
		expect(perUser).toHaveLength(users.length);
		expect(Object.keys(perUser[0])).toEqual(['date', 'user', 'leads', 'origins', 'segments', 'automations', 'productsAndServices']);
	});

	test('all kinds of rows have the same columns', async () => {
		const rows = jsons((await run(job(day('2026-03-02')))).items);
		const columns = [...new Set(rows.map((row) => Object.keys(row).join()))];
		expect(columns).toEqual(['date,kind,user,dimension,code,name,leads']);
		expect([...new Set(rows.map(({ kind }) => kind))]).toEqual(['breakdown', 'userTotal', 'dayTotal', 'failures']);
	});
});

describe('the requested day', () => {
	const inBrazil = (daysAgo: number) => DateTime.now().setZone('America/Sao_Paulo').minus({ days: daysAgo }).toFormat('yyyy-MM-dd');

	test.each(['America/Sao_Paulo', 'Asia/Tokyo', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'])('words such as "hoje" mean the day in Brazil, in a workflow of %s', async (timezone) => {
		for (const parameters of [{ period: 'today' }, { period: 'yesterday' }, ...['today', 'Hoje', 'yesterday', ' ONTEM '].map((word) => day(word))]) {
			await run(job(parameters, { timezone }));
		}
		expect(queries().map(({ data }) => data)).toEqual([inBrazil(0), inBrazil(1), inBrazil(0), inBrazil(0), inBrazil(1), inBrazil(1)]);
	});

	test.each([
		['2026-03-02', '2026-03-02'],
		['02/03/2026', '2026-03-02'],
		['2/3/2026', '2026-03-02'],
		['2026/03/02', '2026-03-02'],
		['2026-03-02T00:00:00', '2026-03-02'],
		['2026-03-02T23:30:00-03:00', '2026-03-02'],
		['2026-03-03T01:30:00.000Z', '2026-03-02'],
		['={{ DateTime.fromISO("2026-03-02") }}', '2026-03-02'],
		['={{ new Date("2026-03-02T12:00:00Z") }}', '2026-03-02'],
	])('%s is accepted', async (text, expected) => {
		const { error } = await run(job(day(text)));
		expect(error).toBeUndefined();
		expect(queries()).toEqual([{ data: expected }]);
	});

	test.each<[string, IDataObject, RegExp]>([
		['31 February', day('31/02/2026'), /^'Date' must be a valid date.*it is "31\/02\/2026" \[item 0\]$/],
		['31 February from the picker', day('2026-02-31T00:00:00'), /^'Date' must be a valid date/],
		['29 February outside a leap year', day('2025-02-29'), /^'Date' must be a valid date/],
		['a month', day('2026-03'), /^'Date' must be a valid date/],
		['a word', day('amanhã'), /^'Date' must be a valid date/],
		['a number', day('={{ 20260302 }}'), /^'Date' must be a valid date/],
		['an empty date', day('={{ "" }}'), /^'Date' is required, but it is empty/],
		['an expression that returns undefined', day('={{ $json.day }}'), /^'Date' is required, but the expression returned undefined/],
		['tomorrow', day('={{ $today.plus({ days: 1 }).toISODate() }}'), /^'Date' must not be in the future/],
		['the year 2999', day('2999-01-01'), /^'Date' must not be in the future/],
		['a reversed range', range('2026-03-03', '2026-03-02'), /^'Start Date' must not be after 'End Date', but 2026-03-03 is after 2026-03-02 \[item 0\]$/],
		['a range into the future', range('2026-03-03', '2999-01-01'), /^'End Date' must not be in the future/],
		['a range without an end', range('2026-03-03', '={{ "" }}'), /^'End Date' is required/],
		['a reversed range of leads', range('2026-03-03', '2026-03-02', { resource: 'leadsByUser' }), /^'Start Date' must not be after/],
		['a maximum wait that is not a number', day('2026-03-02', { maxWaitMinutes: '={{ "long" }}' }), /^'Maximum Wait \(Minutes\)' must be a number/],
		['a limit of 0', range('2026-03-02', '2026-03-03', { resource: 'leadsByUser', limit: 0 }), /^'Limit' must be a whole number/],
		['a date filter of 7', range('2026-03-02', '2026-03-03', { resource: 'salesFunnel', filtroData: '={{ 7 }}' }), /^'Date Filter' must be one of 1, 2, 3, 4, 5, 6/],
	])('%s is rejected before any call', async (_name, parameters, message) => {
		const { status, error } = await run(job(parameters));
		expect(status).toBe('error');
		expect(error?.message).toMatch(message);
		expect(service.journal).toEqual([]);
	});

	test('one invalid day of many prevents all calls, or only its own with "On Error: Continue"', async () => {
		const items = ['2026-03-02', '2026-02-31', '2026-03-04'].map((date) => ({ date }));
		const { error } = await run(job(day('={{ $json.date }}'), { items }));
		expect(error?.message).toMatch(/\[item 1\]$/);
		expect(service.journal).toEqual([]);
		const outcome = await run(job(day('={{ $json.date }}', { output: 'raw' }), { items, onError: 'continueRegularOutput' }));
		expect(outcome.status).toBe('success');
		expect(outcome.items).toHaveLength(3);
		expect(service.journal).toHaveLength(2);
	});
});

describe('the other reports', () => {
	test('leads by user: one row per lead, or the same leads grouped by user', async () => {
		const parameters = range('2026-03-02', '2026-03-03', { resource: 'leadsByUser', returnAll: true });
		const rows = jsons((await run(job(parameters))).items);
		expect(queries()[0]).toEqual({ data_inicial: '2026-03-02', data_final: '2026-03-03', pagina: '1' });
		expect(rows[0]).toEqual({
			user: 'Ana Beatriz Souza', email: 'vendas1@exemplo.com.br', record: 1, code: expect.any(Number),
			enteredAt: expect.stringMatching(/^2026-03-0[23]T\d\d:\d\d:\d\d$/), redistributedAt: null,
			origins: expect.any(String), segments: expect.any(String), automations: expect.any(String), productsAndServices: expect.any(String),
		});
		const users = jsons((await run(job({ ...parameters, output: 'users' }))).items) as Array<{ user: string; email: string; leads: IDataObject[] }>;
		expect(users.flatMap(({ user, email, leads }) => leads.map((lead) => ({ user, email, ...lead })))).toEqual(rows);
		const [raw] = jsons((await run(job({ ...parameters, output: 'raw' }))).items);
		expect(Object.keys(raw)).toEqual(['paginacao', 'usuarios']);
	});

	test('lead file: one row per lead of each day, and none for a day without leads', async () => {
		const { status, items } = await run(job(range('2026-02-28', '2026-03-02', { resource: 'leadFile' })));
		expect(status).toBe('success');
		expect(service.journal.map((call) => call.status)).toEqual([200, 400, 200]);
		expect([...new Set(jsons(items).map(({ date }) => date))]).toEqual(['2026-02-28', '2026-03-02']);
		expect(items[0].json).toEqual({
			date: '2026-02-28', code: expect.stringMatching(/^INT-/), createdAt: expect.stringMatching(/^2026-02-28T/),
			status: expect.any(String), statusAt: expect.any(String), stage: expect.any(String), stageAt: expect.any(String),
			classification: expect.any(String), classificationAt: expect.any(String), user: expect.any(String), email: expect.any(String),
		});
		for (const output of ['rows', 'users', 'raw']) {
			expect((await run(job(day('2026-03-01', { resource: 'leadFile', output })))).items).toEqual([]);
		}
	});

	test.each([
		['Não há negócios para a data informada', true],
		['Nenhum dado encontrado para os parâmetros informados', true],
		['No deals found', true],
		['Bad Request', true],
		['Data inválida', false],
		['O parâmetro data é obrigatório', false],
		['Token inválido', false],
		['A data deve ser anterior a hoje', false],
	])('lead file, 400 "%s": empty %p', async (sentence, isEmpty) => {
		service.fault({ effect: 'error', status: 400, sentences: [sentence] });
		const { status, error } = await run(job(day('2026-03-02', { resource: 'leadFile' })));
		expect(status).toBe(isEmpty ? 'success' : 'error');
		if (!isEmpty) expect(error?.message).toBe(`Get many lead files: ${sentence} [item 0]`);
	});

	test('sales funnel: all documented filters are sent, and the figures are numbers', async () => {
		service.set({ numbers: 'text' });
		const { items } = await run(job(range('2026-03-02', '2026-03-31', { resource: 'salesFunnel', filtroData: 3, filters: { vendaDireta: false } })));
		expect(queries()).toEqual([{
			filtro_data: '3', data_inicial: '2026-03-02', data_final: '2026-03-31', venda_direta: '0', distribuicao_lead: '1', canal_parceria: '1',
		}]);
		expect(items[0].json).toMatchObject({ dateFilter: 3, startDate: '2026-03-02', directSale: false, leadDistribution: true, partnerChannel: true });
		expect((items[0].json.etapas as IDataObject[])[0]).toEqual({ etapa: expect.any(String), quantidade: expect.any(Number), valor: expect.any(Number) });
	});

	test.each(['leadsByUser', 'leadFile', 'salesFunnel'])('%s without a URL in the credential explains where to find it', async (resource) => {
		const { error } = await run(job(day('2026-03-02', { resource }), { credential: credential({ [`${resource}Url`]: '' }) }));
		expect(error?.message).toMatch(/^'.+ URL' in the credential is empty\. In CRM Zen, click the gear/);
		expect(service.journal).toEqual([]);
	});
});

describe('what the user sees', () => {
	test.each<[string, object, RegExp, RegExp?]>([
		['400', { effect: 'error', status: 400, sentences: ['Data fora do período'] }, /^Get many totals: Data fora do período \[item 0\]$/],
		['401', { effect: 'error', status: 401, sentences: ['Token inválido'] }, /rejected the credential/, /Integração.*CRM Zen says: Token inválido/],
		['403', { effect: 'error', status: 403, sentences: ['Sem permissão'] }, /denied permission/, /'Totals Token'.*Sem permissão/],
		['404', { effect: 'error', status: 404, sentences: ['Não encontrado'] }, /found nothing at GET http:\/\/127\.0\.0\.1:\d+\/relatorios\/totals: Não encontrado \[item 0\]$/, /^Check 'Totals URL' in the credential\. To find it in CRM Zen, click the gear at the top, then Integração$/],
		['405', { effect: 'error', status: 405, sentences: ['Método não permitido.'] }, /found nothing at GET http[^ ]*totals: Método não permitido\. \[item 0\]$/, /^Check 'Totals URL' in the credential\. To find it in CRM Zen, click [^.]*$/],
		['500', { effect: 'error', status: 500, sentences: ['Erro interno'], times: 2 }, /temporarily unavailable/, /Erro interno/],
		['503 with a web page', { effect: 'status', status: 503, times: 2 }, /temporarily unavailable/],
		['an unknown status', { effect: 'status', status: 418, body: '' }, /returned status 418/],
		['an error with status 200', { effect: 'error', status: 200, sentences: ['Conta bloqueada'] }, /Conta bloqueada/],
		['a web page', { effect: 'html' }, /web page instead of data/, /crmzen\.com\.br\/api only describe/],
		['truncated JSON', { effect: 'cut' }, /truncated or invalid JSON/],
		['an empty body', { effect: 'empty' }, /returned an empty response/],
		['JSON of another service', { effect: 'noRoot' }, /without the expected data/],
		['a redirect', { effect: 'redirect' }, /another URL, but redirects are not followed/],
		['a dropped connection', { effect: 'resetBeforeStore', times: 2 }, /closed the connection/],
	])('the message for %s', async (_name, fault, message, description = /./) => {
		service.fault(fault as never);
		const { status, error } = await run(job(day('2026-03-02')));
		expect(status).toBe('error');
		expect(error?.message).toMatch(message);
		expect(error?.message).not.toMatch(/error|problem|failure|mistake/i);
		expect(error?.description).toMatch(description);
		expect(`${error?.stack} ${error?.description}`).not.toContain(service.apiKey);
	});

	test('a temporary error is retried once', async () => {
		service.fault({ effect: 'status', status: 500 });
		expect((await run(job(day('2026-03-02')))).status).toBe('success');
		expect(service.journal).toHaveLength(2);
	});

	test('a token with a space is rejected before any call', async () => {
		const { error } = await run(job(day('2026-03-02'), { credential: credential({ totalsToken: 'to ken' }) }));
		expect(error?.message).toMatch(/^'Totals Token' in the credential contains a space/);
		expect(service.journal).toEqual([]);
	});

	test.each([[], {}, null])('a response of %j is a day without leads', async (body) => {
		service.fault({ effect: 'emptyBody', body });
		const { status, items } = await run(job(day('2026-03-02')));
		expect(status).toBe('success');
		expect(items).toEqual([]);
	});

	test('the token is sent only in the header', async () => {
		await run(job(day('2026-03-02')));
		expect(service.journal[0].keyIn).toBe('header');
		expect(JSON.stringify(service.journal)).not.toContain(service.apiKey);
	});
});

test('the example requests yesterday and outputs rows', async () => {
	const { nodes } = JSON.parse(await readFile('examples/yesterdays-totals.json', 'utf8')) as IWorkflowBase;
	const { parameters, credentials } = nodes.find(({ type }) => type.endsWith('.zenTotals'))!;
	expect(credentials).toEqual({ crmZenApi: { id: 'crmZenSandbox', name: 'CRM Zen (sandbox)' } });
	const { status, items } = await run(job(parameters as IDataObject));
	expect(status).toBe('success');
	expect(queries()).toEqual([{ data: DateTime.now().setZone('America/Sao_Paulo').minus({ days: 1 }).toFormat('yyyy-MM-dd') }]);
	expect(items.every(({ json }) => 'dimension' in json)).toBe(true);
});
