import dns from 'node:dns';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

import { selfSigned } from './certificate.mts';
import { run } from './engine.mts';

/** Links whose names lead to the machine of n8n: the ERP itself is elsewhere by its name. Look-ups are the test's own. */

const ERP = 'erp.example.com';
const INSIDE = 'files.example.com';
const servers: Server[] = [];
let erp: string;
let inside: string;
let link: string;
let asked: string[];
let respond: RequestListener;

async function host(name: string, answer: RequestListener): Promise<string> {
	const server = createServer(selfSigned(name), answer);
	servers.push(server);
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	return `https://${name}:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
	const lookUp = dns.lookup;
	jest.spyOn(dns, 'lookup').mockImplementation(((name: string, options: object, done: (...all: unknown[]) => void) => {
		(lookUp as (...all: unknown[]) => void)(name.endsWith('.example.com') ? '127.0.0.1' : name, options, done);
	}) as never);
	erp = await host(ERP, ({ url }, response) => {
		if (url?.endsWith('.pdf')) return response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF of the ERP');
		if (url === '/on') return response.writeHead(302, { location: `${inside}/secret.pdf` }).end();
		return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([{ id_quitacao: '1', url_arquivo: link }]));
	});
	inside = await host(INSIDE, (request, response) => {
		asked.push(request.url as string);
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
	asked = [];
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

/** Newer engines than n8n 2.8's wrap what comes in, and hide the socket: there only the name of a host can be looked at. */
const onlyWithSocket = /n8n-2\.8|engine-2\.8/.test(process.env.N8N_ENGINE ?? '') ? test : test.skip;

onlyWithSocket.each<[string, RequestListener]>([
	['a file', (_request, response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF of this machine')],
	['a page', (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
	['a refusal', (_request, response) => response.writeHead(404).end()],
	['a failure, which would be tried again', (_request, response) => response.writeHead(503).end()],
	['too many', (_request, response) => response.writeHead(429, { 'retry-after': '9' }).end()],
	['a way on', (_request, response) => response.writeHead(302, { location: 'https://elsewhere.example.net/a.pdf' }).end()],
])('%s of a name that leads to this machine is not handed on, and nothing of it is told', async (_name, listener) => {
	respond = listener;
	const { error, items } = await download(`${inside}/secret.pdf`);
	expect(error?.message).toContain("'url_arquivo' in row 1 points to the machine that n8n runs on, so it was not followed");
	expect(items).toEqual([]);
	expect(asked).toEqual(['/secret.pdf']);
});

onlyWithSocket('nor where the ERP leads on to it', async () => {
	const { error } = await download(`${erp}/on`);
	expect(error?.message).toContain('points to the machine that n8n runs on');
});

test("the ERP's own files are taken, wherever its name leads", async () => {
	const { error, items } = await download(`${erp}/own.pdf`);
	expect(error).toBeUndefined();
	expect(Buffer.from(items[0].binary!.data.data, 'base64').toString()).toBe('%PDF of the ERP');
});

test('an answer need not be packed, since that would hide where it came from', async () => {
	let encodings: unknown;
	respond = ({ headers }, response) => {
		encodings = headers['accept-encoding'];
		response.writeHead(200).end('x');
	};
	await download(`${inside}/secret.pdf`);
	expect(encodings).toBe('identity');
});
