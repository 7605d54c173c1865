import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { type Execution, foreignCaller, run, start, testCredential } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** Calls of other nodes with the credentials of this package, such as n8n's HTTP Request node, with the old and the new request helper. */

const WINDOW_MS = 500;
const KEY = 'key-of-foreign-calls';

let service: HotProfileService;
beforeEach(async () => {
	setTiming('WINDOW_MS', WINDOW_MS);
	setTiming('UNSEEN_CALL_MS', 500);
	// A new service for each test, so that calls of other tests do not fill its window.
	service = await startHotProfile({ limit: null, apiKey: KEY });
});
afterEach(async () => {
	restoreTiming();
	await service.close();
});

const PATH = '/rest_api/v1/clients/get_entry_list';
const credential = (more = {}) => ({ instance: service.url, apiKey: KEY, requestsPerMinute: 5, concurrentRequests: 2, probed: '', ...more });
const legacyRequest = (more = {}) => ({ uri: service.url + PATH, method: 'POST', form: { a: 1 }, json: true, timeout: 300_000, ...more });
const calls = (count: number, call: () => Promise<unknown>) => Promise.allSettled(Array.from({ length: count }, call));
const arrived = () => service.journal.map(({ path }) => (path === PATH ? 'n8n' : 'node'));
const readLeads = (items = 1) => ({ parameters: { resource: 'lead', operation: 'getMany', limit: 1 }, items: Array.from({ length: items }, () => ({})), credential: credential() });
const until = async (condition: () => boolean) => {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Legacy calls are queued per helpers object, if n8n passes its own. */
const forms = [['request', 'own'], ['request', 'fresh'], ['httpRequest', 'fresh']] as const;

describe.each(forms)('%s, with its %s helpers', (form, helpers) => {
	const caller = () => foreignCaller('hotProfileApi', credential(), form, helpers);
	const request = (more = {}) => (form === 'request' ? legacyRequest(more) : { url: service.url + PATH, method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: { a: 1 }, ...more });

	test('12 items stay within the limit, with one call each', async () => {
		const { call } = caller();
		const ends = await calls(12, async () => await call(request()));
		expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(12);
		expect(service.journal).toHaveLength(12);
		expect(service.figures(WINDOW_MS).worstWindow).toBeLessThanOrEqual(5);
	});

	test('a node with one item gets its turn in the next window, ahead of the rest of 12 calls', async () => {
		const { call } = caller();
		const all = calls(12, async () => await call(request()));
		await until(() => service.journal.length === 5);
		await run(readLeads());
		await all;
		// Five start at the same time and may arrive in any order.
		expect(arrived().indexOf('node')).toBeLessThan(10);
		expect(service.journal).toHaveLength(13);
	});

	test('one call gets its turn among 60 items of a node that together take longer than its timeout', async () => {
		const execution: Execution = start(readLeads(60));
		await until(() => service.journal.length >= 5);
		const { call } = caller();
		await call(request({ timeout: 6 * WINDOW_MS }));
		expect(arrived().indexOf('n8n')).toBeLessThan(15);
		execution.cancel();
		await execution.done;
	});

	test('a call that cannot start within its timeout fails with a message, unsent', async () => {
		const { call } = caller();
		const ends = await calls(12, async () => await call(request({ timeout: 3 * WINDOW_MS })));
		const refused = ends.filter((end) => end.status === 'rejected');
		expect(refused.length).toBeGreaterThan(0);
		expect(service.journal).toHaveLength(12 - refused.length);
		for (const { reason } of refused) {
			expect((reason as Error).message).toMatch(/^Nothing was sent because this request cannot start within its timeout of 2 s: it can start in \d s at the earliest\. Use the HotProfile node/);
		}
	});

	test('queued calls fail immediately, with a message, when the service asks for a pause of two hours', async () => {
		const { call } = caller();
		const all = calls(12, async () => await call(request()));
		await until(() => service.journal.length === 5);
		service.fault({ effect: 'status', status: 429, headers: { 'retry-after': '7200' }, path: 'leads', times: 1 } as never);
		await run(readLeads());
		const ends = await all;
		const refused = ends.filter((end) => end.status === 'rejected');
		expect(refused.length).toBeGreaterThan(0);
		for (const { reason } of refused) expect((reason as Error).message).toContain('it can start in 2 h at the earliest');
	});

	test('a 500 causes no further call', async () => {
		service.fault({ effect: 'status', status: 500, body: 'x' } as never);
		const { call } = caller();
		await expect(call(request())).rejects.toThrow();
		expect(service.journal).toHaveLength(1);
	});
});

test('a cancellation ends queued calls of the new helper', async () => {
	const { call, stop } = foreignCaller('hotProfileApi', credential(), 'httpRequest');
	const all = calls(20, async () => await call({ url: service.url + PATH, method: 'POST', body: { a: 1 } }));
	await until(() => service.journal.length === 5);
	stop();
	const ends = await all;
	expect(ends.filter(({ status }) => status === 'rejected').length).toBeGreaterThanOrEqual(15);
	expect(service.journal).toHaveLength(5);
	const last = ends.at(-1) as PromiseRejectedResult;
	expect((last.reason as Error).message).toContain('canceled while this request was queued. Nothing was sent');
});

describe('calls of the own nodes are counted once', () => {
	test.each(['request', 'credential'])('even if the mark on the %s is lost', async (lost) => {
		const { credentialTypes } = await import('./engine.mts');
		const type = credentialTypes.get('hotProfileApi')!;
		const { authenticate } = type;
		type.authenticate = async (data, request) =>
			await (authenticate as (...all: unknown[]) => Promise<never>).call(type, lost === 'credential' ? { ...data, probed: '' } : data, lost === 'request' ? Object.fromEntries(Object.entries(request)) : request);
		try {
			const { items, error } = await run({ ...readLeads(), credential: credential({ requestsPerMinute: 1, concurrentRequests: 1 }) });
			expect(error).toBeUndefined();
			expect(items).toHaveLength(1);
		} finally {
			type.authenticate = authenticate;
		}
	});
});

/** A host that redirects, and records what it receives. */
async function host(respond: (url: string) => { status: number; location?: string }) {
	const received: string[] = [];
	const server: Server = createServer(async (request, response) => {
		let body = '';
		for await (const chunk of request) body += chunk;
		received.push(`${request.url} ${`${request.url} ${JSON.stringify(request.rawHeaders)} ${body}`.includes(KEY) ? 'with' : 'without'} the key`);
		const { status, location } = respond(request.url as string);
		response.writeHead(status, { 'content-type': 'application/json', ...(location ? { location } : {}) }).end('{"fine":true}');
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, close: async () => await new Promise((done) => server.close(done)) };
}

describe('the key is sent only to its own host', () => {
	const types = {
		hotProfileApi: (own: string) => ({ instance: own, apiKey: KEY }),
		erpDatacakeApi: (own: string) => ({ baseUrl: own, token: KEY, headerName: 'X-Token', headerPrefix: '' }),
		crmZenApi: (own: string, path: string) => ({ totalsUrl: own + path, totalsToken: KEY, totalsWait: 0 }),
	};
	const statuses = [200, 301, 302, 303, 307, 308];
	const cases = (Object.keys(types) as Array<keyof typeof types>).flatMap((type) => (['request', 'httpRequest'] as const).map((form) => [type, form] as const));

	test.each(cases)('%s, %s', async (type, form) => {
		setTiming('UNSEEN_CALL_MS', 0);
		const other = await host(() => ({ status: 200 }));
		const own: Awaited<ReturnType<typeof host>> = await host((url) => {
			const [, target, status] = url.split('/');
			return { status: Number(status), location: `${target === 'own' ? own.url : other.url}/landed` };
		});
		const paths = ['own', 'other'].flatMap((target) => statuses.map((status) => `/${target}/${status}`));
		for (const path of paths) {
			const { call } = foreignCaller(type, { ...types[type](own.url, path), probed: '' }, form);
			// Versions 4.4 and 4.2 of the node, in this order.
			for (const sendCredentialsOnCrossOriginRedirect of [false, true]) {
				const more = { method: 'POST', sendCredentialsOnCrossOriginRedirect };
				const request = form === 'request' ? { uri: own.url + path, followRedirect: true, followAllRedirects: true, form: { a: 1 }, ...more } : { url: own.url + path, ...more };
				const status = await call(request).then(() => 200, () => 300);
				expect(status).toBe(path.endsWith('200') ? 200 : 300);
			}
			const otherHost = form === 'request' ? { uri: other.url + path } : { url: other.url + path };
			await expect(call({ ...otherHost, method: 'POST' })).rejects.toThrow(/This credential sends its (key|tokens?) only to/);
		}
		expect(other.received).toEqual([]);
		expect(own.received).toEqual(paths.flatMap((path) => Array(2).fill(`${path} with the key`)));
		await Promise.all([own.close(), other.close()]);
	});
});

describe('the credential test', () => {
	test('sends one call per test, and detects a revoked key immediately', async () => {
		await testCredential('hotProfileApi', credential());
		await testCredential('hotProfileApi', credential());
		expect(service.journal.map(({ path, body }) => ({ path, page: body.page }))).toEqual(Array(2).fill({ path: PATH, page: { number: '1', display_number: '1' } }));
		service.fault({ effect: 'keyRefused' });
		await expect(testCredential('hotProfileApi', credential())).rejects.toThrow('rejected the credential');
		expect(service.journal).toHaveLength(3);
	});

	test('fails if n8n passes no request helper', async () => {
		await expect(testCredential('hotProfileApi', credential(), { helpers: 'none' })).rejects.toThrow('The credential was not tested');
		expect(service.journal).toEqual([]);
	});

	test('succeeds if n8n blocks data URLs', async () => {
		await testCredential('hotProfileApi', credential(), { helpers: 'guarded' });
		// The second request goes to the host only, without the key.
		expect(service.journal.map(({ path, method, keyIn }) => ({ path, method, keyIn }))).toEqual([
			{ path: PATH, method: 'POST', keyIn: 'body' },
			{ path: '/', method: 'HEAD', keyIn: 'none' },
		]);
	});
});
