import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import { type CrmZenService, startCrmZen } from '../../sandbox/crmZen/index.mts';
import { nodeType, type Outcome, run } from './engine.mts';
import { credentialOf, totalsJob } from './zenTotalsJob.mts';

/** The pages of leads by user: wrong totals of CRM Zen neither end reading early nor continue it without end. */

let service: CrmZenService;
let accounts = 20_000;

beforeAll(async () => {
	service = await startCrmZen({ limit: null });
});
afterAll(async () => await service.close());
beforeEach(() => {
	service.reset();
	accounts++;
});

type Page = { leads: number; pages?: unknown; records?: unknown; first?: number } | { status: number; error: string };

const bodyOf = ({ leads, pages, records, first = 1 }: Extract<Page, { leads: number }>) => ({
	paginacao: { total_paginas: pages, quantidade_registros_consulta: records },
	usuarios: leads === 0 ? [] : [{ nome: 'Ana', email: 'ana@exemplo.com.br', leads: Array.from({ length: leads }, (_, index) => ({ id_registro: first + index, codigo: first + index })) }],
});

/** Sets the pages of the service; all pages after them are empty. */
function setPages(...pages: Page[]) {
	for (const [index, page] of pages.entries()) {
		const values = `^pagina=${index + 1}$`;
		if ('error' in page) service.fault({ effect: 'error', status: page.status, sentences: [page.error], values, times: 99 });
		else service.fault({ effect: 'status', status: 200, body: bodyOf({ first: 1 + index * 50, ...page }), values, times: 99 });
	}
	service.fault({ effect: 'status', status: 200, body: { paginacao: {}, usuarios: [] }, times: 99 });
}

/** Runs the report. */
async function read(parameters: IDataObject = {}, wait = 0) {
	return await run(totalsJob(
		{ ...credentialOf(service, accounts, wait) },
		{ resource: 'leadsByUser', period: 'range', startDate: '2026-03-02', endDate: '2026-03-14', returnAll: true, ...parameters },
	));
}

const records = ({ items }: Outcome) => items.map(({ json }) => json.record);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const requestedPages = () => service.journal.map(({ query }) => Number(query.pagina));

const full = (totals: object) => ({ leads: 50, ...totals });

test.each<[string, Page[], number, number]>([
	['a total of one page, but there are three', [full({ pages: 1 }), full({ pages: 1 }), { leads: 7, pages: 1 }], 107, 3],
	['a total of 50 leads, but there are 107', [full({ pages: 1, records: 50 }), full({ pages: 1, records: 50 }), { leads: 7 }], 107, 3],
	['a total of no pages', [full({ pages: 0 }), { leads: 7, pages: 0 }], 57, 2],
	['a total of 1e7 pages after a partial page: one more call', [{ leads: 7, pages: 1e7 }], 7, 2],
	['a total of 1e7 pages after full ones', [full({ pages: 1e7 }), { leads: 7, pages: 1e7 }], 57, 3],
	['1e7 pages and as many leads', [full({ pages: 1e7, records: 5e8 }), { leads: 7, pages: 1e7, records: 5e8 }], 57, 3],
	['a total of 1e13', [full({ pages: 1e13 }), { leads: 7, pages: 1e13 }], 57, 3],
	['totals that are not numbers', [full({ pages: 'muitas' }), { leads: 7, pages: null }], 57, 2],
	['negative totals', [full({ pages: -3 }), { leads: 7, pages: -3 }], 57, 2],
	['no total at all', [full({}), { leads: 7 }], 57, 2],
	['a correct total', [full({ pages: 2, records: 57 }), { leads: 7, pages: 2, records: 57 }], 57, 2],
	['a correct total and a full last page: one more call', [full({ pages: 2, records: 100 }), full({ pages: 2, records: 100 })], 100, 3],
	['pages smaller than 50, with a total', [{ leads: 20, pages: 3 }, { leads: 20, pages: 3, first: 21 }, { leads: 3, pages: 3, first: 41 }], 43, 3],
	['an empty page in between ends reading', [full({ pages: 9 }), { leads: 0, pages: 9 }, full({ pages: 9 })], 50, 2],
	['an empty first page', [{ leads: 0, pages: 0, records: 0 }], 0, 1],
	['an empty first page of many', [{ leads: 0, pages: 9 }], 0, 1],
	['a total that grows during reading', [full({ pages: 1 }), full({ pages: 3 }), { leads: 7, pages: 3 }], 107, 3],
])('%s', async (_name, pages, leads, calls) => {
	setPages(...pages);
	const outcome = await read();
	expect(outcome.error).toBeUndefined();
	expect(records(outcome)).toEqual(upTo(leads));
	expect(requestedPages()).toEqual(upTo(calls));
});

test.each([
	['a 400', { status: 400, error: 'Página inválida' }], ['a 404', { status: 404, error: 'Página não encontrada' }],
	['the same page again', full({ pages: 2, first: 51 })],
])('after the last reported page, %s ends reading without an error', async (_name, nextPage) => {
	setPages(full({ pages: 2 }), full({ pages: 2 }), nextPage);
	const outcome = await read();
	expect(outcome.error).toBeUndefined();
	expect(records(outcome)).toEqual(upTo(100));
	expect(requestedPages()).toEqual([1, 2, 3]);
});

test('after a partial page, a rejected request ends reading, whatever the total', async () => {
	setPages({ leads: 7, pages: 1e7 }, { status: 400, error: 'Página inválida' });
	expect(records(await read())).toEqual(upTo(7));
});

test.each([
	['a 400', { status: 400, error: 'Página inválida' }, /Página inválida/], ['the same page again', full({ pages: 3, first: 1 }), /same page twice/],
	['a rejected token', { status: 401, error: 'Token inválido' }, /rejected the credential/],
])('before the last reported page, %s is an error', async (_name, second, message) => {
	setPages(full({ pages: 3 }), second);
	expect((await read()).error?.message).toMatch(message);
});

test('a reached limit reads no further page', async () => {
	setPages(full({ pages: 1 }), full({ pages: 1 }), full({ pages: 1 }));
	expect(records(await read({ returnAll: false, limit: 100 }))).toEqual(upTo(100));
	expect(requestedPages()).toEqual([1, 2]);
});

test('raw output contains no empty page after the last one', async () => {
	setPages(full({ pages: 1 }));
	expect((await read({ output: 'raw' })).items).toHaveLength(1);
	expect(requestedPages()).toEqual([1, 2]);
});

test.each(['stop', 'wait'])('leads are returned even if there is no time to check for another page: %s', async (whenTooSoon) => {
	setPages(full({ pages: 1 }));
	const outcome = await read({ whenTooSoon, maxWaitMinutes: 1 }, 300);
	expect(outcome.error).toBeUndefined();
	expect(records(outcome)).toEqual(upTo(50));
	expect(requestedPages()).toEqual([1]);
});

test('a plausible total that takes too long fails before the second page', async () => {
	setPages(full({ pages: 30, records: 1500 }));
	const { error } = await read({ maxWaitMinutes: 10 }, 60);
	expect(error?.message).toMatch(/^Leads by User: 29 requests take about 29 min.*Set 'Maximum Wait \(Minutes\)' to 30 or more/);
	expect(requestedPages()).toEqual([1]);
});

test('cached pages do not wait', async () => {
	setPages(full({ pages: 3, records: 107 }), full({ pages: 3, records: 107 }), { leads: 7, pages: 3, records: 107 });
	await read({}, 0.3);
	await sleep(10);
	const again = await read({}, 0.3);
	expect(records(again)).toEqual(upTo(107));
});

describe('differences between reported and returned numbers', () => {
	/** The notes for the user, taken from the plan itself. */
	async function collectNotes(...pages: Page[]) {
		setPages(...pages);
		const notes: string[] = [];
		const { zenTotals } = await import('../../nodes/ZenTotals/service');
		const [operation] = zenTotals.resources.find(({ value }) => value === 'leadsByUser')!.operations;
		const context = {
			getNodeParameter: (_name: string, fallback: unknown) => fallback,
			getContext: () => context, getExecutionCancelSignal: () => undefined, logger: { info: () => {} },
		} as never;
		const { connection } = { connection: zenTotals.connect(credentialOf(service, accounts, 0), operation) };
		const session = { credentials: {}, connection } as never;
		const values = { period: 'range', startDate: '2026-03-02', endDate: '2026-03-14' };
		const plan = zenTotals.plan!({ context, operation, values, run: {}, maxRows: Infinity, resolveSession: async () => session, addNote: (text) => notes.push(text) });
		const rows = await plan.execute(async (parameters) => {
			const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
			const response = await fetch(`${connection.address}&${query}`, { headers: { token: service.apiKey } });
			return { connection, ...zenTotals.parseResponse({ status: response.status, headers: {}, body: await response.json() }, operation) };
		}, session);
		return { notes, rows: rows.length };
	}

	test.each<[string, Page[], string[]]>([
		['none', [full({ pages: 2, records: 57 }), { leads: 7, pages: 2, records: 57 }], []],
		['none, with a full last page', [full({ pages: 1, records: 50 })], []],
		['no leads', [{ leads: 0, pages: 0, records: 0 }], []],
		['no leads on one page', [{ leads: 0, pages: 1, records: 0 }], []],
		['no totals', [full({}), { leads: 7 }], []],
		['a total per page', [full({ pages: 2, records: 50 }), { leads: 7, pages: 2, records: 7 }], []],
		['more leads than reported', [full({ pages: 1, records: 50 }), { leads: 7, pages: 1, records: 50 }], ['Leads by User: CRM Zen reported 50 leads but returned 57']],
		['fewer leads than reported', [full({ pages: 2, records: 99 }), { leads: 7, pages: 2, records: 99 }], ['Leads by User: CRM Zen reported 99 leads but returned 57']],
		['more pages than reported', [full({ pages: 1 }), { leads: 7, pages: 1 }], ['Leads by User: CRM Zen reported 1 page but returned leads on 2']],
		['fewer pages than reported', [{ leads: 7, pages: 1e7 }], ['Leads by User: CRM Zen reported 10,000,000 pages but returned leads on 1']],
		['an empty page in between', [full({ pages: 9, records: 407 })], ['Leads by User: CRM Zen reported 407 leads but returned 50']],
	])('%s', async (_name, pages, expected) => expect((await collectNotes(...pages)).notes).toEqual(expected));
});

test('the node shows a hint for each report, unless it is set to stop', async () => {
	const { Workflow } = await import('n8n-workflow');
	const type = nodeType('zenTotals');
	const nodeTypes = { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) };
	/** The hints that the editor shows without run data and input. */
	const visibleHints = (parameters: IDataObject) => {
		const node = { id: 'n', name: 'Node', type: 'zenTotals', typeVersion: 1, position: [0, 0] as [number, number], parameters: { operation: 'getMany', ...parameters } as never };
		const workflow = new Workflow({ id: 'w', nodes: [node], connections: {}, active: false, nodeTypes });
		return (type.description.hints ?? []).filter(({ displayCondition = '' }) => {
			const display = workflow.expression.getParameterValue(displayCondition, null, 0, 0, 'Node', [], 'manual', {});
			expect(typeof display).toBe('boolean');
			return display;
		});
	};
	for (const [resource, time] of [['totals', '5 min'], ['leadsByUser', 'minute'], ['leadFile', '5 min'], ['salesFunnel', '10 min']]) {
		for (const parameters of [{}, { period: 'today' }, { period: 'range' }, { whenTooSoon: 'useLastAnswer' }, { period: 'oneDay', date: '={{ $json.day }}' }, { limit: '={{ $json.limit }}' }]) {
			const hints = visibleHints({ resource, ...parameters });
			expect(hints).toHaveLength(1);
			// Shown after a run as well, because the next run is the one that waits.
			expect(hints[0]).toMatchObject({ whenToDisplay: 'always', location: 'outputPane', message: expect.stringContaining(`one request every ${time} for this report`) });
		}
		expect(visibleHints({ resource, whenTooSoon: 'stop' })).toEqual([]);
		expect(visibleHints({ resource, whenTooSoon: '={{ "wait" }}' })).toHaveLength(1);
		expect(visibleHints({ resource, whenTooSoon: '={{ $json.mode }}' })).toHaveLength(1);
	}
});
