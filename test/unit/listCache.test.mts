import type { IDataObject } from 'n8n-workflow';

import { failureMessages, rowsIn } from '../../nodes/ErpDatacake/responses';
import { erpDatacake } from '../../nodes/ErpDatacake/service';
import { referenceLists } from '../../nodes/ErpDatacake/referenceLists';
import type { NodeContext } from '../../nodes/shared/http/cancellation';
import { readCachedList } from '../../nodes/shared/http/listCache';
import { findUnknownIds } from '../../nodes/shared/run/idChecks';

const { operation } = referenceLists.searchResellers;
type Answer = { statusCode: number; body: unknown };

/** Stands for an execution or an editor with a token and a node of its own; `calls` notes who really asked. */
function callers() {
	const calls: string[] = [];
	const caller = (token: string, answer: () => Answer | Promise<Answer>, { name = token, signal }: { name?: string; signal?: AbortSignal } = {}) =>
		({
			getCredentials: async () => ({ baseUrl: 'https://erp.example.com', token, requestsPerMinute: 1000, concurrentRequests: 20 }),
			getExecutionCancelSignal: () => signal,
			getNode: () => ({ name, type: 'erpDatacake', typeVersion: 1, position: [0, 0], parameters: {}, id: name }),
			getTimezone: () => 'utc',
			logger: { info: () => {} },
			helpers: {
				async httpRequestWithAuthentication() {
					calls.push(name);
					return { headers: {}, ...(await answer()) };
				},
			},
		}) as unknown as NodeContext;
	return { calls, caller };
}

const rows = [{ id_revendedor: '201', nome: 'Loja' }];
const well = () => ({ statusCode: 200, body: rows });
const badly = () => ({ statusCode: 400, body: { erro: 'Em manutenção' } });
const read = async (caller: NodeContext, more = {}) => await readCachedList(caller, erpDatacake, operation, more);

let clock: jest.SpyInstance<number, []>;
let passed = 0;
beforeEach(() => {
	const now = performance.now.bind(performance);
	clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + passed);
	// Nothing is known from the test before.
	passed += 120_000;
});
afterEach(() => clock.mockRestore());

test('one call in a minute for each account, and a new one after it', async () => {
	const { calls, caller } = callers();
	expect(await Promise.all([read(caller('one', well)), read(caller('one', well))])).toEqual([rows, rows]);
	passed += 59_000;
	await read(caller('one', well));
	expect(calls).toHaveLength(1);
	passed += 2000;
	await read(caller('one', well));
	await read(caller('two', well));
	expect(calls).toEqual(['one', 'one', 'two']);
});

test('a read that takes longer than a minute is shared until it ends', async () => {
	const { calls, caller } = callers();
	let answer = (_answer: Answer) => {};
	const slow = read(caller('slow', async () => await new Promise<Answer>((resolve) => (answer = resolve))));
	await new Promise((resolve) => setTimeout(resolve, 10));
	passed += 90_000;
	const other = read(caller('slow', well));
	await new Promise((resolve) => setTimeout(resolve, 10));
	answer(well());
	expect(await Promise.all([slow, other])).toEqual([rows, rows]);
	expect(calls).toHaveLength(1);
});

test('of a hundred accounts the newest fifty are kept', async () => {
	const { calls, caller } = callers();
	for (let account = 0; account < 100; account++) await read(caller(`token-${account}`, well));
	calls.length = 0;
	for (const account of [50, 75, 99]) await read(caller(`token-${account}`, well));
	expect(calls).toEqual([]);
	await read(caller('token-0', well));
	expect(calls).toEqual(['token-0']);
});

test('a failure is told to each caller in its own words, and not kept beyond its minute', async () => {
	const { calls, caller } = callers();
	const [one, two] = await Promise.allSettled([read(caller('bad', badly, { name: 'Node 1' })), read(caller('bad', badly, { name: 'Node 2' }))]);
	for (const [end, name] of [[one, 'Node 1'], [two, 'Node 2']] as const) {
		expect(end).toMatchObject({ status: 'rejected', reason: { message: 'Get many resellers: Em manutenção', node: { name } } });
	}
	await expect(read(caller('bad', well))).rejects.toThrow('Em manutenção');
	expect(calls).toHaveLength(1);
	passed += 61_000;
	expect(await read(caller('bad', well))).toEqual(rows);
});

test('who insists reads again after a failure, and everybody has it then', async () => {
	const { calls, caller } = callers();
	await expect(read(caller('sick', badly))).rejects.toThrow('Em manutenção');
	expect(await read(caller('sick', well), { retryFailed: true })).toEqual(rows);
	expect(await read(caller('sick', badly))).toEqual(rows);
	expect(calls).toHaveLength(2);
});

test('a failure through a proxy is not that of those who go without it', async () => {
	const { calls, caller } = callers();
	await expect(read(caller('way', badly), { networkOptions: { skipSslCertificateValidation: true } })).rejects.toThrow('Em manutenção');
	expect(await read(caller('way', well))).toEqual(rows);
	expect(calls).toHaveLength(2);
});

test('who is canceled while another one reads is told so at once; the others get the rows', async () => {
	const { calls, caller } = callers();
	let answer = (_answer: Answer) => {};
	const reader = read(caller('cancel-me', async () => await new Promise<Answer>((resolve) => (answer = resolve))));
	const stop = new AbortController();
	const canceled = read(caller('cancel-me', well, { signal: stop.signal }));
	const waiter = read(caller('cancel-me', well));
	await new Promise((resolve) => setTimeout(resolve, 10));
	stop.abort();
	await expect(canceled).rejects.toThrow(/canceled/);
	await expect(read(caller('cancel-me', well, { signal: stop.signal }))).rejects.toThrow(/canceled/);
	answer(well());
	expect(await Promise.all([reader, waiter])).toEqual([rows, rows]);
	expect(calls).toHaveLength(1);
});

describe('large lists', () => {
	const many = (size: number) => Array.from({ length: size }, (_, id) => ({ id_revendedor: String(id), nome: `Loja ${id}` }));
	const timed = async (work: () => unknown) => {
		const from = performance.now();
		await work();
		return performance.now() - from;
	};

	test('2,000 ids are looked up in 50,000 rows in no more than what reading the JSON of the rows takes, some ten times', async () => {
		const body = JSON.stringify(many(50_000));
		let list: IDataObject[] = [];
		const parsing = await timed(() => (list = JSON.parse(body)));
		const fields = [{ wire: 'id_revendedor', kind: 'reference', label: 'Reseller', picker: 'searchResellers' }];
		const ids = Array.from({ length: 2000 }, (_, index) => ({ id_revendedor: String(49_000 + index) }));
		let problems: string[] = [];
		const checking = await timed(async () => {
			problems = (await Promise.all(ids.map(async (values) => await findUnknownIds(fields as never, values, referenceLists, async () => list)))).flat();
		});
		expect(problems).toHaveLength(1000);
		expect(checking).toBeLessThan(Math.max(200, 10 * parsing));
	});

	test.each([
		['bare', (all: IDataObject[]) => all],
		['under a key', (all: IDataObject[]) => ({ revendedores: all })],
		['under a key, with a message', (all: IDataObject[]) => ({ message: 'ok', status: 'ok', revendedores: all })],
		['beside another list', (all: IDataObject[]) => ({ revendedores: all, outros: all.map(({ nome }) => ({ nome })) })],
		['under numbers', (all: IDataObject[]) => Object.fromEntries(all.map((row, index) => [index, row]))],
		['deep inside', (all: IDataObject[]) => ({ data: { result: { revendedores: all } } })],
	])('an answer of 50,000 rows %s is understood in no more than what reading its JSON takes, some few times', async (_name, wrap) => {
		const text = JSON.stringify(wrap(many(50_000)));
		let body: unknown;
		const parsing = await timed(() => (body = JSON.parse(text)));
		let found: IDataObject[] | undefined;
		const understanding = await timed(() => {
			const answer = { status: 200, headers: {}, body };
			failureMessages(answer, operation);
			found = rowsIn(body, operation);
		});
		expect(found).toHaveLength(50_000);
		expect(understanding).toBeLessThan(Math.max(100, 5 * parsing));
	});
});
