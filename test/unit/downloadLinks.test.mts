import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { downloadUrl, readDownload } from '../../nodes/shared/http/download';
import { isSecure, isThisMachine } from '../../nodes/shared/http/hosts';

/** Links in a response must not point to the machine that n8n runs on. */

const loopbackHosts = [
	'127.0.0.1', '127.1.2.3', '127.255.255.254', '127.1', '0x7f.1', '0177.0.0.1', '2130706433', '0.0.0.0', '0', '0.1.2.3', 'localhost', 'LOCALHOST', 'localhost.',
	'x.localhost', 'a.b.localhost.', '127.0.0.1.', '[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::FFFF:127.9.9.9]',
	'[::ffff:0.0.0.0]', '[::127.0.0.1]', '[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]', '１２７.０.０.１', '[0:0:0:0:0:ffff:7f00:0001]',
];
const otherHosts = [
	'files.example.com', 'localhost.example.com', 'notlocalhost', '128.0.0.1', '1.127.0.1', '10.0.0.1', '192.168.0.1', '127.example.com', '[::2:1:1]', '[2001:db8::1]',
	'[2001:db8::7f00:1]', '[fe80::1]', '[::ffff:10.0.0.1]', '[64:ff9b::10.0.0.1]', '[::ffff:192.0.2.127]',
];

const link = (host: string) => `https://${host}:8443/a.pdf`;
const service = 'https://erp.example.com/api';

test.each(loopbackHosts)('%s is this machine', (host) => {
	expect(isThisMachine(new URL(link(host)).hostname)).toBe(true);
	expect(() => downloadUrl(link(host), "'x' in row 1", service)).toThrow("'x' in row 1 points to the machine that n8n runs on, so it was not followed");
});

test.each(otherHosts)('%s is not this machine', (host) => {
	expect(isThisMachine(new URL(link(host)).hostname)).toBe(false);
	expect(downloadUrl(link(host), "'x' in row 1", service).href).toBe(new URL(link(host)).href);
});

test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '::'])('%s is this machine, as a socket address', (address) => expect(isThisMachine(address)).toBe(true));
test.each(['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', ''])('"%s" is not this machine, as a socket address', (address) => expect(isThisMachine(address)).toBe(false));

test('allows links to this machine if the service runs on it', () => {
	expect(downloadUrl('http://127.0.0.1:8080/a.pdf', 'x', 'http://localhost:3000').port).toBe('8080');
	expect(downloadUrl('https://0.0.0.0/a.pdf', 'x', 'http://127.0.0.1:3000').hostname).toBe('0.0.0.0');
});

test('allows plain HTTP only to loopback addresses', () => {
	const secureHosts = ['127.0.0.1', '127.9.9.9', '[::1]', 'localhost', '0x7f.1'];
	for (const host of [...loopbackHosts, ...otherHosts]) {
		const url = new URL(`http://${host}/`);
		const isLoopback = /^(127(\.\d+){3}|\[::1\]|localhost)$/.test(url.hostname);
		expect({ host, isSecure: isSecure(url) }).toEqual({ host, isSecure: isLoopback });
	}
	expect(secureHosts.every((host) => isSecure(new URL(`http://${host}/`)))).toBe(true);
	expect(isSecure(new URL('https://files.example.com'))).toBe(true);
	expect(isSecure(new URL('ftp://127.0.0.1'))).toBe(false);
});

describe('a host name that resolves to this machine', () => {
	let server: Server;
	let port: number;
	beforeAll(async () => {
		server = createServer((_request, response) => response.end('content')).listen(0, '127.0.0.1');
		await new Promise((listening) => server.once('listening', listening));
		({ port } = server.address() as AddressInfo);
	});
	afterAll(() => server.close());

	const respond = async (status: number) => {
		const body = await new Promise<IncomingMessage>((resolve, reject) => get(`http://127.0.0.1:${port}/`, { agent: false }, resolve).on('error', reject));
		return { status, headers: { location: 'https://files.example.com/b' }, body };
	};
	const limits = { maxBytes: 1000, timeoutMs: 1000, networkOptions: {} };

	test.each([200, 302, 404, 429, 503])('is rejected before anything else, whatever the status: %i', async (status) => {
		const address = new URL(`http://files.example.com:${port}/a`);
		await expect(readDownload(await respond(status), address, "'x' of row 1", limits, service)).rejects.toThrow("'x' of row 1 points to the machine that n8n runs on");
	});

	test("is allowed for a proxy, for the service's own host, and for a service on this machine", async () => {
		const read = async (address: string, home: string) => await readDownload(await respond(200), new URL(address), 'x', limits, home);
		expect(await read('https://files.example.com/a', service)).toMatchObject({ content: Buffer.from('content') });
		expect(await read(`http://erp.example.com:${port}/a`, `http://erp.example.com:${port}`)).toMatchObject({ content: Buffer.from('content') });
		expect(await read(`http://files.example.com:${port}/a`, 'http://127.0.0.1:3000')).toMatchObject({ content: Buffer.from('content') });
	});
});
