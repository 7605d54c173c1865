import { readdirSync, readFileSync } from 'node:fs';

import type { HttpResponse } from '../../nodes/shared/http/service';
import { formatDuration } from '../../nodes/shared/http/format';
import { day, fields } from '../../nodes/shared/fields';
import type { Operation } from '../../nodes/shared/fields/operations';
import { checkReports, connect, connectionOf, authenticate } from '../../nodes/ZenTotals/connection.ts';
import { parseResponse } from '../../nodes/ZenTotals/service';
import { answerInProgress, cacheAnswer, cachedAnswer, requestKey, shareAnswer } from '../../nodes/ZenTotals/answerCache';
import { rows as fileRows, users as fileUsers } from '../../nodes/ZenTotals/resources/leadFile/rows.ts';
import { rows as leadRows } from '../../nodes/ZenTotals/resources/leadsByUser/rows.ts';
import { rows, users } from '../../nodes/ZenTotals/resources/totals/rows.ts';
import { reports } from '../../nodes/ZenTotals/resources';
import { ownFieldsOf } from '../../nodes/ZenTotals/resources/operations.ts';
import { code, count, date, objects } from '../../nodes/ZenTotals/values.ts';

/** The error that `work` throws. */
function errorOf(work: () => unknown) {
	try {
		work();
	} catch (error) {
		return error as Error;
	}
	throw new Error('Nothing was thrown');
}

describe('values', () => {
	test.each([
		[12, 12], ['12', 12], [' 12 ', 12], ['0', 0], ['1.234', 1234], ['1,234', 1234], ['1.234.567', 1234567], ['12.5', 12.5], ['1.234,5', 1234.5], ['1,234.56', 1234.56], [-3, -3],
		['', null], [' ', null], [null, null], [undefined, null], [[], null], [{}, null], ['twelve', null], [true, null], ['3.4.2026', null], ['1,2,3', null], ['Infinity', null],
	])('reads the count %j as %j', (value, expected) => expect(count(value)).toBe(expected));

	test.each([
		[12, 12], ['12', 12], ['012', '012'], ['A-7', 'A-7'], ['', null], [null, null], ['12345678901234567', '12345678901234567'],
	])('reads the code %j as %j', (value, expected) => expect(code(value)).toBe(expected));

	test.each([
		[[], []], [{}, []], [null, []], ['', []], [undefined, []], [[{ a: 1 }, null, ''], [{ a: 1 }]],
		[{ 0: { a: 1 }, 1: { a: 2 } }, [{ a: 1 }, { a: 2 }]], [{ nome: 'x' }, [{ nome: 'x' }]],
	])('reads the list %j as %j', (value, expected) => expect(objects(value)).toEqual(expected));

	test.each([
		['2026-03-02 09:30:15', '2026-03-02T09:30:15'], ['02/03/2026 09:30', '2026-03-02T09:30:00'], ['02/03/2026', '2026-03-02'],
		['2026-03-02', '2026-03-02'], ['2026-03-02T09:30:15-03:00', '2026-03-02T09:30:15-03:00'], ['ontem', 'ontem'],
		['', null], [null, null], ['0000-00-00 00:00:00', null],
		['31/02/2026', '31/02/2026'], ['2026-02-29 10:00', '2026-02-29 10:00'], ['29/02/2024 10:00', '2024-02-29T10:00:00'], ['02/03/2026 10:61', '02/03/2026 10:61'],
		['31/12/2025 24:00', '2026-01-01T00:00:00'], ['2/3/2026', '2/3/2026'], ['2026/03/02', '2026-03-02'], ['02/03/2026  09:30', '02/03/2026  09:30'],
	])('reads the date %j as %j', (value, expected) => expect(date(value)).toBe(expected));
});

describe('the totals of a day', () => {
	const origem = [{ codigo: '11', nome: 'Site', quantidade: '2' }];
	const user = { nome: 'Ana', total_lead: '2', origem, segmento: [], automacao: {}, produtos_e_servicos: null };
	const row = (kind: string, leads: number, more: object) => ({
		date: '2026-03-02', kind, user: null, dimension: null, code: null, name: null, leads, ...more,
	});

	test('become rows of four kinds', () => {
		const answer = { usuarios: [user], erros: { com_erro: 1, sem_agrupamento: '0', limite_de_contatos: '', duplicados: '1.000' } };
		expect(rows(answer as never, '2026-03-02')).toEqual([
			row('breakdown', 2, { user: 'Ana', dimension: 'origin', code: 11, name: 'Site' }),
			row('userTotal', 2, { user: 'Ana' }),
			row('dayTotal', 2, {}),
			row('failures', 1, { code: 'com_erro', name: 'With Error' }),
			row('failures', 0, { code: 'sem_agrupamento', name: 'Without Grouping' }),
			row('failures', 1000, { code: 'duplicados', name: 'Duplicates' }),
		]);
	});

	test.each([[[]], [{}], [null], [''], [undefined]])('give no row for a list that is empty as %j', (empty) => {
		expect(rows({ usuarios: empty, erros: empty } as never, '2026-03-02')).toEqual([]);
		expect(users([{ usuarios: empty }] as never, '2026-03-02')).toEqual([]);
		const bare = { nome: 'Ana', total_lead: 0, origem: empty, segmento: empty, automacao: empty, produtos_e_servicos: empty };
		expect(rows({ usuarios: [bare] } as never, '2026-03-02').map(({ kind }) => kind)).toEqual(['userTotal', 'dayTotal']);
	});

	test('keep two users with the same name apart', () => {
		const answer = { usuarios: [user, user] } as never;
		expect(rows(answer, '2026-03-02').filter(({ kind }) => kind === 'userTotal')).toHaveLength(2);
		expect(users([answer], '2026-03-02')).toEqual(Array(2).fill({
			date: '2026-03-02', user: 'Ana', leads: 2, origins: [{ code: 11, name: 'Site', leads: 2 }], segments: [], automations: [], productsAndServices: [],
		}));
	});
});

test('leads with nothing but a code give rows with empty values', async () => {
	expect([...leadRows({ usuarios: [{ nome: 'Ana', email: '', leads: [{ codigo: '7' }] }] })]).toEqual([{
		user: 'Ana', email: null, record: null, code: 7, enteredAt: null, redistributedAt: null, origins: '', segments: '', automations: '', productsAndServices: '',
	}]);
	const [lead] = fileRows({ leads: [{ integracao_lead: 'X1', nome_usuario_responsavel: 'Ana' }] }, '2026-03-02');
	expect(lead).toMatchObject({ date: '2026-03-02', code: 'X1', status: null, user: 'Ana' });
	expect(await fileUsers([], '2026-03-02', [lead, lead])).toMatchObject([{ date: '2026-03-02', user: 'Ana', leads: [{ code: 'X1' }, { code: 'X1' }] }]);
});

describe('the credential', () => {
	const credential = { totalsUrl: 'https://crmzen.example/r/totais?conta=7', totalsToken: 'secret', leadFileUrl: 'https://crmzen.example/r/totais', leadFileToken: 'other' };

	test('defaults to the waiting times of the vendor', () => {
		expect(connect(credential, 'totals').limits).toEqual({ maxCalls: 1, windowMs: 300_000, maxConcurrent: 1 });
		expect(connect({ ...credential, totalsWait: 20 }, 'totals').limits.windowMs).toBe(20_000);
		expect(connect({ salesFunnelUrl: 'https://x.example/', salesFunnelToken: 't' }, 'salesFunnel').limits.windowMs).toBe(600_000);
		expect(connect({ leadsByUserUrl: 'https://x.example/', leadsByUserToken: 't' }, 'leadsByUser').limits.windowMs).toBe(60_000);
	});

	test('has account IDs that do not reveal the tokens', () => {
		const { accountId } = connect(credential, 'totals');
		expect(connect({ ...credential, totalsUrl: ` ${credential.totalsUrl}#top ` }, 'totals').accountId).toBe(accountId);
		expect(connect({ ...credential, totalsToken: 'else' }, 'totals').accountId).not.toBe(accountId);
		expect(accountId).not.toContain('secret');
	});

	test('sends each token to its own report only', () => {
		expect(authenticate(credential, { url: credential.totalsUrl, qs: {} }).headers).toEqual({ token: 'secret' });
		expect(authenticate(credential, { url: `${credential.totalsUrl}&data=2026-03-02` }).headers).toEqual({ token: 'secret' });
		expect(authenticate(credential, { url: `${credential.leadFileUrl}?data=2026-03-02` }).headers).toEqual({ token: 'other' });
		expect(connectionOf(credential, { url: credential.totalsUrl }).accountId).toBe(connect(credential, 'totals').accountId);
		for (const url of ['https://crmzen.example/r/totais2', 'https://elsewhere.example/r/totais', 'https://crmzen.example/']) {
			expect(errorOf(() => authenticate(credential, { url })).message).toContain('only to its own report URLs');
		}
	});

	test('may omit an optional report, but not only its URL or its token', () => {
		expect(() => checkReports({ totalsUrl: credential.totalsUrl, totalsToken: 't', leadFileUrl: '', leadFileToken: '' })).not.toThrow();
		expect(errorOf(() => checkReports({ ...credential, leadFileToken: '' })).message).toContain("'Lead File Token'");
		expect(errorOf(() => checkReports({ ...credential, salesFunnelToken: 't' })).message).toContain("'Sales Funnel URL'");
	});
});

describe('messages about too many requests', () => {
	const reasonOf = (error: string, path: string) => {
		try {
			parseResponse({ status: 400, headers: {}, body: { error } }, { path } as Operation);
			return 'no error';
		} catch (error) {
			return (error as { reason: string }).reason;
		}
	};

	test.each([
		'Limite de requisições excedido. Aguarde para consultar novamente', 'Aguarde para consultar novamente', 'Aguarde 5 minutos', 'Aguarde 5 minutos.',
		'Aguarde 5 minutos para uma nova consulta', 'Aguarde mais 30 segundos e tente novamente', 'aguarde cerca de 5 minutos antes de consultar', 'Aguarde 5 minutos entre as consultas',
		'Too many requests', 'Rate limit exceeded', 'Muitas requisições', 'Muitas requisicoes em pouco tempo', 'LIMITE DE REQUISIÇÕES EXCEDIDO', 'Limite de requisições por minuto foi atingido',
		'Você excedeu o limite de requisições', 'É permitida uma requisição a cada 5 minutos', 'Só 1 consulta a cada cinco minutos', 'Aguarde para realizar uma nova consulta',
	])('"%s" is a rate limit error', (message) => {
		for (const path of ['totals', 'leadsByUser', 'leadFile', 'salesFunnel']) expect(reasonOf(message, path)).toBe('rateLimited');
	});

	test.each([
		'Aguarde a aprovação do seu cadastro', 'O limite de registros foi excedido', 'Token aguardando liberação', 'Aguarde', 'Aguarde a liberação do token em até 5 minutos',
		'Limite de requisições inválido', 'O limite do plano foi atingido', 'Aguardando pagamento', 'Relatório em manutenção: aguarde', 'Conta bloqueada', 'Limite de contatos excedido',
		'Aguarde 5 minutos até a aprovação do cadastro',
	])('"%s" is neither a rate limit error nor a day without leads', (message) => {
		for (const path of ['totals', 'leadsByUser', 'leadFile', 'salesFunnel']) expect([path, reasonOf(message, path)]).toEqual([path, 'rejected']);
	});
});

describe('parseResponse', () => {
	const respond = (body: unknown, status = 200, headers = {}): HttpResponse => ({ status, headers, body });
	const totals = { path: 'totals' } as Operation;

	test.each([
		['429 with Retry-After', respond({ error: 'x' }, 429, { 'retry-after': '7' }), { reason: 'rateLimited', details: { retryAfterMs: 7000 } }],
		['429 without Retry-After', respond({ error: 'x' }, 429), { reason: 'rateLimited', details: { retryAfterMs: undefined } }],
		['a message about too many requests', respond({ error: 'Aguarde 5 minutos para uma nova consulta' }, 400), { reason: 'rateLimited' }],
		['an array of errors', respond({ error: ['a', 'b'] }, 400), { reason: 'rejected', details: { messages: ['a', 'b'] } }],
		['the error format of the entry APIs', respond({ Erro: 3, Mensagem: 'JSON incompleto' }, 400), { reason: 'rejected', details: { messages: ['3', 'JSON incompleto'] } }],
		['a 400 without leads for the totals', respond({ error: 'Nenhum lead' }, 400), { reason: 'rejected' }],
		['an array', respond([1]), { reason: 'unexpectedResponse' }],
	])('throws for %s', (_name, received, expected) => expect(errorOf(() => parseResponse(received, totals))).toMatchObject(expected));

	test('returns one row, or none for an empty response', () => {
		expect(parseResponse(respond({ usuarios: [] }), totals)).toEqual({ rows: [{ usuarios: [] }] });
		for (const body of [[], {}, null]) expect(parseResponse(respond(body), totals)).toEqual({ rows: [] });
		expect(parseResponse(respond({ anything: 1 }), { path: 'salesFunnel' } as Operation)).toEqual({ rows: [{ anything: 1 }] });
	});
});

test('a cached response requested during the day does not count as the whole day', async () => {
	const key = requestKey('account', { data: '2026-03-05' });
	cacheAnswer(key, 1000, { rows: [] }, false);
	expect([cachedAnswer(key), cachedAnswer(key, true)]).toEqual([expect.anything(), undefined]);
	expect(answerInProgress(key, false, performance.now() + 1000)).toBeUndefined();
	const request = Promise.resolve(cacheAnswer(key, 1000, { rows: [{ a: 1 }] }, true));
	shareAnswer(key, request, false);
	expect(answerInProgress(key, true, performance.now() + 1000)).toBeUndefined();
	expect(await answerInProgress(key, false, performance.now() + 1000)).toMatchObject({ read: { rows: [{ a: 1 }] } });
});

test('waits for a request in progress until its deadline or until the execution is canceled', async () => {
	const key = requestKey('account', { data: '2026-03-06' });
	shareAnswer(key, new Promise(() => {}), true);
	expect(answerInProgress(key, true, performance.now())).toBeUndefined();
	expect(await answerInProgress(key, true, performance.now() + 20)).toBeUndefined();
	const stop = new AbortController();
	const waiting = answerInProgress(key, true, performance.now() + 60_000, stop.signal);
	stop.abort();
	expect(await waiting).toBeUndefined();
	expect(answerInProgress(key, true, performance.now() + 60_000, stop.signal)).toBeUndefined();
});

test('caches at most 200 responses', () => {
	const keyOf = (number: number) => requestKey('account', { data: String(number) });
	for (let number = 0; number < 1000; number++) cacheAnswer(keyOf(number), 60_000, { rows: [] });
	const kept = Array.from({ length: 1000 }, (_, number) => cachedAnswer(keyOf(number))).filter(Boolean);
	expect(kept).toHaveLength(200);
	expect(cachedAnswer(keyOf(999))).toBeDefined();
});

test('caches a response for the waiting time of its report', async () => {
	const key = requestKey('account', { data: '2026-03-02' });
	cacheAnswer(key, 50, { rows: [] });
	expect(cachedAnswer(key)).toMatchObject({ read: { rows: [] } });
	expect(cachedAnswer(requestKey('account', { data: '2026-03-03' }))).toBeUndefined();
	await new Promise((resolve) => setTimeout(resolve, 60));
	expect(cachedAnswer(key)).toBeUndefined();
});

test.each([
	[0, '0 s'], [400, '1 s'], [45_000, '45 s'], [60_000, '1 min'], [252_000, '4 min 12 s'], [3_600_000, '1 h'], [8_700_000, '2 h 25 min'],
])('formats %d ms as "%s"', (ms, text) => expect(formatDuration(ms)).toBe(text));

test('a date is read in the time zone of the service and sent as yyyy-MM-dd', () => {
	const { schema } = fields('America/Sao_Paulo', { x: day('Date') }, { dayFirst: true }).x;
	expect(schema.parse('2026-03-03T01:00:00Z')).toBe('2026-03-02');
	expect(schema.parse('30/04/2025')).toBe('2025-04-30');
	for (const invalid of ['31/04/2025', '2025', 'constructor', 20250430, null]) expect(schema.safeParse(invalid).success).toBe(false);
});

describe('a report is one folder and one line', () => {
	const common = readdirSync('nodes/ZenTotals').filter((name) => name.endsWith('.ts')).map((name) => [name, readFileSync(`nodes/ZenTotals/${name}`, 'utf8')] as const);
	const own = reports.flatMap(({ name, operation }) => [name, ...ownFieldsOf(operation), operation.resultList?.root ?? []].flat());

	test.each(common)('%s names no report and no field of one', (_name, content) => {
		expect(own.filter((word) => new RegExp(`['".]${word}\\b`).test(content))).toEqual([]);
	});

	test('the sample values of every field of a report are left out of its copied URL', () => {
		expect(own).toEqual(expect.arrayContaining(['filtro_data', 'venda_direta', 'distribuicao_lead', 'canal_parceria']));
		for (const { name, operation } of reports) {
			const sample = [...ownFieldsOf(operation), 'data', 'data_inicial', 'data_final', 'pagina'].map((wire) => `${wire}=1`).join('&');
			const credentials = { [`${name}Token`]: 'a-token', [`${name}Url`]: `https://crm.example.com/r?empresa=7&${sample}` };
			expect(connect(credentials, name).address).toBe('https://crm.example.com/r?empresa=7');
		}
	});
});
