import fc from 'fast-check';
import { getEventListeners } from 'node:events';

import { hotProfile } from '../../nodes/HotProfile/service';
import { createLead } from '../../nodes/HotProfile/resources/lead/create.ts';
import { getManyLeads } from '../../nodes/HotProfile/resources/lead/getMany.ts';
import { executeCall } from '../../nodes/shared/http/call';
import type { NodeContext } from '../../nodes/shared/http/cancellation';
import { type ErrorReason, ServiceError } from '../../nodes/shared/http/errors';
import type { RateLimit } from '../../nodes/shared/throttle/options';
import { CanceledError } from '../../nodes/shared/throttle/errors';
import type { VirtualClock } from './virtualClock.mts';

/** Calls through the real retry table to a service that answers by a script, on virtual time. */

/** What a reply means for the table. */
type Kind = 'done' | 'final' | 'rateLimited' | 'tooManyInWords' | 'longPause' | 'skippedUnauthorized' | 'perhapsStored';

interface Reply {
	kind: Kind;
	cause?: ErrorReason;
	answer?: { statusCode: number; body: unknown; headers: object };
	error?: Error;
}

const WINDOW_MS = 1000;
const answered = (kind: Kind, cause: ErrorReason, statusCode: number, body: unknown = '', headers = {}): Reply =>
	({ kind, cause, answer: { statusCode, body, headers } });
const broken = (kind: Kind, cause: ErrorReason, details: object, message = 'failed'): Reply =>
	({ kind, cause, error: Object.assign(new Error(message), details) });

export const replies: Record<string, Reply> = {
	done: { kind: 'done', answer: { statusCode: 200, body: { id: 1, leads: [] }, headers: {} } },
	429: answered('rateLimited', 'rateLimited', 429),
	'429 with a time': answered('rateLimited', 'rateLimited', 429, '', { 'retry-after': '1' }),
	'too many in words': answered('tooManyInWords', 'rateLimited', 200, { errors: ['too many requests'] }),
	'503 with a time': answered('rateLimited', 'rateLimited', 503, '', { 'retry-after': '1' }),
	'429 for two hours': answered('longPause', 'retryLater', 429, '', { 'retry-after': '7200' }),
	500: answered('perhapsStored', 'unavailable', 500, { errors: ['down'] }),
	502: answered('perhapsStored', 'unavailable', 502, '<html>'),
	503: answered('perhapsStored', 'unavailable', 503),
	504: answered('perhapsStored', 'unavailable', 504),
	reset: broken('perhapsStored', 'connectionLost', { code: 'ECONNRESET', syscall: 'read' }),
	'hang-up': broken('perhapsStored', 'connectionLost', {}, 'socket hang up'),
	timeout: broken('perhapsStored', 'timeout', { code: 'ECONNABORTED' }),
	'late timeout': broken('perhapsStored', 'timeout', { code: 'ETIMEDOUT' }),
	'connection refused': broken('skippedUnauthorized', 'unreachable', { code: 'ECONNREFUSED', syscall: 'connect' }),
	'no such host': broken('skippedUnauthorized', 'unreachable', { code: 'ENOTFOUND' }),
	'no way': broken('skippedUnauthorized', 'unreachable', { code: 'EHOSTUNREACH', syscall: 'connect' }),
	'slow connection': broken('skippedUnauthorized', 'unreachable', { code: 'ETIMEDOUT', syscall: 'connect' }),
	400: answered('final', 'rejected', 400, { errors: ['no'] }),
	403: answered('final', 'forbidden', 403),
	404: answered('final', 'notFound', 404),
	422: answered('final', 'rejected', 422, { errors: ['no'] }),
	errors: answered('final', 'rejected', 200, { errors: ['no'] }),
	redirect: answered('final', 'redirected', 302),
	certificate: broken('final', 'insecureConnection', { code: 'CERT_HAS_EXPIRED' }),
};
const keyRefused: Record<string, Reply> = {
	401: answered('final', 'unauthorized', 401),
};

/** The retry table: what a call's replies lead to. */
export function byTheTable(script: string[], once: boolean): { sends: number; end?: ErrorReason } {
	let retries = 0;
	let inWords = 0;
	for (const [index, { kind, cause }] of script.map(replyOf).entries()) {
		const sends = index + 1;
		if (kind === 'done') return { sends };
		if (kind === 'rateLimited') continue;
		if (kind === 'tooManyInWords' && ++inWords < 3) continue;
		if (kind === 'final' || kind === 'tooManyInWords' || kind === 'longPause' || (kind === 'perhapsStored' && once) || retries === 3) return { sends, end: cause };
		retries++;
	}
	return { sends: script.length + 1 };
}

const replyOf = (name: string): Reply => replies[name] ?? keyRefused[name];

export interface Asked {
	once: boolean;
	/** One name of a reply for each send; after the last one all is well. */
	script: string[];
	takesMs: number;
	/** Where between start and end the service gets it, as a part of the time that it takes. */
	arrives: number;
	timeoutMs?: number;
}

export interface Run {
	/** Which of two accounts it uses. */
	account: number;
	startMs: number;
	cancelMs?: number;
	calls: Asked[];
}

export interface Play {
	accounts: Array<Pick<RateLimit, 'maxCalls' | 'maxConcurrent'>>;
	runs: Run[];
}

const ms = (max: number) => fc.integer({ min: 0, max });
const oftenRetried = ['429', '429 with a time', 'too many in words', '500', 'reset', 'connection refused', 'no such host'];
const asked: fc.Arbitrary<Asked> = fc.record({
	once: fc.boolean(),
	script: fc.oneof(
		{ weight: 2, arbitrary: fc.constant<string[]>([]) },
		{ weight: 3, arbitrary: fc.array(fc.constantFrom(...Object.keys(replies)), { maxLength: 3 }) },
		{ weight: 2, arbitrary: fc.array(fc.constantFrom<string>(...oftenRetried), { maxLength: 8 }) },
		{ weight: 1, arbitrary: fc.array(fc.constantFrom(...Object.keys(keyRefused)), { minLength: 1, maxLength: 1 }) },
	),
	takesMs: fc.oneof(ms(50), ms(1.5 * WINDOW_MS)),
	arrives: fc.double({ min: 0, max: 1, noNaN: true }),
	timeoutMs: fc.option(ms(5 * WINDOW_MS), { freq: 8, nil: undefined }),
});

export const plays: fc.Arbitrary<Play> = fc.record({
	accounts: fc.tuple(...[0, 1].map(() => fc.record({ maxCalls: fc.integer({ min: 2, max: 8 }), maxConcurrent: fc.integer({ min: 1, max: 3 }) }))),
	runs: fc.array(
		fc.record({
			account: fc.integer({ min: 0, max: 1 }),
			startMs: ms(3 * WINDOW_MS),
			cancelMs: fc.option(ms(3 * WINDOW_MS), { freq: 4, nil: undefined }),
			calls: fc.array(asked, { maxLength: 6 }),
		}),
		{ maxLength: 5 },
	),
});

/** What the service saw of an account. */
class Account {
	readonly arrivals: number[] = [];
	running = 0;
	mostAtOnce = 0;
}

let played = 0;

/**
 * Plays it to its end.
 * @returns what went against the table or the limits, as sentences
 */
export async function playCalls({ accounts, runs }: Play, clock: VirtualClock): Promise<string[]> {
	const problems: string[] = [];
	const seen = accounts.map(() => new Account());
	const name = `account ${played++}`;
	let settled = 0;
	/** Accounts whose service has asked for a pause that ends what waits. */
	const longPauses = new Set<number>();

	const go = async ({ account, startMs, cancelMs, calls }: Run) => {
		await clock.sleep(startMs);
		const stop = new AbortController();
		let keyIsRefused = false;
		if (cancelMs !== undefined) void clock.sleep(cancelMs).then(() => stop.abort());
		const session = {
			credentials: {},
			connection: { accountId: `${name}.${account}`, keyId: name, limits: { ...accounts[account], windowMs: WINDOW_MS }, secrets: [] },
		};
		const queueKey = {};

		const one = async ({ once, script, takesMs, arrives, timeoutMs }: Asked) => {
			let sends = 0;
			const httpRequestWithAuthentication = async (_type: string, { abortSignal }: { abortSignal: AbortSignal }) => {
				const { kind, cause, answer, error } = replyOf(script[sends++] ?? 'done');
				if (stop.signal.aborted) problems.push('sent after the cancel');
				const at = seen[account];
				at.mostAtOnce = Math.max(at.mostAtOnce, ++at.running);
				// A call that is aborted ends at once, and what has not arrived by then never does.
				abortSignal.addEventListener('abort', () => at.running--, { once: true });
				await clock.sleep(takesMs * arrives);
				if (kind !== 'skippedUnauthorized' && !abortSignal.aborted) at.arrivals.push(clock.now());
				await clock.sleep(takesMs * (1 - arrives));
				if (abortSignal.aborted) throw new Error('aborted');
				at.running--;
				if (cause === 'unauthorized') keyIsRefused = true;
				if (kind === 'longPause') longPauses.add(account);
				if (error) throw error;
				return answer;
			};
			const caller = {
				helpers: { httpRequestWithAuthentication },
				logger: { info: () => {} },
				getTimezone: () => 'UTC',
				getExecutionCancelSignal: () => stop.signal,
			} as unknown as NodeContext;
			const deadline = timeoutMs === undefined ? undefined : clock.now() + timeoutMs;
			const operation = once ? createLead : getManyLeads;
			const end = await executeCall(caller, hotProfile, async () => session, operation, async () => ({ url: '/' }), { queueKey, deadline }).then(
				() => undefined,
				(error: unknown) => (error instanceof CanceledError ? 'canceled' : error instanceof ServiceError ? error.reason : String(error)),
			);
			settled++;
			const table = byTheTable(script, once);
			if (sends === table.sends && end === table.end) return;
			// A call may end early, but only with a reason; it is never sent more often.
			const last = script.map(replyOf)[sends - 1]?.cause;
			const excused =
				(end === 'canceled' && stop.signal.aborted) ||
				(end === 'skippedUnauthorized' && keyIsRefused) ||
				((end === 'retryLater' || end === last) && longPauses.has(account)) ||
				(timeoutMs !== undefined && (end === 'retryLater' || (end === last && end !== 'rateLimited')));
			if (!excused || sends > table.sends) problems.push(`sent ${sends} times to end ${end}, by the table ${table.sends} times to end ${table.end}`);
		};
		await Promise.all(calls.map(one));
		if (getEventListeners(stop.signal, 'abort').length > 0) problems.push('a signal is still listened to');
	};

	const all = Promise.all(runs.map(go));
	await clock.drain(clock.now() + 10_000 * WINDOW_MS);
	const left = runs.reduce((sum, { calls }) => sum + calls.length, -settled);
	if (left > 0) problems.push(`${left} calls have not come to an end`);
	else await all;
	for (const [index, { maxCalls, maxConcurrent }] of accounts.entries()) {
		const { arrivals, mostAtOnce } = seen[index];
		const worst = Math.max(0, ...arrivals.map((from) => arrivals.filter((at) => at >= from && at <= from + WINDOW_MS).length));
		if (worst > maxCalls) problems.push(`${worst} calls in a window, where ${maxCalls} are allowed`);
		if (mostAtOnce > maxConcurrent) problems.push(`${mostAtOnce} at once, where ${maxConcurrent} are allowed`);
	}
	return problems;
}
