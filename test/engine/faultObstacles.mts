import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import tls, { createServer as createTlsServer } from 'node:tls';

import { selfSigned } from './certificate.mts';
import type { Obstacle } from './faults.mts';

/** Obstacles between n8n and a service, made of real sockets, that count the connections they stop. */

const LOOPBACK = '127.0.0.1';

export interface Route {
	/** Base URL that leads to the service through the obstacle. */
	base: string;
	/** Connections or DNS lookups that ended at the obstacle. */
	readonly stopped: number;
	/** Runs something that takes this route. */
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

/** DNS lookups that are to fail, for whatever runs inside. */
const failingLookups = new AsyncLocalStorage<{ left: number; failed: number }>();

/** Self-signed certificates to trust, by port. */
const trustedCertificates = new Map<number, string>();

/** Installs the hooks that count refused connections, fail DNS lookups and trust certificates. */
export function watch(): void {
	subscribe('net.client.socket', onSocket);
	const lookup = dns.lookup;
	jest.spyOn(dns, 'lookup').mockImplementation(((host: string, options: object, done: (error: Error) => void) => {
		const order = failingLookups.getStore();
		if (!order || host !== 'localhost' || order.left === 0) return (lookup as (...all: unknown[]) => void)(host, options, done);
		order.left--;
		order.failed++;
		const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: host });
		process.nextTick(done, error);
	}) as never);
	const connectTls = tls.connect;
	jest.spyOn(tls, 'connect').mockImplementation(((options: tls.ConnectionOptions, ...more: never[]) => {
		const ca = trustedCertificates.get(Number(options.port));
		return connectTls(ca ? { ...options, ca, checkServerIdentity: () => undefined } : options, ...more);
	}) as never);
}

export function unwatch(): void {
	unsubscribe('net.client.socket', onSocket);
	jest.restoreAllMocks();
}

/** @param times so many connections end at the obstacle; the next ones reach the service */
export async function routeThrough(obstacle: Obstacle, service: string, times: number): Promise<Route> {
	if (obstacle === 'closedPort') return await closedPort(service, times);
	if (obstacle === 'unknownHost') return unknownHost(service, times);
	return obstacle === 'garbledTls' ? await garbledTls(service, times) : await notTrusted(obstacle);
}

/** Outside the ranges from which systems give ports away, so that no other server gets one while it is closed. */
let nextPort = 20_000 + (process.pid % 100) * 100;

/** Listens on a port of our own. */
async function claim(server: Server): Promise<number> {
	return await listening(server, nextPort++).catch(async () => await claim(server));
}

/** A port that is closed until so many connections have been refused. */
async function closedPort(service: string, times: number): Promise<Route> {
	const sockets = new Set<Socket>();
	const gate = createServer((socket) => {
		const onward = connect(Number(new URL(service).port), LOOPBACK);
		for (const one of [socket, onward]) sockets.add(one.on('error', () => {}));
		socket.pipe(onward).pipe(socket);
	});
	const port = await claim(gate);
	await closed(gate);
	let stopped = 0;
	refusals.set(port, () => {
		if (++stopped === times) gate.listen(port, LOOPBACK);
	});
	return {
		base: `http://${LOOPBACK}:${port}`,
		get stopped() {
			return stopped;
		},
		inside: async (work) => await work(),
		async close() {
			refusals.delete(port);
			for (const socket of sockets) socket.destroy();
			await closed(gate);
		},
	};
}

/** A host name that cannot be resolved at first. */
function unknownHost(service: string, times: number): Route {
	const order = { left: times, failed: 0 };
	return {
		base: service.replace(LOOPBACK, 'localhost'),
		get stopped() {
			return order.failed;
		},
		inside: async (work) => await failingLookups.run(order, work),
		close: async () => {},
	};
}

/** A host without a trustworthy https connection. A request that got through would be answered, and show as an item that succeeds. */
async function notTrusted(obstacle: 'selfSigned' | 'plainHttp'): Promise<Route> {
	const answer = (_request: unknown, response: { end(body: string): void }) => response.end('{}');
	const server = obstacle === 'selfSigned' ? createHttpsServer(selfSigned(LOOPBACK), answer) : createHttpServer(answer);
	let stopped = 0;
	server.on('connection', () => stopped++);
	return {
		base: `https://${LOOPBACK}:${await listening(server)}`,
		get stopped() {
			return stopped;
		},
		inside: async (work) => await work(),
		close: async () => await closed(server),
	};
}

/** An https route to the service. In the first connections, bytes that are not TLS replace the response. */
async function garbledTls(service: string, times: number): Promise<Route> {
	const identity = selfSigned(LOOPBACK);
	const sockets = new Set<Socket>();
	const kept = <One extends Socket>(socket: One): One => {
		sockets.add(socket.on('error', () => {}));
		return socket;
	};
	/** What to do when a response arrives, by the port of the connection's inner half. */
	const garble = new Map<number, () => void>();
	const inner = createTlsServer(identity, (socket) => {
		const onward = kept(connect(Number(new URL(service).port), LOOPBACK));
		kept(socket).pipe(onward).pipe(socket);
		onward.once('data', () => garble.get(socket.remotePort as number)?.());
	});
	const innerPort = await listening(inner);
	let garbled = 0;
	const outer = createServer((socket) => {
		const onward = kept(connect(innerPort, LOOPBACK));
		kept(socket).pipe(onward).pipe(socket);
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
		stopped: 0,
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
