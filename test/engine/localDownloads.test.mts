import dns from 'node:dns';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

import { selfSigned } from './certificate.mts';
import { run } from './engine.mts';

/** Download links whose host names resolve to n8n's own machine. DNS lookups are mocked. */

const ERP = 'erp.example.com';
const LOCAL = 'files.example.com';
const servers: Server[] = [];
let erp: string;
let local: string;
let link: string;
let requested: string[];
let respond: RequestListener;

async function startHost(name: string, listener: RequestListener): Promise<string> {
	const server = createServer(selfSigned(name), listener);
	servers.push(server);
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	return `https://${name}:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
	const { lookup } = dns;
	jest.spyOn(dns, 'lookup').mockImplementation(((name: string, options: object, done: (...all: unknown[]) => void) => {
		(lookup as (...all: unknown[]) => void)(name.endsWith('.example.com') ? '127.0.0.1' : name, options, done);
	}) as never);
	erp = await startHost(ERP, ({ url }, response) => {
		if (url?.endsWith('.pdf')) return response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF of the ERP');
		if (url === '/redirect') return response.writeHead(302, { location: `${local}/secret.pdf` }).end();
		return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([{ id_quitacao: '1', url_arquivo: link }]));
	});
	local = await startHost(LOCAL, (request, response) => {
		requested.push(request.url as string);
		respond(request, response);
	});
});
afterAll(() => {
	jest.restoreAllMocks();
	for (const server of servers) {
		server.closeAllConnections();
		server.close();
	}
});
beforeEach(() => {
	requested = [];
	respond = (_request, response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF of this machine');
});

const download = async (url: string) => {
	link = url;
	return await run({
		node: 'erpDatacake',
		parameters: {
			resource: 'debtClearance', operation: 'getMany', document: '529.982.247-25', options: { downloadFiles: true },
			requestOptions: { allowUnauthorizedCerts: true },
		},
		credential: { baseUrl: erp, token: 'token-of-the-erp', requestsPerMinute: 1000 },
	});
};

/** Engines after n8n 2.8 wrap the response and hide its socket, so only the host name can be checked there. */
const onlyWithSocket = /n8n-2\.8|engine-2\.8/.test(process.env.N8N_ENGINE ?? '') ? test : test.skip;

onlyWithSocket.each<[string, RequestListener]>([
	['a file', (_request, response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF of this machine')],
	['a web page', (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
	['a 404', (_request, response) => response.writeHead(404).end()],
	['a 503, which would be retried', (_request, response) => response.writeHead(503).end()],
	['a 429', (_request, response) => response.writeHead(429, { 'retry-after': '9' }).end()],
	['a redirect', (_request, response) => response.writeHead(302, { location: 'https://elsewhere.example.net/a.pdf' }).end()],
])('%s of a host that resolves to this machine is not output, and nothing about it is revealed', async (_name, listener) => {
	respond = listener;
	const { error, items } = await download(`${local}/secret.pdf`);
	expect(error?.message).toContain("'url_arquivo' in row 1 points to the machine that n8n runs on, so it was not followed");
	expect(items).toEqual([]);
	expect(requested).toEqual(['/secret.pdf']);
});

onlyWithSocket('a redirect of the ERP to such a host is not followed', async () => {
	const { error } = await download(`${erp}/redirect`);
	expect(error?.message).toContain('points to the machine that n8n runs on');
});

test("the ERP's own files are downloaded wherever its name resolves to", async () => {
	const { error, items } = await download(`${erp}/own.pdf`);
	expect(error).toBeUndefined();
	expect(Buffer.from(items[0].binary!.data.data, 'base64').toString()).toBe('%PDF of the ERP');
});

test('uncompressed responses are requested, because decompression would hide the socket', async () => {
	let encodings: unknown;
	respond = ({ headers }, response) => {
		encodings = headers['accept-encoding'];
		response.writeHead(200).end('x');
	};
	await download(`${local}/secret.pdf`);
	expect(encodings).toBe('identity');
});
