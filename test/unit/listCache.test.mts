import type { IDataObject } from 'n8n-workflow';

import { failureMessages, rowsIn } from '../../nodes/ErpDatacake/responses';
import { erpDatacake } from '../../nodes/ErpDatacake/service';
import { referenceLists } from '../../nodes/ErpDatacake/referenceLists';
import type { NodeContext } from '../../nodes/shared/http/cancellation';
import { readCachedList } from '../../nodes/shared/http/listCache';
import { findUnknownIds } from '../../nodes/shared/run/idChecks';

const { operation } = referenceLists.searchResellers;
type Response = { statusCode: number; body: unknown };

/** Creates the contexts of executions and editors, each with its own token and node. `calls` records which of them sent a request. */
function createCallers() {
	const calls: string[] = [];
	const caller = (token: string, respond: () => Response | Promise<Response>, { name = token, signal }: { name?: string; signal?: AbortSignal } = {}) =>
		({
			getCredentials: async () => ({ baseUrl: 'https://erp.example.com', token, requestsPerMinute: 1000, concurrentRequests: 20 }),
			getExecutionCancelSignal: () => signal,
			getNode: () => ({ name, type: 'erpDatacake', typeVersion: 1, position: [0, 0], parameters: {}, id: name }),
			getTimezone: () => 'utc',
			logger: { info: () => {} },
			helpers: {
				async httpRequestWithAuthentication() {
					calls.push(name);
					return { headers: {}, ...(await respond()) };
				},
			},
		}) as unknown as NodeContext;
	return { calls, caller };
}

const rows = [{ id_revendedor: '201', nome: 'Loja' }];
const respondOk = () => ({ statusCode: 200, body: rows });
const respondError = () => ({ statusCode: 400, body: { erro: 'Em manutenção' } });
const read = async (caller: NodeContext, more = {}) => await readCachedList(caller, erpDatacake, operation, more);

let clock: jest.SpyInstance<number, []>;
let elapsedMs = 0;
beforeEach(() => {
	const now = performance.now.bind(performance);
	clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + elapsedMs);
	// Lets the entries of the previous test expire.
	elapsedMs += 120_000;
});
afterEach(() => clock.mockRestore());

test('sends one request per account and minute', async () => {
	const { calls, caller } = createCallers();
	expect(await Promise.all([read(caller('one', respondOk)), read(caller('one', respondOk))])).toEqual([rows, rows]);
	elapsedMs += 59_000;
	await read(caller('one', respondOk));
	expect(calls).toHaveLength(1);
	elapsedMs += 2000;
	await read(caller('one', respondOk));
	await read(caller('two', respondOk));
	expect(calls).toEqual(['one', 'one', 'two']);
});

test('shares a read that takes longer than a minute until it ends', async () => {
	const { calls, caller } = createCallers();
	let respond = (_response: Response) => {};
	const slow = read(caller('slow', async () => await new Promise<Response>((resolve) => (respond = resolve))));
	await new Promise((resolve) => setTimeout(resolve, 10));
	elapsedMs += 90_000;
	const other = read(caller('slow', respondOk));
	await new Promise((resolve) => setTimeout(resolve, 10));
	respond(respondOk());
	expect(await Promise.all([slow, other])).toEqual([rows, rows]);
	expect(calls).toHaveLength(1);
});

test('keeps the lists of the 50 newest accounts', async () => {
	const { calls, caller } = createCallers();
	for (let account = 0; account < 100; account++) await read(caller(`token-${account}`, respondOk));
	calls.length = 0;
	for (const account of [50, 75, 99]) await read(caller(`token-${account}`, respondOk));
	expect(calls).toEqual([]);
	await read(caller('token-0', respondOk));
	expect(calls).toEqual(['token-0']);
});

test('reports a failure to each caller as an error of its own node, for one minute', async () => {
	const { calls, caller } = createCallers();
	const [one, two] = await Promise.allSettled([read(caller('bad', respondError, { name: 'Node 1' })), read(caller('bad', respondError, { name: 'Node 2' }))]);
	for (const [end, name] of [[one, 'Node 1'], [two, 'Node 2']] as const) {
		expect(end).toMatchObject({ status: 'rejected', reason: { message: 'Get many resellers: Em manutenção', node: { name } } });
	}
	await expect(read(caller('bad', respondOk))).rejects.toThrow('Em manutenção');
	expect(calls).toHaveLength(1);
	elapsedMs += 61_000;
	expect(await read(caller('bad', respondOk))).toEqual(rows);
});

test('retryFailed reads again after a failure, and the result is shared', async () => {
	const { calls, caller } = createCallers();
	await expect(read(caller('failing', respondError))).rejects.toThrow('Em manutenção');
	expect(await read(caller('failing', respondOk), { retryFailed: true })).toEqual(rows);
	expect(await read(caller('failing', respondError))).toEqual(rows);
	expect(calls).toHaveLength(2);
});

test('does not share a failure between different network options', async () => {
	const { calls, caller } = createCallers();
	await expect(read(caller('network', respondError), { networkOptions: { skipSslCertificateValidation: true } })).rejects.toThrow('Em manutenção');
	expect(await read(caller('network', respondOk))).toEqual(rows);
	expect(calls).toHaveLength(2);
});

test('a canceled caller stops waiting at once, and the others get the rows', async () => {
	const { calls, caller } = createCallers();
	let respond = (_response: Response) => {};
	const reader = read(caller('cancel-me', async () => await new Promise<Response>((resolve) => (respond = resolve))));
	const stop = new AbortController();
	const canceled = read(caller('cancel-me', respondOk, { signal: stop.signal }));
	const waiter = read(caller('cancel-me', respondOk));
	await new Promise((resolve) => setTimeout(resolve, 10));
	stop.abort();
	await expect(canceled).rejects.toThrow(/canceled/);
	await expect(read(caller('cancel-me', respondOk, { signal: stop.signal }))).rejects.toThrow(/canceled/);
	respond(respondOk());
	expect(await Promise.all([reader, waiter])).toEqual([rows, rows]);
	expect(calls).toHaveLength(1);
});

describe('large lists', () => {
	const resellers = (size: number) => Array.from({ length: size }, (_, id) => ({ id_revendedor: String(id), nome: `Loja ${id}` }));
	const timed = async (work: () => unknown) => {
		const from = performance.now();
		await work();
		return performance.now() - from;
	};

	test('looking up 2,000 IDs in 50,000 rows takes at most ten times as long as parsing their JSON', async () => {
		const body = JSON.stringify(resellers(50_000));
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
		['in a bare array', (all: IDataObject[]) => all],
		['under a key', (all: IDataObject[]) => ({ revendedores: all })],
		['under a key, with a message', (all: IDataObject[]) => ({ message: 'ok', status: 'ok', revendedores: all })],
		['beside another list', (all: IDataObject[]) => ({ revendedores: all, outros: all.map(({ nome }) => ({ nome })) })],
		['under numeric keys', (all: IDataObject[]) => Object.fromEntries(all.map((row, index) => [index, row]))],
		['in nested objects', (all: IDataObject[]) => ({ data: { result: { revendedores: all } } })],
	])('finding 50,000 rows %s takes at most five times as long as parsing their JSON', async (_name, wrap) => {
		const text = JSON.stringify(wrap(resellers(50_000)));
		let body: unknown;
		const parsing = await timed(() => (body = JSON.parse(text)));
		let foundRows: IDataObject[] | undefined;
		const finding = await timed(() => {
			const response = { status: 200, headers: {}, body };
			failureMessages(response, operation);
			foundRows = rowsIn(body, operation);
		});
		expect(foundRows).toHaveLength(50_000);
		expect(finding).toBeLessThan(Math.max(100, 5 * parsing));
	});
});
