import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject } from 'n8n-workflow';

import { erpOperations, everyErpField, startErpEcho } from '../allErpFields.mts';
import { everyField, startEcho } from '../allFields.mts';
import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { type Job, nodeType, run } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** Runs as an AI tool, with "Request Options" and with "On Error", and the summary after a run. */

const WINDOW_MS = 1000;
let service: HotProfileService;
let clientId: number;
beforeAll(async () => {
	setTiming('WINDOW_MS', WINDOW_MS);
	service = await startHotProfile({ limit: null });
	[clientId] = service.clients.keys();
});
beforeEach(() => service.reset());
afterAll(async () => {
	restoreTiming();
	await service.close();
});

const credential = (more = {}) => ({ instance: service.url, apiKey: service.apiKey, requestsPerMinute: 1000, concurrentRequests: 2, ...more });
const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `試験${index}` }));
const createLeads = (count: number, parameters = {}, more: Partial<Job> = {}): Job => ({
	parameters: { resource: 'lead', operation: 'create', clientId, familyName: '={{ $json.name }}', ...parameters },
	items: rows(count),
	credential: credential(),
	...more,
});

describe('as a tool of an AI agent', () => {
	test('HotProfile sends every field of its operations', async () => {
		const echo = await startEcho();
		try {
			for (const { path, parameters, pairs } of everyField(nodeType('hotProfile').description.properties)) {
				echo.received.length = 0;
				const { error } = await run({ node: 'hotProfileTool', parameters, credential: { instance: echo.url, apiKey: 'the-key' } });
				expect(error).toBeUndefined();
				expect(echo.received).toHaveLength(1);
				expect(echo.received[0].url).toBe(path);
				expect(echo.received[0].pairs.sort()).toEqual([...pairs, ['api_key', 'the-key']].sort());
			}
		} finally {
			await echo.close();
		}
	});

	test('ERP Datacake sends every field of its operations', async () => {
		const echo = await startErpEcho();
		try {
			for (const [resource, value, operation] of erpOperations) {
				echo.seen.length = 0;
				const { parameters, input } = everyErpField(nodeType('erpDatacake').description.properties, resource, value);
				const { error } = await run({ node: 'erpDatacakeTool', parameters, credential: { baseUrl: `${echo.url}/api/v1`, token: 'the-token', getInputIn: 'body', requestsPerMinute: 1000 } });
				expect(error).toBeUndefined();
				const calls = echo.seen.filter(({ path }) => path === `/api/v1${operation.path}`);
				expect(calls.map(({ method, body }) => [method, body ?? {}])).toEqual([[operation.method, input]]);
			}
		} finally {
			await echo.close();
		}
	});

	const runAgent = (calls: IDataObject[], more: Partial<Job> = {}) =>
		run(createLeads(1, { familyName: "={{ $fromAI('name') }}", toolDescription: 'Creates a lead' }, { node: 'hotProfileTool', calls, ...more }));

	test('three calls of an agent create three records', async () => {
		const { run: { data: { resultData } } } = await runAgent([{ name: '一' }, { name: '二' }, { name: '三' }]);
		const answers = resultData.runData.Agent[0].data?.main[0]?.map(({ json }) => json.answer) ?? [];
		expect(service.journal.map(({ stored }) => stored)).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
		expect(answers).toEqual(service.journal.map(({ stored }) => expect.stringContaining(String(stored))));
	});

	test('Retry On Fail does not repeat a call that may have stored a record', async () => {
		service.fault({ effect: 'resetAfterStore', times: 1 });
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		const { run: { data: { resultData } } } = await runAgent([{ name: '一' }, { name: '二' }], { settings });
		const answers = resultData.runData.Agent[0].data?.main[0]?.map(({ json }) => json.answer) ?? [];
		expect(service.journal).toHaveLength(2);
		expect(answers).toEqual([expect.stringMatching(/closed the connection.*The record may already exist/), expect.stringContaining(String(service.journal[1].stored))]);
	});

	test('a tool stays within the limit and rejects invalid input before any call', async () => {
		service.set({ limit: { maxCalls: 5, windowMs: WINDOW_MS, maxConcurrent: 1 } });
		const narrow = credential({ requestsPerMinute: 5, concurrentRequests: 1 });
		const { status } = await run(createLeads(8, {}, { node: 'hotProfileTool', credential: narrow }));
		expect(status).toBe('success');
		expect(service.figures(WINDOW_MS)).toMatchObject({ calls: 8, refused: 0, worstAtOnce: 1 });
		const { error } = await run(createLeads(1, { familyName: '={{ "" }}' }, { node: 'hotProfileTool' }));
		expect(error?.message).toContain("'Last Name' is required");
		expect(service.journal).toHaveLength(8);
	});
});

test('an output setting that cannot be resolved fails before any call', async () => {
	const echo = await startErpEcho();
	try {
		const parameters = { resource: 'ticket', operation: 'create', idCliente: '1', assunto: 'a', mensagem: 'b', options: { checkIds: false } };
		const job = (more: IDataObject): Job => ({
			node: 'erpDatacake', parameters: { ...parameters, ...more }, credential: { baseUrl: echo.url, token: 'the-token' },
		});
		for (const more of [{ output: "={{ $('Nowhere').item }}" }, { output: 'selectedFields', outputFields: "={{ $('Nowhere').item }}" }]) {
			expect((await run(job(more))).error?.message).toContain("node doesn't exist");
		}
		expect(echo.seen).toEqual([]);
	} finally {
		await echo.close();
	}
});

describe('the summary after a run', () => {
	const messages = async (job: Job) => (await run(job)).hints.map(({ message }) => message);

	test('reports the number of calls and the time spent waiting for the limit', async () => {
		const narrow = credential({ requestsPerMinute: 10 });
		expect(await messages(createLeads(25, {}, { credential: narrow }))).toEqual([
			expect.stringMatching(/^Sent 25 requests to HotProfile in \d+ s, including [12] s waiting for the rate limit of 10 requests per second\. HotProfile rejected none\.$/),
		]);
	});

	test('reports rejected calls', async () => {
		service.fault({ effect: '429', after: 2, times: 1, retryAfter: 'seconds', seconds: 1 });
		expect(await messages(createLeads(5))).toEqual([
			expect.stringMatching(/^Sent 6 requests to HotProfile in \d+ s.*\. HotProfile rejected 1 as too many requests; it was retried\.$/),
		]);
	});

	test('includes the calls of all attempts', async () => {
		service.fault({ effect: 'errorsText', times: 1 });
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		expect(await messages(createLeads(3, {}, { settings }))).toEqual([expect.stringMatching(/^Sent 4 requests to HotProfile/)]);
	});

	test('counts each page as a call', async () => {
		const read: Job = { parameters: { resource: 'lead', operation: 'getMany', returnAll: true }, credential: credential() };
		expect(await messages(read)).toEqual([expect.stringMatching(/^Sent 26 requests to HotProfile in \d+ s without waiting\. HotProfile rejected none\.$/)]);
	});

	test('is not shown for a single call without waiting', async () => {
		expect(await messages(createLeads(1))).toEqual([]);
	});
});

describe('"Request Options"', () => {
	test('batching spaces the items as in any declarative node', async () => {
		const batching = { batch: { batchSize: 2, batchInterval: 500 } };
		const { items } = await run(createLeads(5, { requestOptions: { batching } }));
		expect(items).toHaveLength(5);
		const [first, second, third, , fifth] = service.journal.map(({ at }) => at);
		expect(third - first).toBeGreaterThan(300);
		expect(fifth - third).toBeGreaterThan(300);
		expect(second - first).toBeLessThan(third - second);
	});

	test('a batch interval may be text from an expression', async () => {
		const batching = { batch: { batchSize: 1, batchInterval: '={{ "800" }}' } };
		await run(createLeads(2, { requestOptions: { batching } }));
		expect(service.journal[1].at - service.journal[0].at).toBeGreaterThan(600);
	});

	test('a timeout ends an unanswered call', async () => {
		service.fault({ effect: 'hang' });
		const { error } = await run(createLeads(1, { requestOptions: { timeout: 200 } }));
		expect(error?.message).toContain('did not respond in time');
	});

	describe('Proxy', () => {
		let proxy: Server;
		const proxied: string[] = [];
		beforeAll(async () => {
			proxy = createServer((incoming, outgoing) => {
				proxied.push(`${incoming.url} ${incoming.headers['proxy-authorization']}`);
				const { method, headers } = incoming;
				incoming.pipe(forward(incoming.url as string, { method, headers }, (response) => {
					outgoing.writeHead(response.statusCode as number, response.headers);
					response.pipe(outgoing);
				}));
			});
			await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready));
		});
		afterAll(() => proxy.close());

		test.each(['', 'http://'])('as %shost:port receives the calls', async (scheme) => {
			proxied.length = 0;
			const { port } = proxy.address() as AddressInfo;
			const { status } = await run(createLeads(1, { requestOptions: { proxy: `${scheme}user:secret%40@127.0.0.1:${port}` } }));
			expect(status).toBe('success');
			expect(service.journal).toHaveLength(1);
			const basic = `Basic ${Buffer.from('user:secret@').toString('base64')}`;
			expect(proxied).toEqual([`${service.url}/rest_api/v1/leads/create ${basic}`]);
		});

		test('with an invalid URL is rejected before any call', async () => {
			const { error } = await run(createLeads(1, { requestOptions: { proxy: 'no proxy' } }));
			expect(error?.message).toContain("'Proxy' under Request Options must be a valid URL");
			expect(service.journal).toEqual([]);
		});
	});
});

describe('with On Error: Continue', () => {
	const items = [{ name: '一' }, { name: '二' }, { name: '三' }];
	const failing = (onError: Job['onError']) => {
		service.fault({ effect: 'resetAfterStore', after: 1 });
		return createLeads(0, {}, { items, onError, credential: credential({ concurrentRequests: 1 }) });
	};
	const errorJson = {
		error: 'Create lead: HotProfile closed the connection before the response was complete [item 1]. The record may already exist. Check HotProfile before you retry this item',
	};

	test('a failed item says what happened and what to do, and stays linked to its input item', async () => {
		const outcome = await run(failing('continueRegularOutput'));
		expect(outcome.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(outcome.items[1].json).toEqual(errorJson);
	});

	test('an unusable credential is reported for every item', async () => {
		const { status, items: out } = await run(createLeads(2, {}, { onError: 'continueRegularOutput', credential: { instance: 'no host', apiKey: 'k' } }));
		expect(status).toBe('success');
		expect(out.map(({ json }) => json.error)).toEqual([expect.stringContaining("'Instance'"), expect.stringContaining("'Instance'")]);
	});

	test('a failed item goes to the error output, with its input data', async () => {
		const outcome = await run(failing('continueErrorOutput'));
		expect(outcome.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		const failed = outcome.run.data.resultData.runData.Node[0].data?.main[1];
		expect(failed?.map(({ json }) => json)).toEqual([{ name: '二', ...errorJson }]);
	});
});

test('one item returns 200,000 rows', async () => {
	const list = JSON.stringify(Array.from({ length: 200_000 }, (_, id) => ({ id, nome: `Produto ${id}` })));
	const erp = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(list));
	await new Promise<void>((ready) => erp.listen(0, '127.0.0.1', ready));
	try {
		const { port } = erp.address() as AddressInfo;
		const { error, items } = await run({
			node: 'erpDatacake',
			parameters: { resource: 'catalogue', operation: 'getManyProducts', returnAll: true, output: 'raw' },
			credential: { baseUrl: `http://127.0.0.1:${port}`, token: 'the-token' },
		});
		expect(error).toBeUndefined();
		expect(items).toHaveLength(200_000);
		expect(items[199_999]).toEqual({ json: { id: 199_999, nome: 'Produto 199999' }, pairedItem: { item: 0 } });
	} finally {
		erp.close();
	}
});
