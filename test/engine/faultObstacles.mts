import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import tls, { createServer as createTlsServer } from 'node:tls';

import { selfSigned } from './certificate.mts';
import type { Obstacle } from './faults.mts';

/** Network faults between n8n and a service, made of real sockets, that count the connections they block. */

const LOOPBACK = '127.0.0.1';

export interface Route {
	/** Base URL that leads to the service through the obstacle. */
	base: string;
	/** Connections or DNS lookups that failed at the obstacle. */
	readonly blocked: number;
	/** Runs something through this route. */
	inside<Result>(work: () => Promise<Result>): Promise<Result>;
	close(): Promise<void>;
}

const listening = async (server: Server | HttpServer, port = 0, host = LOOPBACK): Promise<number> => {
	await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
	return (server.address() as AddressInfo).port;
};

const closed = async (server: Server | HttpServer): Promise<void> => {
	if ('closeAllConnections' in server) server.closeAllConnections();
	if (server.listening) await new Promise((resolve) => server.close(resolve));
};

/** Connections that were refused, by port. */
const refusals = new Map<number, () => void>();

const onSocket = (message: unknown): void => {
	const { socket } = message as { socket: Socket };
	socket.once('error', ({ code, port }: NodeJS.ErrnoException & { port?: number }) => {
		if (code === 'ECONNREFUSED') refusals.get(port ?? 0)?.();
	});
};

/** DNS lookups that fail, per async context. */
const failingLookups = new AsyncLocalStorage<{ left: number; failed: number }>();

/** Self-signed certificates to trust, by port. */
const trustedCertificates = new Map<number, string>();

/** Installs the hooks that count refused connections, fail DNS lookups and trust certificates. */
export function installHooks(): void {
	subscribe('net.client.socket', onSocket);
	const lookup = dns.lookup;
	jest.spyOn(dns, 'lookup').mockImplementation(((host: string, options: object, done: (error: Error) => void) => {
		const lookups = failingLookups.getStore();
		if (!lookups || host !== 'localhost' || lookups.left === 0) return (lookup as (...all: unknown[]) => void)(host, options, done);
		lookups.left--;
		lookups.failed++;
		const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: host });
		process.nextTick(done, error);
	}) as never);
	const connectTls = tls.connect;
	jest.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions, ...more: never[]) => {
		const ca = trustedCertificates.get(Number(options.port));
		return connectTls(ca ? { ...options, ca, checkServerIdentity: () => undefined } : options, ...more);
	}) as never);
}

export function removeHooks(): void {
	unsubscribe('net.client.socket', onSocket);
	jest.restoreAllMocks();
}

/** @param times number of connections that fail before the next ones reach the service */
export async function routeThrough(obstacle: Obstacle, service: string, times: number): Promise<Route> {
	if (obstacle === 'closedPort') return await closedPort(service, times);
	if (obstacle === 'unknownHost') return unknownHost(service, times);
	return obstacle === 'garbledTls' ? await garbledTls(service, times) : await untrusted(obstacle);
}

/** Outside the ephemeral ranges of operating systems, so that no other server takes the port while it is closed. */
let nextPort = 20_000 + (process.pid % 100) * 100;

/** Listens on a reserved port. */
async function listenReserved(server: Server): Promise<number> {
	return await listening(server, nextPort++).catch(async () => await listenReserved(server));
}

/** A port that opens after a number of connections have been refused. */
async function closedPort(service: string, times: number): Promise<Route> {
	const sockets = new Set<Socket>();
	const gate = createServer((socket) => {
		const onward = connect(Number(new URL(service).port), LOOPBACK);
		for (const one of [socket, onward]) sockets.add(one.on('error', () => {}));
		socket.pipe(onward).pipe(socket);
	});
	const port = await listenReserved(gate);
	await closed(gate);
	let blocked = 0;
	refusals.set(port, () => {
		if (++blocked === times) gate.listen(port, LOOPBACK);
	});
	return {
		base: `http://${LOOPBACK}:${port}`,
		get blocked() {
			return blocked;
		},
		inside: async (work) => await work(),
		async close() {
			refusals.delete(port);
			for (const socket of sockets) socket.destroy();
			await closed(gate);
		},
	};
}

/** A host name that can only be resolved after a number of lookups. */
function unknownHost(service: string, times: number): Route {
	const lookups = { left: times, failed: 0 };
	return {
		base: service.replace(LOOPBACK, 'localhost'),
		get blocked() {
			return lookups.failed;
		},
		inside: async (work) => await failingLookups.run(lookups, work),
		close: async () => {},
	};
}

/** A host without a trusted HTTPS connection. A request that got through would show up as an item that succeeds. */
async function untrusted(obstacle: 'selfSigned' | 'plainHttp'): Promise<Route> {
	const respond = (_request: unknown, response: { end(body: string): void }) => response.end('{}');
	const server = obstacle === 'selfSigned' ? createHttpsServer(selfSigned(LOOPBACK), respond) : createHttpServer(respond);
	let blocked = 0;
	server.on('connection', () => blocked++);
	return {
		base: `https://${LOOPBACK}:${await listening(server)}`,
		get blocked() {
			return blocked;
		},
		inside: async (work) => await work(),
		close: async () => await closed(server),
	};
}

/** An HTTPS route to the service. In the first connections, bytes that are not TLS replace the response. */
async function garbledTls(service: string, times: number): Promise<Route> {
	const identity = selfSigned(LOOPBACK);
	const sockets = new Set<Socket>();
	const track = <One extends Socket>(socket: One): One => {
		sockets.add(socket.on('error', () => {}));
		return socket;
	};
	/** Called when a response arrives, by the local port of the inner connection. */
	const garble = new Map<number, () => void>();
	const inner = createTlsServer(identity, (socket) => {
		const onward = track(connect(Number(new URL(service).port), LOOPBACK));
		track(socket).pipe(onward).pipe(socket);
		onward.once('data', () => garble.get(socket.remotePort as number)?.());
	});
	const innerPort = await listening(inner);
	let garbled = 0;
	const outer = createServer((socket) => {
		const onward = track(connect(innerPort, LOOPBACK));
		track(socket).pipe(onward).pipe(socket);
		if (garbled++ >= times) return;
		onward.once('connect', () => garble.set(onward.localPort as number, () => {
			onward.unpipe(socket);
			socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
		}));
	});
	const port = await listening(outer);
	trustedCertificates.set(port, identity.cert);
	return {
		base: `https://${LOOPBACK}:${port}`,
		blocked: 0,
		inside: async (work) => await work(),
		async close() {
			trustedCertificates.delete(port);
			for (const socket of sockets) socket.destroy();
			await Promise.all([closed(outer), closed(inner)]);
		},
	};
}

/** A host that records every request: URL, headers, body. */
export interface RecordingHost {
	url: string;
	readonly received: string[];
	close(): Promise<void>;
}

export async function startRecordingHost(): Promise<RecordingHost> {
	const received: string[] = [];
	const server = createHttpServer((request: IncomingMessage, response) => {
		const { method, url, rawHeaders } = request;
		let body = '';
		request.on('data', (part) => (body += String(part)));
		request.on('end', () => {
			received.push(JSON.stringify({ method, url, rawHeaders, body }));
			response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF');
		});
	});
	const port = await listening(server, 0, 'localhost');
	return { url: `http://localhost:${port}/elsewhere.pdf`, received, close: async () => await closed(server) };
}
