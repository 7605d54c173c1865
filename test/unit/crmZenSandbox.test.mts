import { type CrmZenService, startCrmZen } from '../../sandbox/crmZen/index.mts';

let service: CrmZenService;

beforeAll(async () => {
	service = await startCrmZen();
});
beforeEach(() => service.reset());
afterAll(async () => await service.close());

async function get(report: string, query: Record<string, string> = {}, init: RequestInit = {}) {
	const response = await fetch(`${service.reportUrl(report)}?${new URLSearchParams(query)}`, { headers: { token: service.apiKey }, ...init });
	return { status: response.status, headers: response.headers, json: (await response.json()) as any };
}

const march = { data_inicial: '2026-03-01', data_final: '2026-03-31' };
const funnel = { filtro_data: '1', ...march, venda_direta: '1', distribuicao_lead: '1', canal_parceria: '1' };

test('accepts one request per report and waiting time, and sends Retry-After if configured to', async () => {
	expect((await get('totals', { data: '2026-03-02' })).status).toBe(200);
	service.set({ retryAfter: 'seconds' });
	const { status, headers, json } = await get('totals', { data: '2026-03-03' });
	expect([status, headers.get('retry-after')]).toEqual([429, '300']);
	expect(json).toEqual({ error: expect.stringContaining('Aguarde') });
	expect((await get('leadFile', { data: '2026-03-02' })).status).toBe(200);
	expect((await get('leadsByUser', march)).status).toBe(200);
	expect((await get('leadsByUser', march)).headers.get('retry-after')).toBe('60');
	expect((await get('salesFunnel', funnel)).status).toBe(200);
	expect((await get('salesFunnel', funnel)).headers.get('retry-after')).toBe('600');
	expect((await get('leadFile', { data: '2026-03-02' })).headers.get('retry-after')).toBe('300');
});

test.each([
	['a wrong token', 'totals', { data: '2026-03-02' }, { headers: { token: 'wrong' } }, 401, 'the token is wrong'],
	['no token', 'totals', { data: '2026-03-02' }, { headers: {} }, 401, 'there is no token header'],
	['the token in the URL', 'totals', { data: '2026-03-02', token: 'sandbox-zen-token' }, {}, 401, 'the token must not be in the URL'],
	['another method', 'totals', { data: '2026-03-02' }, { method: 'POST', headers: { token: 'sandbox-zen-token' } }, 405, 'POST where GET is wanted'],
	['an unknown report', 'vendas', {}, {}, 404, 'there is no /relatorios/vendas'],
	['no date', 'totals', {}, {}, 400, /data/],
	['an invalid date', 'totals', { data: '2026-02-31' }, {}, 400, /data/],
	['a future date', 'totals', { data: '2999-01-01' }, {}, 400, /data futura/],
	['a reversed date range', 'leadsByUser', { data_inicial: '2026-03-02', data_final: '2026-03-01' }, {}, 400, /anterior/],
	['an unknown date filter', 'salesFunnel', { ...funnel, filtro_data: '7' }, {}, 400, /filtro_data/],
	['a day without leads', 'leadFile', { data: '2026-03-01' }, {}, 400, '2026-03-01 has no leads'],
])('rejects %s', async (_name, report, query, init, status, reason) => {
	const response = await get(report, query as Record<string, string>, init);
	expect(response.status).toBe(status);
	expect(response.json).toEqual({ error: expect.any(String) });
	expect(service.journal[0].reason).toMatch(reason);
	expect(JSON.stringify(service.journal)).not.toContain(service.apiKey);
});

test('the reports of a month are consistent with each other', async () => {
	service.set({ limit: null });
	const dates = Array.from({ length: 31 }, (_, index) => `2026-03-${String(index + 1).padStart(2, '0')}`);
	let total = 0;
	for (const data of dates) {
		const { json } = await get('totals', { data });
		const leadCount = json.usuarios.reduce((sum: number, user: any) => sum + user.total_lead, 0);
		const file = await get('leadFile', { data });
		expect(file.json.leads?.length ?? 0).toBe(leadCount);
		total += leadCount;
	}
	const { json } = await get('leadsByUser', march);
	expect(json.paginacao).toEqual({
		pagina_atual: 1, total_paginas: Math.ceil(total / 50), quantidade_registros_consulta: total, limite_registros_por_pagina: 50,
	});
	const { json: figures } = await get('salesFunnel', funnel);
	expect(figures.etapas.reduce((sum: number, { quantidade }: any) => sum + quantidade, 0)).toBe(total);
});

test.each([
	['list', []], ['object', {}], ['null', null], ['text', ''], ['absent', undefined],
] as const)('returns empty values as %s and numbers as text if configured to', async (empty, form) => {
	service.set({ limit: null, empty, numbers: 'text' });
	const { json } = await get('totals', { data: '2026-03-01' });
	expect(json.usuarios).toEqual(form);
	const saturday = await get('totals', { data: '2026-03-07' });
	expect(saturday.json.erros).toEqual(form);
	expect(saturday.json.usuarios[0].total_lead).toMatch(/^\d+$/);
});

test('rejects unknown faults and settings by name', () => {
	expect(() => service.fault({ effect: 'tired' as never })).toThrow('Use one of');
	expect(() => service.set({ speed: 1 } as never)).toThrow('not a setting');
});
