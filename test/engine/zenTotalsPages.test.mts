import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import { type CrmZenService, startCrmZen } from '../../sandbox/crmZen/index.mts';
import { nodeType, type Outcome, run } from './engine.mts';
import { credentialOf, totalsJob } from './zenTotalsJob.mts';

/** The pages of leads by user: what CRM Zen says of their number is no reason to stop, nor to go on for ever. */

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

/** Lets the service answer its pages so; whatever comes after them is an empty one. */
function answering(...pages: Page[]) {
	for (const [index, page] of pages.entries()) {
		const values = `^pagina=${index + 1}$`;
		if ('error' in page) service.fault({ effect: 'error', status: page.status, sentences: [page.error], values, times: 99 });
		else service.fault({ effect: 'status', status: 200, body: bodyOf({ first: 1 + index * 50, ...page }), values, times: 99 });
	}
	service.fault({ effect: 'status', status: 200, body: { paginacao: {}, usuarios: [] }, times: 99 });
}

/** Runs the report. The notes to the user are taken from the plan itself. */
async function read(parameters: IDataObject = {}, wait = 0) {
	return await run(totalsJob(
		{ ...credentialOf(service, accounts, wait) },
		{ resource: 'leadsByUser', period: 'range', startDate: '2026-03-02', endDate: '2026-03-14', returnAll: true, ...parameters },
	));
}

const records = ({ items }: Outcome) => items.map(({ json }) => json.record);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const pagesAsked = () => service.journal.map(({ query }) => Number(query.pagina));

const full = (claims: object) => ({ leads: 50, ...claims });

test.each<[string, Page[], number, number]>([
	['a total of one page, though there are three', [full({ pages: 1 }), full({ pages: 1 }), { leads: 7, pages: 1 }], 107, 3],
	['a total of 50 leads, though there are 107', [full({ pages: 1, records: 50 }), full({ pages: 1, records: 50 }), { leads: 7 }], 107, 3],
	['a total of no pages', [full({ pages: 0 }), { leads: 7, pages: 0 }], 57, 2],
	['a total of 1e7 pages behind a short page: one call more', [{ leads: 7, pages: 1e7 }], 7, 2],
	['a total of 1e7 pages behind full ones', [full({ pages: 1e7 }), { leads: 7, pages: 1e7 }], 57, 3],
	['1e7 pages and as many leads', [full({ pages: 1e7, records: 5e8 }), { leads: 7, pages: 1e7, records: 5e8 }], 57, 3],
	['a total of 1e13', [full({ pages: 1e13 }), { leads: 7, pages: 1e13 }], 57, 3],
	['totals that are no numbers', [full({ pages: 'muitas' }), { leads: 7, pages: null }], 57, 2],
	['totals below zero', [full({ pages: -3 }), { leads: 7, pages: -3 }], 57, 2],
	['no total at all', [full({}), { leads: 7 }], 57, 2],
	['the right total', [full({ pages: 2, records: 57 }), { leads: 7, pages: 2, records: 57 }], 57, 2],
	['a right total, and a last page that is full: one call more', [full({ pages: 2, records: 100 }), full({ pages: 2, records: 100 })], 100, 3],
	['pages that are smaller than 50, and a total', [{ leads: 20, pages: 3 }, { leads: 20, pages: 3, first: 21 }, { leads: 3, pages: 3, first: 41 }], 43, 3],
	['an empty page in between ends it', [full({ pages: 9 }), { leads: 0, pages: 9 }, full({ pages: 9 })], 50, 2],
	['an empty first page', [{ leads: 0, pages: 0, records: 0 }], 0, 1],
	['an empty first page of many', [{ leads: 0, pages: 9 }], 0, 1],
	['a total that grows while it is read', [full({ pages: 1 }), full({ pages: 3 }), { leads: 7, pages: 3 }], 107, 3],
])('%s', async (_name, pages, leads, calls) => {
	answering(...pages);
	const outcome = await read();
	expect(outcome.error).toBeUndefined();
	expect(records(outcome)).toEqual(upTo(leads));
	expect(pagesAsked()).toEqual(upTo(calls));
});

test.each([
	['a 400', { status: 400, error: 'Página inválida' }], ['a 404', { status: 404, error: 'Página não encontrada' }],
	['the same page again', full({ pages: 2, first: 51 })],
])('after the last page that was reported, %s is the end', async (_name, beyond) => {
	answering(full({ pages: 2 }), full({ pages: 2 }), beyond);
	const outcome = await read();
	expect(outcome.error).toBeUndefined();
	expect(records(outcome)).toEqual(upTo(100));
	expect(pagesAsked()).toEqual([1, 2, 3]);
});

test('behind a short page, a refusal is the end, whatever the total', async () => {
	answering({ leads: 7, pages: 1e7 }, { status: 400, error: 'Página inválida' });
	expect(records(await read())).toEqual(upTo(7));
});

test.each([
	['a refusal', { status: 400, error: 'Página inválida' }, /Página inválida/], ['the same page', full({ pages: 3, first: 1 }), /same page twice/],
	['a refused token', { status: 401, error: 'Token inválido' }, /rejected the credential/],
])('before that, %s is an error', async (_name, second, message) => {
	answering(full({ pages: 3 }), second);
	expect((await read()).error?.message).toMatch(message);
});

test('a limit that is reached takes no further page', async () => {
	answering(full({ pages: 1 }), full({ pages: 1 }), full({ pages: 1 }));
	expect(records(await read({ returnAll: false, limit: 100 }))).toEqual(upTo(100));
	expect(pagesAsked()).toEqual([1, 2]);
});

test('raw output holds no page behind the last one', async () => {
	answering(full({ pages: 1 }));
	expect((await read({ output: 'raw' })).items).toHaveLength(1);
	expect(pagesAsked()).toEqual([1, 2]);
});

test.each(['stop', 'wait'])('where there is no time for a look behind the last page, its leads come all the same: %s', async (whenTooSoon) => {
	answering(full({ pages: 1 }));
	const outcome = await read({ whenTooSoon, maxWaitMinutes: 1 }, 300);
	expect(outcome.error).toBeUndefined();
	expect(records(outcome)).toEqual(upTo(50));
	expect(pagesAsked()).toEqual([1]);
});

test('a total that can be true is a question of time before the second page', async () => {
	answering(full({ pages: 30, records: 1500 }));
	const { error } = await read({ maxWaitMinutes: 10 }, 60);
	expect(error?.message).toMatch(/^Leads by User: 29 requests take about 29 min.*Set 'Maximum Wait \(Minutes\)' to 30 or more/);
	expect(pagesAsked()).toEqual([1]);
});

test('cached pages take no time', async () => {
	answering(full({ pages: 3, records: 107 }), full({ pages: 3, records: 107 }), { leads: 7, pages: 3, records: 107 });
	await read({}, 0.3);
	await sleep(10);
	const again = await read({}, 0.3);
	expect(records(again)).toEqual(upTo(107));
});

describe('what CRM Zen reported and what it returned', () => {
	/** The sentences for the user, as a run collects them. */
	async function notes(...pages: Page[]) {
		answering(...pages);
		const sentences: string[] = [];
		const { zenTotals } = await import('../../nodes/ZenTotals/service');
		const [operation] = zenTotals.resources.find(({ value }) => value === 'leadsByUser')!.operations;
		const context = {
			getNodeParameter: (_name: string, fallback: unknown) => fallback,
			getContext: () => context, getExecutionCancelSignal: () => undefined, logger: { info: () => {} },
		} as never;
		const { connection } = { connection: zenTotals.connect(credentialOf(service, accounts, 0), operation) };
		const session = { credentials: {}, connection } as never;
		const values = { period: 'range', startDate: '2026-03-02', endDate: '2026-03-14' };
		const plan = zenTotals.plan!({ context, operation, values, run: {}, wanted: Infinity, open: async () => session, note: (sentence) => sentences.push(sentence) });
		const rows = await plan.execute(async (asked) => {
			const query = new URLSearchParams(Object.entries(asked).map(([name, value]) => [name, String(value)]));
			const answer = await fetch(`${connection.address}&${query}`, { headers: { token: service.apiKey } });
			return { connection, ...zenTotals.parseResponse({ status: answer.status, headers: {}, body: await answer.json() }, operation) };
		}, session);
		return { sentences, rows: rows.length };
	}

	test.each<[string, Page[], string[]]>([
		['the same', [full({ pages: 2, records: 57 }), { leads: 7, pages: 2, records: 57 }], []],
		['the same, on a full last page', [full({ pages: 1, records: 50 })], []],
		['no leads', [{ leads: 0, pages: 0, records: 0 }], []],
		['no leads on one page', [{ leads: 0, pages: 1, records: 0 }], []],
		['nothing said', [full({}), { leads: 7 }], []],
		['the count of each page', [full({ pages: 2, records: 50 }), { leads: 7, pages: 2, records: 7 }], []],
		['more leads than said', [full({ pages: 1, records: 50 }), { leads: 7, pages: 1, records: 50 }], ['Leads by User: CRM Zen reported 50 leads but returned 57']],
		['fewer leads than said', [full({ pages: 2, records: 99 }), { leads: 7, pages: 2, records: 99 }], ['Leads by User: CRM Zen reported 99 leads but returned 57']],
		['more pages than said', [full({ pages: 1 }), { leads: 7, pages: 1 }], ['Leads by User: CRM Zen reported 1 page but returned leads on 2']],
		['fewer pages than said', [{ leads: 7, pages: 1e7 }], ['Leads by User: CRM Zen reported 10,000,000 pages but returned leads on 1']],
		['an empty page in between', [full({ pages: 9, records: 407 })], ['Leads by User: CRM Zen reported 407 leads but returned 50']],
	])('%s', async (_name, pages, expected) => expect((await notes(...pages)).sentences).toEqual(expected));
});

test('the node has a hint for each report, unless it stops, whatever its parameters', async () => {
	const { Workflow } = await import('n8n-workflow');
	const type = nodeType('zenTotals');
	const nodeTypes = { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) };
	/** As the editor does, with no run data and no input. */
	const shown = (parameters: IDataObject) => {
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
			const hints = shown({ resource, ...parameters });
			expect(hints).toHaveLength(1);
			// Also where the node has run: the next run is the one that waits.
			expect(hints[0]).toMatchObject({ whenToDisplay: 'always', location: 'outputPane', message: expect.stringContaining(`one request every ${time} for this report`) });
		}
		expect(shown({ resource, whenTooSoon: 'stop' })).toEqual([]);
		expect(shown({ resource, whenTooSoon: '={{ "wait" }}' })).toHaveLength(1);
		expect(shown({ resource, whenTooSoon: '={{ $json.mode }}' })).toHaveLength(1);
	}
});
