import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import {
	type ServiceResponse, type Effect, type Fault, FaultQueue, toWireResponse, type RetryAfter, retryAfterHeader,
} from './faults.mts';
import { type Call, type Figures, figuresOf } from './journal.mts';
import { RateLimiter, type LimitSettings, type Refusal } from './rateLimit.mts';
import { Random } from './random.mts';
import { type ParsedRequest, parseRequest } from './parseRequest.mts';

/** What can be changed while a service runs. */
export interface SharedSettings {
	/** `null` disables the limit. */
	limit: LimitSettings | null;
	/** Whether refused calls count toward the window too. */
	countRefused: boolean;
	/** The form of Retry-After in refusals by the limit. */
	retryAfter: RetryAfter;
	/** Shortest and longest random delay of every response, in milliseconds. */
	delay: [number, number];
}

/** What defines one service. */
export interface ServiceRules<Name extends string, Own extends object> {
	apiKey: string;
	/** Initial values of its own settings. */
	settings: Own;
	/** The faults that it can simulate. */
	effects: Record<Name, Effect>;
	/** Finds the key and removes it from the request, so that it never gets into the journal. */
	extractKey(received: ParsedRequest, settings: Own): { keyIn: Call['keyIn']; key: string };
	/** The account that a call counts toward and its limit, if accounts have different limits. */
	account?(received: ParsedRequest, key: string, settings: SharedSettings & Own): { name: string; limit: LimitSettings | null };
	/** The response to a call within the limit. */
	respond(received: ParsedRequest, key: { keyIn: Call['keyIn']; keyRight: boolean }, settings: Own): ServiceResponse;
	/** The response to a call over the limit. */
	refuse(why: Refusal['cause']): ServiceResponse;
	/** Its tables by name. */
	tables(): Record<string, Map<number, object>>;
	/** Restores the initial records. */
	reset(): void;
}

/** A running service, and what tests can do with it. */
export interface Service<Name extends string, Own extends object> {
	url: string;
	apiKey: string;
	/** All calls since the start or the last reset. */
	readonly journal: readonly Call[];
	/** Summarizes the calls; the default window is the limit's, or 60 seconds without a limit. */
	figures(windowMs?: number): Figures;
	/** Makes future calls fail. */
	fault(fault: Fault<Name>): void;
	/** Calls a listener whenever a fault is injected into a call. */
	onFault(listener: (call: Call) => void): void;
	/** Delays every response by a random time. */
	delay(minMs: number, maxMs: number): void;
	set(settings: Partial<SharedSettings & Own>): void;
	/** Restores the initial records, settings, journal, faults and limit. */
	reset(): void;
	close(): Promise<void>;
}

export interface StartOptions {
	port?: number;
	limit?: LimitSettings | null;
	seed?: number;
}

const CONTROLS = '/_sandbox';

/** Starts a local service: its rules, wrapped in a journal, a limit, faults and remote controls. */
export async function startService<Name extends string, Own extends object>(
	rules: ServiceRules<Name, Own>,
	{ port = 0, limit: limitAtStart = { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 }, seed = 1 }: StartOptions,
): Promise<Service<Name, Own>> {
	const defaults: SharedSettings & Own = {
		limit: limitAtStart,
		countRefused: false,
		retryAfter: 'none',
		delay: [0, 0],
		...rules.settings,
	};
	const faults = new FaultQueue();
	let settings = { ...defaults };
	let journal: Call[] = [];
	const faultListeners: Array<(call: Call) => void> = [];
	let limit = new RateLimiter(settings.limit, settings.countRefused);
	let random = new Random(seed);

	const service: Service<Name, Own> = {
		url: '',
		apiKey: rules.apiKey,
		get journal() {
			return journal;
		},
		figures: (windowMs = settings.limit?.windowMs ?? 60_000) => figuresOf(journal, windowMs),
		fault(fault) {
			if (!Object.hasOwn(rules.effects, fault.effect)) {
				throw new Error(`"${fault.effect}" is not an effect. Use one of: ${Object.keys(rules.effects).join(', ')}`);
			}
			faults.add(fault);
		},
		onFault: (listener) => {
			faultListeners.push(listener);
		},
		delay: (minMs, maxMs) => {
			settings.delay = [minMs, maxMs];
		},
		set(changes) {
			const unknown = Object.keys(changes).find((name) => !Object.hasOwn(defaults, name));
			if (unknown) throw new Error(`"${unknown}" is not a setting. Use one of: ${Object.keys(defaults).join(', ')}`);
			settings = { ...settings, ...changes };
			limit.settings = settings.limit;
			limit.countRefused = settings.countRefused;
		},
		reset() {
			settings = { ...defaults };
			journal = [];
			faults.clear();
			limit = new RateLimiter(settings.limit, settings.countRefused);
			random = new Random(seed);
			rules.reset();
		},
		close: () => app.close(),
	};

	/** Adds a call to the journal. */
	function recordCall(received: ParsedRequest, at: number, keyIn: Call['keyIn'], keyRight: boolean): Call {
		const { path, method, contentType, query, body, queryPairs, bodyPairs } = received;
		const seen = { path, method, contentType, query, body, pairs: [...queryPairs, ...bodyPairs] };
		const call: Call = {
			index: journal.length, at, keyIn, keyRight, status: 0, refused: false, ...redactKey(seen, rules.apiKey),
		};
		journal.push(call);
		return call;
	}

	/** The response, decided by the limit, a fault or the service's own rules. */
	function decide(call: Call, received: ParsedRequest, refusal: Refusal | undefined): ServiceResponse {
		if (refusal) {
			call.refused = true;
			const response = rules.refuse(refusal.cause);
			return { ...response, headers: { ...response.headers, ...retryAfterHeader(settings.retryAfter, refusal.waitMs) } };
		}
		const handle = (changed: ParsedRequest = received) => {
			const response = rules.respond(changed, call, settings);
			call.stored = response.stored;
			return response;
		};
		const fault = faults.take(received);
		if (!fault) return handle();
		call.fault = fault.effect;
		// Some effects call `handle` themselves; the call must not be executed twice.
		const executed = fault.store ? handle() : undefined;
		for (const listener of faultListeners) listener(call);
		return rules.effects[fault.effect as Name]({ fault, received, handle: executed ? () => executed : handle });
	}

	const app = fastify({ forceCloseConnections: true, bodyLimit: 64 * 2 ** 20 });
	// Some services read GET input from the body.
	app.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
	app.decorateRequest('arrivedAt', 0);
	app.addHook('onRequest', async (request) => {
		request.arrivedAt = performance.now();
	});
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text));
	addControls(app, service, rules);

	app.all('*', async (request, reply) => {
		const text = typeof request.body === 'string' ? request.body : '';
		const received = parseRequest({ url: request.url, method: request.method, headers: request.headers, text });
		const { keyIn, key } = rules.extractKey(received, settings);
		const call = recordCall(received, request.arrivedAt, keyIn, key === rules.apiKey);
		const rateLimiter = limit;
		const account = rules.account?.(received, key, settings) ?? { name: key, limit: settings.limit };
		const refusal = rateLimiter.admit(account.name, request.arrivedAt, account.limit);
		reply.raw.once('close', () => {
			call.endedAt = performance.now();
			if (!refusal) rateLimiter.release(account.name);
		});
		const response = decide(call, received, refusal);
		call.status = response.status;
		if (response.reason) call.reason = response.reason.replaceAll(rules.apiKey, '[key]');
		const [minMs, maxMs] = settings.delay;
		if (maxMs > 0) await sleep(minMs + random.next() * (maxMs - minMs));
		return send(reply, response, call.reason);
	});

	service.url = await app.listen({ port, host: '127.0.0.1' });
	return service;
}

/** The explanation goes into a header, so that the body stays exactly the vendor's. */
function send(reply: FastifyReply, response: ServiceResponse, reason?: string): FastifyReply {
	const page = toWireResponse(response);
	// Headers allow ASCII only, but the reason can contain any parameter name.
	if (reason) page.headers['x-sandbox-reason'] = reason.replace(/[^\x20-\x7e]/g, '?');
	if (!response.send) return reply.code(page.status).headers(page.headers).send(page.text);
	reply.hijack();
	response.send(reply.raw, page);
	return reply;
}

/** Masks the key wherever else it was sent. */
function redactKey<Seen extends object>(seen: Seen, key: string): Seen {
	const text = JSON.stringify(seen);
	return text.includes(key) ? (JSON.parse(text.replaceAll(key, '[key]')) as Seen) : seen;
}

/** Remote controls for other processes; they do not count as calls. */
function addControls<Name extends string, Own extends object>(
	app: FastifyInstance,
	service: Service<Name, Own>,
	rules: ServiceRules<Name, Own>,
): void {
	app.get(`${CONTROLS}/journal`, async () => service.journal);
	app.get<{ Querystring: { windowMs?: string } }>(`${CONTROLS}/figures`, async ({ query: { windowMs } }) =>
		service.figures(windowMs ? Number(windowMs) : undefined));
	app.get<{ Params: { name: string } }>(`${CONTROLS}/records/:name`, async ({ params: { name } }, reply) => {
		const table = rules.tables()[name];
		return table ? [...table.values()] : reply.code(404).send({ error: `no records named ${name}` });
	});

	const change = (path: string, act: (body: unknown) => void) =>
		app.post(`${CONTROLS}/${path}`, async (request, reply) => {
			try {
				act(request.body ? JSON.parse(String(request.body)) : undefined);
				return { ok: true };
			} catch (error) {
				return reply.code(400).send({ error: (error as Error).message });
			}
		});
	change('faults', (body) => [body as Fault<Name>].flat().forEach((fault) => service.fault(fault)));
	change('settings', (body) => service.set(body as Partial<SharedSettings & Own>));
	change('reset', () => service.reset());
}

declare module 'fastify' {
	interface FastifyRequest {
		/** When the call arrived, as given by `performance.now()`. */
		arrivedAt: number;
	}
}
