import type { ServerResponse } from 'node:http';
import type { Pair, Received } from './parseRequest.mts';

/** What a service says to a call. */
export interface Answer {
	status: number;
	/** An object is sent as JSON, text as it is. */
	body?: unknown;
	headers?: Record<string, string>;
	/** In plain English, what was wrong with the call. */
	reason?: string;
	/** Id of the record that the call wrote. */
	stored?: number;
	/** Sends the answer in its own, broken way. */
	send?: (response: ServerResponse, page: Page) => void;
}

/** An answer as it goes over the wire. */
export interface Page {
	status: number;
	headers: Record<string, string>;
	text: string;
}

export type RetryAfter = 'seconds' | 'date' | 'none';

/** An order to fail. */
export interface Fault<Effect extends string = string> {
	effect: Effect;
	/** Which calls: an expression for their path (all by default). */
	path?: string | RegExp;
	/** Which of them: an expression for what they bring, a line name=value for each value (all by default). */
	values?: string | RegExp;
	/** So many matching calls go well first (0 by default). */
	after?: number;
	/** So many calls fail then (1 by default). */
	times?: number;
	/** Whether the call does its work all the same before it fails (each effect has its own default). */
	store?: boolean;
	/** `status`, `keyRefused`, `redirect`: the status of the answer. */
	status?: number;
	/** `status`, `html`: the body, an object for JSON. */
	body?: unknown;
	/** `status`: more headers. */
	headers?: Record<string, string>;
	/** `429`: how the wait is told, and how long it is. */
	retryAfter?: RetryAfter;
	seconds?: number;
	/** `redirect`: where to. */
	location?: string;
	/** `trickle`: milliseconds between two bits of the answer. */
	pauseMs?: number;
	/** `errorsList`, `errorsHash`, `errorsText`, `tooMany`: the sentences. */
	sentences?: string[];
	/** `grow`: how many records are added after each page; `lyingTotal`: how many there are said to be. */
	records?: number;
}

/**
 * One way to fail. `handle` does what the service would have done, storing included; an effect that
 * does not call it leaves the service as it was.
 */
export type Effect = (input: { fault: Fault; received: Received; handle: (received?: Received) => Answer }) => Answer;

/** What a call brings, one line for each value. */
export const linesOf = (pairs: Pair[]): string[] => pairs.map(([name, value]) => `${name}=${value}`);

/** Faults that wait for their calls, the oldest first. */
export class FaultQueue {
	private waiting: { fault: Fault; path: RegExp; values: RegExp; after: number; times: number }[] = [];

	add(fault: Fault): void {
		const { path = '', values = '', after = 0, times = 1 } = fault;
		this.waiting.push({ fault, path: new RegExp(path), values: new RegExp(values, 'm'), after, times });
	}

	/** The fault that a call meets, if any. */
	take({ path, queryPairs, bodyPairs }: Received): Fault | undefined {
		if (this.waiting.length === 0) return undefined;
		const values = linesOf([...queryPairs, ...bodyPairs]).join('\n');
		for (const entry of this.waiting) {
			if (!entry.path.test(path) || !entry.values.test(values)) continue;
			if (entry.after > 0) {
				entry.after -= 1;
				continue;
			}
			entry.times -= 1;
			if (entry.times <= 0) this.waiting = this.waiting.filter((other) => other !== entry);
			return entry.fault;
		}
		return undefined;
	}

	clear(): void {
		this.waiting = [];
	}
}

/** The wait as the header tells it. */
export function retryAfterHeader(form: RetryAfter, waitMs: number): Record<string, string> {
	if (form === 'none') return {};
	if (form === 'seconds') return { 'retry-after': String(Math.ceil(waitMs / 1000)) };
	// The date of the header knows whole seconds only, so it is rounded up.
	return { 'retry-after': new Date(Math.ceil((Date.now() + waitMs) / 1000) * 1000).toUTCString() };
}

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html; charset=utf-8';

/** An answer as it goes over the wire. */
export function pageOf({ status, body, headers }: Answer): Page {
	const isText = typeof body === 'string';
	const text = isText ? body : body === undefined ? '' : JSON.stringify(body);
	return { status, text, headers: { 'content-type': isText ? HTML_TYPE : JSON_TYPE, ...headers } };
}

const HTML = '<!DOCTYPE html><html lang="ja"><head><title>メンテナンス中</title></head><body><h1>ただいまメンテナンス中です</h1></body></html>';

const drop = (response: ServerResponse) => response.socket?.resetAndDestroy();

/** Ways to fail that every service can meet. */
export const commonEffects = {
	/** Any status with any body. */
	status: ({ fault: { status = 500, body = HTML, headers } }) => ({ status, body, headers }),
	/** The connection breaks before anything is done. */
	resetBeforeStore: () => ({ status: 0, send: drop }),
	/** All is done, then the connection breaks without an answer. */
	resetAfterStore: ({ handle }) => ({ ...handle(), status: 0, send: drop }),
	/** Never answers. */
	hang: () => ({ status: 0, send: () => {} }),
	/** A web page where JSON is expected. */
	html: ({ fault: { body = HTML } }) => ({ status: 200, body }),
	/** No body at all. */
	empty: () => ({ status: 200 }),
	/** Half of the JSON, with a length that fits the half. */
	cut: ({ handle }) => {
		const { text, ...page } = pageOf(handle());
		return { ...page, body: text.slice(0, text.length / 2) };
	},
	/** Says that more is coming than does come. */
	wrongLength: ({ handle }) => ({
		...handle(),
		send: (response, { status, headers, text }) => {
			const length = String(Buffer.byteLength(text) + 100);
			response.writeHead(status, { ...headers, 'content-length': length });
			response.write(text, () => response.socket?.end());
		},
	}),
	/** The answer comes in small bits that also part characters. */
	trickle: ({ fault: { pauseMs = 5 }, handle }) => ({
		...handle(),
		send: (response, { status, headers, text }) => trickle(response, { status, headers, text }, pauseMs),
	}),
	/** An answer that goes on for ever, a byte at a time. */
	endless: ({ fault: { pauseMs = 20 }, handle }) => ({ ...handle(), send: (response, page) => endless(response, page, pauseMs) }),
	/** Turns to another protocol, of which nothing comes. */
	switching: ({ handle }) => ({
		...handle(),
		send: ({ socket }) => {
			socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: none\r\n\r\n');
		},
	}),
	/** Sends the caller elsewhere. */
	redirect: ({ fault: { status = 302, location = '/' } }) => ({ status, headers: { location } }),
} satisfies Record<string, Effect>;

export type CommonEffect = keyof typeof commonEffects;

function endless(response: ServerResponse, { status, headers }: Page, pauseMs: number): void {
	response.writeHead(status, headers);
	const timer = setInterval(() => response.write(' '), pauseMs);
	response.once('close', () => clearInterval(timer));
}

const BITS = 20;

function trickle(response: ServerResponse, { status, headers, text }: Page, pauseMs: number): void {
	const bytes = Buffer.from(text);
	const size = Math.ceil(bytes.length / BITS) || 1;
	response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
	let sent = 0;
	const timer = setInterval(() => {
		response.write(bytes.subarray(sent, sent + size));
		sent += size;
		if (sent >= bytes.length) response.end();
	}, pauseMs);
	response.once('close', () => clearInterval(timer));
}
