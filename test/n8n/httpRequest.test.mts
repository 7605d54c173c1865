import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { executeWorkflow } from '../../scripts/n8n/commandLine.mts';
import { Rest } from '../../scripts/n8n/rest.mts';
import { testBed } from './testBed.mts';

/** n8n's HTTP Request node with each credential: which hosts receive the key, and what the node returns. */

const KEY = 'key-of-http-request-7';
const VERSIONS = [4.2, 4.4];
const REDIRECTS = [301, 302, 303, 307, 308];

interface Received {
	path: string;
	hasKey: boolean;
}

/** A host that records what it receives. `/<status>/<own or other>/...` redirects. */
async function startHost(name: string, redirectTargets: () => Record<string, string>) {
	const received: Received[] = [];
	const server: Server = createServer(async (request: IncomingMessage, response) => {
		let body = '';
		for await (const chunk of request) body += chunk;
		const url = request.url as string;
		received.push({ path: url.split('?')[0], hasKey: `${url} ${JSON.stringify(request.rawHeaders)} ${body}`.includes(KEY) });
		const [, status, target] = /^\/(\d{3})\/(\w+)/.exec(url) ?? [];
		if (target) response.writeHead(Number(status), { location: `${redirectTargets()[target]}/landed${url}` }).end();
		else response.writeHead(200, { 'content-type': 'application/json' }).end('{"fine":true}');
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	return { url: `http://${name}:${(server.address() as AddressInfo).port}`, received, close: () => server.close() };
}

let own: Awaited<ReturnType<typeof startHost>>;
let other: Awaited<ReturnType<typeof startHost>>;
let rest: Rest;
const { n8n, userFolder, url } = testBed();

beforeAll(async () => {
	const both = () => ({ own: own.url, other: other.url });
	own = await startHost('127.0.0.1', both);
	other = await startHost('localhost', both);
	rest = await Rest.signIn(url);
});
afterAll(() => [own, other].forEach(({ close }) => close()));

const services = {
	hotProfileApi: { method: 'POST', data: (_target: string) => ({ instance: own.url, apiKey: KEY }) },
	// A custom header, because n8n itself removes Authorization on redirects to another host.
	erpDatacakeApi: { method: 'GET', data: (_target: string) => ({ baseUrl: `${own.url}/api`, token: KEY, headerName: 'X-Token', headerPrefix: '' }) },
	// Each case is a separate report, or each would wait for the previous one.
	crmZenApi: { method: 'GET', data: (target: string) => ({ totalsUrl: target.replace(other.url, own.url), totalsToken: KEY }) },
};
type Type = keyof typeof services;

const store = async (type: string, data: object) => await rest.call<{ id: string; name: string }>('POST', '/credentials', { name: `${type} for HTTP Request`, type, data });

let count = 0;
const trigger = { id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} };

function requestNode(name: string, version: number, type: Type, target: string, credential: object, more: object = {}) {
	const form = { sendBody: true, contentType: 'form-urlencoded', bodyParameters: { parameters: [{ name: 'a', value: '1' }] } };
	const { method } = services[type];
	return {
		id: String(++count), name, type: 'n8n-nodes-base.httpRequest', typeVersion: version, position: [200, 0], onError: 'continueRegularOutput',
		parameters: {
			method, url: target, authentication: 'predefinedCredentialType', nodeCredentialType: type,
			...(method === 'POST' ? form : {}), options: {}, ...more,
		},
		credentials: { [type]: credential },
	};
}

const to = (node: string) => ({ node, type: 'main', index: 0 });

async function execute(nodes: Array<{ name: string }>, connections?: object) {
	const workflow = await rest.call<{ id: string }>('POST', '/workflows', {
		name: 'HTTP Request', settings: {}, nodes: [trigger, ...nodes],
		connections: connections ?? { Start: { main: [nodes.map(({ name }) => to(name))] } },
	});
	return (await executeWorkflow(n8n, userFolder, workflow.id)).data.resultData;
}

const paths = ['/ok', ...REDIRECTS.flatMap((status) => [`/${status}/own`, `/${status}/other`])];

test('the key is sent only to its own host, whatever a host responds', async () => {
	const nodes = [];
	for (const type of Object.keys(services) as Type[]) {
		const shared = type === 'crmZenApi' ? undefined : await store(type, services[type].data(''));
		for (const version of VERSIONS) {
			for (const target of [...paths.map((path) => own.url + path), `${other.url}/ok`]) {
				const requestUrl = `${target}/${type}/${version}`;
				const credential = shared ?? (await store(type, services[type].data(requestUrl)));
				const name = `${type} ${version} ${target.startsWith(own.url) ? 'own' : 'other'} ${target.slice(target.indexOf('/', 7))}`;
				nodes.push(requestNode(name, version, type, requestUrl, credential));
			}
		}
	}
	const { runData, error } = await execute(nodes);
	expect(error).toBeUndefined();

	const outputOf = (name: string) => JSON.stringify(runData[name][0].data!.main[0].map(({ json }) => json));
	for (const type of Object.keys(services)) {
		for (const version of VERSIONS) {
			expect(outputOf(`${type} ${version} own /ok`)).toBe('[{"fine":true}]');
			expect(outputOf(`${type} ${version} other /ok`)).toMatch(/This credential sends its (key|tokens?) only to .*, not to /);
			for (const status of REDIRECTS) {
				for (const redirectTarget of ['own', 'other']) expect(outputOf(`${type} ${version} own /${status}/${redirectTarget}`)).toContain(String(status));
			}
		}
	}
	expect(other.received).toEqual([]);
	const expected = Object.keys(services).flatMap((type) => VERSIONS.flatMap((version) => paths.map((path) => `${path}/${type}/${version}`)));
	expect(own.received.map(({ path }) => path).sort()).toEqual(expected.sort());
	expect(own.received.filter(({ hasKey }) => !hasKey)).toEqual([]);
	expect(JSON.stringify(runData)).not.toContain(KEY);
});

test('a HotProfile node with one item gets its turn among 20 calls of an HTTP Request node', async () => {
	const sandbox = await startHotProfile({ limit: null });
	const credential = await store('hotProfileApi', { instance: sandbox.url, apiKey: sandbox.apiKey, requestsPerMinute: 5, concurrentRequests: 1 });
	const items = { id: 'many', name: 'Many', type: 'n8n-nodes-base.code', typeVersion: 2, position: [100, 0], parameters: { jsCode: 'return Array.from({ length: 20 }, (_, n) => ({ json: { n } }))' } };
	const path = '/rest_api/v1/clients/get_entry_list';
	const many = requestNode('HTTP', 4.2, 'hotProfileApi', sandbox.url + path, credential);
	const one = {
		id: 'one', name: 'One', type: 'n8n-nodes-hotprofile-datacake-zen.hotProfile', typeVersion: 1, position: [200, 100],
		parameters: { resource: 'lead', operation: 'getMany', limit: 1 }, credentials: { hotProfileApi: credential },
	};
	const createWorkflow = async (nodes: object[], connections: object) =>
		await rest.call<{ id: string }>('POST', '/workflows', { name: 'Turns', settings: {}, nodes: [trigger, ...nodes], connections });
	const run = async (workflow: { id: string }) =>
		await rest.call<{ executionId: string }>('POST', `/workflows/${workflow.id}/run`, { workflowData: workflow, triggerToStartFrom: { name: 'Start' } });
	const first = await run(await createWorkflow([items, many], { Start: { main: [[to('Many')]] }, Many: { main: [[to('HTTP')]] } }));
	const until = async (condition: () => boolean, timeoutMs: number) => {
		for (const end = Date.now() + timeoutMs; !condition() && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 50));
	};
	await until(() => sandbox.journal.length >= 5, 60_000);
	await run(await createWorkflow([one], { Start: { main: [[to('One')]] } }));
	await until(() => sandbox.journal.some(({ path }) => path.includes('/leads/')), 200_000);
	const order = sandbox.journal.map(({ path }) => (path.includes('/leads/') ? 'node' : 'HTTP'));
	await rest.call('POST', `/executions/${first.executionId}/stop`);
	await sandbox.close();
	console.info('Order of arrival:', order.join(' '));
	expect(order.indexOf('node')).toBeGreaterThanOrEqual(5);
	// Five calls fill the first window, and the next five start together.
	expect(order.indexOf('node')).toBeLessThan(10);
});
