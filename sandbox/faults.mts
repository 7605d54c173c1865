import type { ServerResponse } from 'node:http';
import type { Pair, ParsedRequest } from './parseRequest.mts';

/** A service's response to a call. */
export interface ServiceResponse {
	status: number;
	/** An object is sent as JSON, text is sent unchanged. */
	body?: unknown;
	headers?: Record<string, string>;
	/** What was wrong with the call, in plain English. */
	reason?: string;
	/** Id of the record that the call created or changed. */
	stored?: number;
	/** Sends the response in a broken way. */
	send?: (response: ServerResponse, page: WireResponse) => void;
}

/** A response as it is sent over the wire. */
export interface WireResponse {
	status: number;
	headers: Record<string, string>;
	text: string;
}

export type RetryAfter = 'seconds' | 'date' | 'none';

/** A fault to simulate. */
export interface Fault<Effect extends string = string> {
	effect: Effect;
	/** A regular expression for the path of the calls to fail (all by default). */
	path?: string | RegExp;
	/** A regular expression for their parameters, one line name=value each (all by default). */
	values?: string | RegExp;
	/** How many matching calls succeed first (0 by default). */
	after?: number;
	/** How many calls then fail (1 by default). */
	times?: number;
	/** Whether the call is executed before it fails (each effect has its own default). */
	store?: boolean;
	/** `status`, `keyRefused`, `redirect`: the status of the response. */
	status?: number;
	/** `status`, `html`: the body, an object for JSON. */
	body?: unknown;
	/** `status`: more headers. */
	headers?: Record<string, string>;
	/** `429`: the form of the Retry-After header, and its duration. */
	retryAfter?: RetryAfter;
	seconds?: number;
	/** `redirect`: where to. */
	location?: string;
	/** `trickle`: milliseconds between two chunks of the response. */
	pauseMs?: number;
	/** `errorsList`, `errorsHash`, `errorsText`, `tooMany`: the error messages. */
	sentences?: string[];
	/** `grow`: how many records are added after each page; `lyingTotal`: the wrong total. */
	records?: number;
}

/**
 * One kind of fault. `handle` executes the call as usual, including any write; an effect that does not call it
 * leaves the records unchanged.
 */
export type Effect = (input: { fault: Fault; received: ParsedRequest; handle: (received?: ParsedRequest) => ServiceResponse }) => ServiceResponse;

/** A call's parameters, one line name=value each. */
export const toLines = (pairs: Pair[]): string[] => pairs.map(([name, value]) => `${name}=${value}`);

/** The pending faults, oldest first. */
export class FaultQueue {
	private pending: { fault: Fault; path: RegExp; values: RegExp; after: number; times: number }[] = [];

	add(fault: Fault): void {
		const { path = '', values = '', after = 0, times = 1 } = fault;
		this.pending.push({ fault, path: new RegExp(path), values: new RegExp(values, 'm'), after, times });
	}

	/** Takes the fault that applies to a call, if any. */
	take({ path, queryPairs, bodyPairs }: ParsedRequest): Fault | undefined {
		if (this.pending.length === 0) return undefined;
		const values = toLines([...queryPairs, ...bodyPairs]).join('\n');
		for (const entry of this.pending) {
			if (!entry.path.test(path) || !entry.values.test(values)) continue;
			if (entry.after > 0) {
				entry.after -= 1;
				continue;
			}
			entry.times -= 1;
			if (entry.times <= 0) this.pending = this.pending.filter((other) => other !== entry);
			return entry.fault;
		}
		return undefined;
	}

	clear(): void {
		this.pending = [];
	}
}

/** The Retry-After header for a wait. */
export function retryAfterHeader(form: RetryAfter, waitMs: number): Record<string, string> {
	if (form === 'none') return {};
	if (form === 'seconds') return { 'retry-after': String(Math.ceil(waitMs / 1000)) };
	// HTTP dates have whole seconds, so the time is rounded up.
	return { 'retry-after': new Date(Math.ceil((Date.now() + waitMs) / 1000) * 1000).toUTCString() };
}

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html; charset=utf-8';

/** A response as it is sent over the wire. */
export function toWireResponse({ status, body, headers }: ServiceResponse): WireResponse {
	const isText = typeof body === 'string';
	const text = isText ? body : body === undefined ? '' : JSON.stringify(body);
	return { status, text, headers: { 'content-type': isText ? HTML_TYPE : JSON_TYPE, ...headers } };
}

const HTML = '<!DOCTYPE html><html lang="ja"><head><title>メンテナンス中</title></head><body><h1>ただいまメンテナンス中です</h1></body></html>';

const resetConnection = (response: ServerResponse) => response.socket?.resetAndDestroy();

/** Faults that can occur at every service. */
export const commonEffects = {
	/** Any status with any body. */
	status: ({ fault: { status = 500, body = HTML, headers } }) => ({ status, body, headers }),
	/** Resets the connection before the call is executed. */
	resetBeforeStore: () => ({ status: 0, send: resetConnection }),
	/** Executes the call, then resets the connection without a response. */
	resetAfterStore: ({ handle }) => ({ ...handle(), status: 0, send: resetConnection }),
	/** Never responds. */
	hang: () => ({ status: 0, send: () => {} }),
	/** A web page where JSON is expected. */
	html: ({ fault: { body = HTML } }) => ({ status: 200, body }),
	/** No body at all. */
	empty: () => ({ status: 200 }),
	/** Half of the JSON, with a length that fits the half. */
	cut: ({ handle }) => {
		const { text, ...response } = toWireResponse(handle());
		return { ...response, body: text.slice(0, text.length / 2) };
	},
	/** Announces more bytes than it sends. */
	wrongLength: ({ handle }) => ({
		...handle(),
		send: (response, { status, headers, text }) => {
			const length = String(Buffer.byteLength(text) + 100);
			response.writeHead(status, { ...headers, 'content-length': length });
			response.write(text, () => response.socket?.end());
		},
	}),
	/** Sends the response in small chunks that also split characters. */
	trickle: ({ fault: { pauseMs = 5 }, handle }) => ({
		...handle(),
		send: (response, { status, headers, text }) => trickle(response, { status, headers, text }, pauseMs),
	}),
	/** A response that never ends, one byte at a time. */
	endless: ({ fault: { pauseMs = 20 }, handle }) => ({ ...handle(), send: (response, page) => endless(response, page, pauseMs) }),
	/** Switches to another protocol and sends nothing. */
	switching: ({ handle }) => ({
		...handle(),
		send: ({ socket }) => {
			socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: none\r\n\r\n');
		},
	}),
	/** Redirects the caller. */
	redirect: ({ fault: { status = 302, location = '/' } }) => ({ status, headers: { location } }),
} satisfies Record<string, Effect>;

export type CommonEffect = keyof typeof commonEffects;

function endless(response: ServerResponse, { status, headers }: WireResponse, pauseMs: number): void {
	response.writeHead(status, headers);
	const timer = setInterval(() => response.write(' '), pauseMs);
	response.once('close', () => clearInterval(timer));
}

const CHUNKS = 20;

function trickle(response: ServerResponse, { status, headers, text }: WireResponse, pauseMs: number): void {
	const bytes = Buffer.from(text);
	const size = Math.ceil(bytes.length / CHUNKS) || 1;
	response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
	let sent = 0;
	const timer = setInterval(() => {
		response.write(bytes.subarray(sent, sent + size));
		sent += size;
		if (sent >= bytes.length) response.end();
	}, pauseMs);
	response.once('close', () => clearInterval(timer));
}
