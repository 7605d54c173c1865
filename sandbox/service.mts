import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import {
	type Answer, type Effect, type Fault, FaultQueue, pageOf, type RetryAfter, retryAfterHeader,
} from './faults.mts';
import { type Call, type Figures, figuresOf } from './journal.mts';
import { Limit, type LimitSettings, type Refusal } from './rateLimit.mts';
import { Random } from './random.mts';
import { type Received, receive } from './parseRequest.mts';

/** What can be changed while a service runs. */
export interface SharedSettings {
	/** `null` lifts the limit. */
	limit: LimitSettings | null;
	/** Whether refused calls use up the window as well. */
	countRefused: boolean;
	/** How a refusal by the limit tells the wait. */
	retryAfter: RetryAfter;
	/** Every answer waits for a random time from the first to the second number of milliseconds. */
	delay: [number, number];
}

/** What one service brings to the shared ground. */
export interface Rules<Name extends string, Own extends object> {
	apiKey: string;
	/** Its own settings as they are at the start. */
	settings: Own;
	/** Its own ways to fail and the common ones. */
	effects: Record<Name, Effect>;
	/** Where the key stands; takes it out of what was received, so that the journal never sees it. */
	takeKey(received: Received, settings: Own): { keyIn: Call['keyIn']; key: string };
	/** Whose calls a call counts with, and what that account is allowed, where it is not the same for all. */
	account?(received: Received, key: string, settings: SharedSettings & Own): { name: string; limit: LimitSettings | null };
	/** Answers a call that the limit took. */
	answer(received: Received, key: { keyIn: Call['keyIn']; keyRight: boolean }, settings: Own): Answer;
	/** Answers a call that the limit refused. */
	refuse(why: Refusal['why']): Answer;
	/** Its records by name. */
	tables(): Record<string, Map<number, object>>;
	/** Back to the records of the start. */
	reset(): void;
}

/** A running service and everything that tests do with it. */
export interface Service<Name extends string, Own extends object> {
	url: string;
	apiKey: string;
	/** All calls since the start or the last reset. */
	readonly journal: readonly Call[];
	/** What the calls amount to; the window is that of the limit (60 seconds without one) unless given. */
	figures(windowMs?: number): Figures;
	/** Lets calls to come fail. */
	fault(fault: Fault<Name>): void;
	/** Calls a listener whenever a call meets a fault. */
	onFault(listener: (call: Call) => void): void;
	/** Lets every answer wait for a random time. */
	delay(minMs: number, maxMs: number): void;
	set(settings: Partial<SharedSettings & Own>): void;
	/** Records, settings, journal, faults and limit are as they were at the start. */
	reset(): void;
	close(): Promise<void>;
}

export interface StartOptions {
	port?: number;
	limit?: LimitSettings | null;
	seed?: number;
}

const CONTROLS = '/_sandbox';

/** Starts a service on this machine: body capture, journal, limit, faults and controls around its rules. */
export async function startService<Name extends string, Own extends object>(
	rules: Rules<Name, Own>,
	{ port = 0, limit: limitAtStart = { maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 }, seed = 1 }: StartOptions,
): Promise<Service<Name, Own>> {
	const atStart: SharedSettings & Own = {
		limit: limitAtStart,
		countRefused: false,
		retryAfter: 'none',
		delay: [0, 0],
		...rules.settings,
	};
	const faults = new FaultQueue();
	let settings = { ...atStart };
	let journal: Call[] = [];
	const faultListeners: Array<(call: Call) => void> = [];
	let limit = new Limit(settings.limit, settings.countRefused);
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
				throw new Error(`"${fault.effect}" is no effect; there are ${Object.keys(rules.effects).join(', ')}`);
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
			const unknown = Object.keys(changes).find((name) => !Object.hasOwn(atStart, name));
			if (unknown) throw new Error(`"${unknown}" is no setting; there are ${Object.keys(atStart).join(', ')}`);
			settings = { ...settings, ...changes };
			limit.settings = settings.limit;
			limit.countRefused = settings.countRefused;
		},
		reset() {
			settings = { ...atStart };
			journal = [];
			faults.clear();
			limit = new Limit(settings.limit, settings.countRefused);
			random = new Random(seed);
			rules.reset();
		},
		close: () => app.close(),
	};

	/** Writes a call down; from here on only what is in the journal can be seen of it. */
	function write(received: Received, at: number, keyIn: Call['keyIn'], keyRight: boolean): Call {
		const { path, method, contentType, query, body, queryPairs, bodyPairs } = received;
		const seen = { path, method, contentType, query, body, pairs: [...queryPairs, ...bodyPairs] };
		const call: Call = {
			index: journal.length, at, keyIn, keyRight, status: 0, refused: false, ...withoutKey(seen, rules.apiKey),
		};
		journal.push(call);
		return call;
	}

	/** What the service says, whether the limit, a fault or its own rules decide. */
	function decide(call: Call, received: Received, refusal: Refusal | undefined): Answer {
		if (refusal) {
			call.refused = true;
			const answer = rules.refuse(refusal.why);
			return { ...answer, headers: { ...answer.headers, ...retryAfterHeader(settings.retryAfter, refusal.waitMs) } };
		}
		const handle = (changed: Received = received) => {
			const answer = rules.answer(changed, call, settings);
			call.stored = answer.stored;
			return answer;
		};
		const fault = faults.take(received);
		if (!fault) return handle();
		call.fault = fault.effect;
		// Some effects do the call's work anyway; it must not be done twice.
		const done = fault.store ? handle() : undefined;
		for (const listener of faultListeners) listener(call);
		return rules.effects[fault.effect as Name]({ fault, received, handle: done ? () => done : handle });
	}

	const app = fastify({ forceCloseConnections: true, bodyLimit: 64 * 2 ** 20 });
	// Some services read the input of a GET from its body.
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
		const received = receive({ url: request.url, method: request.method, headers: request.headers, text });
		const { keyIn, key } = rules.takeKey(received, settings);
		const call = write(received, request.arrivedAt, keyIn, key === rules.apiKey);
		const counted = limit;
		const account = rules.account?.(received, key, settings) ?? { name: key, limit: settings.limit };
		const refusal = counted.enter(account.name, request.arrivedAt, account.limit);
		reply.raw.once('close', () => {
			call.endedAt = performance.now();
			if (!refusal) counted.leave(account.name);
		});
		const answer = decide(call, received, refusal);
		call.status = answer.status;
		if (answer.reason) call.reason = answer.reason.replaceAll(rules.apiKey, '[key]');
		const [minMs, maxMs] = settings.delay;
		if (maxMs > 0) await sleep(minMs + random.next() * (maxMs - minMs));
		return send(reply, answer, call.reason);
	});

	service.url = await app.listen({ port, host: '127.0.0.1' });
	return service;
}

/** The explanation of a refusal goes beside the body, which stays the vendor's own. */
function send(reply: FastifyReply, answer: Answer, reason?: string): FastifyReply {
	const page = pageOf(answer);
	// A header takes plain letters only, and names that callers made up may have others.
	if (reason) page.headers['x-sandbox-reason'] = reason.replace(/[^\x20-\x7e]/g, '?');
	if (!answer.send) return reply.code(page.status).headers(page.headers).send(page.text);
	reply.hijack();
	answer.send(reply.raw, page);
	return reply;
}

/** Covers the key wherever else it was sent. */
function withoutKey<Seen extends object>(seen: Seen, key: string): Seen {
	const text = JSON.stringify(seen);
	return text.includes(key) ? (JSON.parse(text.replaceAll(key, '[key]')) as Seen) : seen;
}

/** The same controls for other processes; they count as no call. */
function addControls<Name extends string, Own extends object>(
	app: FastifyInstance,
	service: Service<Name, Own>,
	rules: Rules<Name, Own>,
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
