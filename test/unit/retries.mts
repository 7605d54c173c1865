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

/** Simulates calls through the real retry rules to a service with scripted replies, on virtual time. */

/** What a reply means for the retry rules. */
type Kind = 'success' | 'final' | 'rateLimited' | 'rateLimitedByText' | 'longPause' | 'notReached' | 'mayBeStored';

interface Reply {
	kind: Kind;
	reason?: ErrorReason;
	response?: { statusCode: number; body: unknown; headers: object };
	error?: Error;
}

const WINDOW_MS = 1000;
const response = (kind: Kind, reason: ErrorReason, statusCode: number, body: unknown = '', headers = {}): Reply =>
	({ kind, reason, response: { statusCode, body, headers } });
const networkError = (kind: Kind, reason: ErrorReason, details: object, message = 'failed'): Reply =>
	({ kind, reason, error: Object.assign(new Error(message), details) });

export const replies: Record<string, Reply> = {
	success: { kind: 'success', response: { statusCode: 200, body: { id: 1, leads: [] }, headers: {} } },
	429: response('rateLimited', 'rateLimited', 429),
	'429 with Retry-After': response('rateLimited', 'rateLimited', 429, '', { 'retry-after': '1' }),
	'too many requests as text': response('rateLimitedByText', 'rateLimited', 200, { errors: ['too many requests'] }),
	'503 with Retry-After': response('rateLimited', 'rateLimited', 503, '', { 'retry-after': '1' }),
	'429 with Retry-After of two hours': response('longPause', 'retryLater', 429, '', { 'retry-after': '7200' }),
	500: response('mayBeStored', 'unavailable', 500, { errors: ['down'] }),
	502: response('mayBeStored', 'unavailable', 502, '<html>'),
	503: response('mayBeStored', 'unavailable', 503),
	504: response('mayBeStored', 'unavailable', 504),
	reset: networkError('mayBeStored', 'connectionLost', { code: 'ECONNRESET', syscall: 'read' }),
	'hang-up': networkError('mayBeStored', 'connectionLost', {}, 'socket hang up'),
	timeout: networkError('mayBeStored', 'timeout', { code: 'ECONNABORTED' }),
	'read timeout': networkError('mayBeStored', 'timeout', { code: 'ETIMEDOUT' }),
	'connection refused': networkError('notReached', 'unreachable', { code: 'ECONNREFUSED', syscall: 'connect' }),
	'unknown host': networkError('notReached', 'unreachable', { code: 'ENOTFOUND' }),
	'host unreachable': networkError('notReached', 'unreachable', { code: 'EHOSTUNREACH', syscall: 'connect' }),
	'connection timeout': networkError('notReached', 'unreachable', { code: 'ETIMEDOUT', syscall: 'connect' }),
	400: response('final', 'rejected', 400, { errors: ['no'] }),
	403: response('final', 'forbidden', 403),
	404: response('final', 'notFound', 404),
	422: response('final', 'rejected', 422, { errors: ['no'] }),
	errors: response('final', 'rejected', 200, { errors: ['no'] }),
	redirect: response('final', 'redirected', 302),
	certificate: networkError('final', 'insecureConnection', { code: 'CERT_HAS_EXPIRED' }),
};
const keyRejected: Record<string, Reply> = {
	401: response('final', 'unauthorized', 401),
};

/** The retry rules, written independently: how often a call is sent, and the error it ends with. */
export function expectedByRules(script: string[], idempotent: boolean): { sends: number; error?: ErrorReason } {
	let retries = 0;
	let byText = 0;
	for (const [index, { kind, reason }] of script.map(replyOf).entries()) {
		const sends = index + 1;
		if (kind === 'success') return { sends };
		if (kind === 'rateLimited') continue;
		if (kind === 'rateLimitedByText' && ++byText < 3) continue;
		if (kind === 'final' || kind === 'rateLimitedByText' || kind === 'longPause' || (kind === 'mayBeStored' && !idempotent) || retries === 3) return { sends, error: reason };
		retries++;
	}
	return { sends: script.length + 1 };
}

const replyOf = (name: string): Reply => replies[name] ?? keyRejected[name];

export interface SimulatedCall {
	idempotent: boolean;
	/** The name of a reply for each send; after the last one every send succeeds. */
	script: string[];
	durationMs: number;
	/** When it arrives at the service, as a fraction of its duration. */
	arrivesAt: number;
	timeoutMs?: number;
}

export interface SimulatedExecution {
	/** Index of the account that it uses. */
	account: number;
	startMs: number;
	cancelMs?: number;
	calls: SimulatedCall[];
}

export interface RetryScenario {
	accounts: Array<Pick<RateLimit, 'maxCalls' | 'maxConcurrent'>>;
	executions: SimulatedExecution[];
}

const ms = (max: number) => fc.integer({ min: 0, max });
const retriedReplies = ['429', '429 with Retry-After', 'too many requests as text', '500', 'reset', 'connection refused', 'unknown host'];
const call: fc.Arbitrary<SimulatedCall> = fc.record({
	idempotent: fc.boolean(),
	script: fc.oneof(
		{ weight: 2, arbitrary: fc.constant<string[]>([]) },
		{ weight: 3, arbitrary: fc.array(fc.constantFrom(...Object.keys(replies)), { maxLength: 3 }) },
		{ weight: 2, arbitrary: fc.array(fc.constantFrom<string>(...retriedReplies), { maxLength: 8 }) },
		{ weight: 1, arbitrary: fc.array(fc.constantFrom(...Object.keys(keyRejected)), { minLength: 1, maxLength: 1 }) },
	),
	durationMs: fc.oneof(ms(50), ms(1.5 * WINDOW_MS)),
	arrivesAt: fc.double({ min: 0, max: 1, noNaN: true }),
	timeoutMs: fc.option(ms(5 * WINDOW_MS), { freq: 8, nil: undefined }),
});

export const retryScenarios: fc.Arbitrary<RetryScenario> = fc.record({
	accounts: fc.tuple(...[0, 1].map(() => fc.record({ maxCalls: fc.integer({ min: 2, max: 8 }), maxConcurrent: fc.integer({ min: 1, max: 3 }) }))),
	executions: fc.array(
		fc.record({
			account: fc.integer({ min: 0, max: 1 }),
			startMs: ms(3 * WINDOW_MS),
			cancelMs: fc.option(ms(3 * WINDOW_MS), { freq: 4, nil: undefined }),
			calls: fc.array(call, { maxLength: 6 }),
		}),
		{ maxLength: 5 },
	),
});

/** What the service observed of one account. */
class Account {
	readonly arrivals: number[] = [];
	running = 0;
	peakConcurrent = 0;
}

let simulations = 0;

/**
 * Runs a scenario to its end.
 * @returns violations of the retry rules or the limits, as sentences
 */
export async function simulateCalls({ accounts, executions }: RetryScenario, clock: VirtualClock): Promise<string[]> {
	const violations: string[] = [];
	const observed = accounts.map(() => new Account());
	const name = `account ${simulations++}`;
	let settled = 0;
	/** Accounts whose service has asked for a pause that rejects queued calls. */
	const longPauses = new Set<number>();

	const runExecution = async ({ account, startMs, cancelMs, calls }: SimulatedExecution) => {
		await clock.sleep(startMs);
		const stop = new AbortController();
		let isKeyRejected = false;
		if (cancelMs !== undefined) void clock.sleep(cancelMs).then(() => stop.abort());
		const session = {
			credentials: {},
			connection: { accountId: `${name}.${account}`, keyId: name, limits: { ...accounts[account], windowMs: WINDOW_MS }, secrets: [] },
		};
		const queueKey = {};

		const runCall = async ({ idempotent, script, durationMs, arrivesAt, timeoutMs }: SimulatedCall) => {
			let sends = 0;
			const httpRequestWithAuthentication = async (_type: string, { abortSignal }: { abortSignal: AbortSignal }) => {
				const { kind, reason, response: reply, error } = replyOf(script[sends++] ?? 'success');
				if (stop.signal.aborted) violations.push('a call was sent after its execution was canceled');
				const own = observed[account];
				own.peakConcurrent = Math.max(own.peakConcurrent, ++own.running);
				// An aborted call ends at once; if it has not arrived by then, it never does.
				abortSignal.addEventListener('abort', () => own.running--, { once: true });
				await clock.sleep(durationMs * arrivesAt);
				if (kind !== 'notReached' && !abortSignal.aborted) own.arrivals.push(clock.now());
				await clock.sleep(durationMs * (1 - arrivesAt));
				if (abortSignal.aborted) throw new Error('aborted');
				own.running--;
				if (reason === 'unauthorized') isKeyRejected = true;
				if (kind === 'longPause') longPauses.add(account);
				if (error) throw error;
				return reply;
			};
			const caller = {
				helpers: { httpRequestWithAuthentication },
				logger: { info: () => {} },
				getTimezone: () => 'UTC',
				getExecutionCancelSignal: () => stop.signal,
			} as unknown as NodeContext;
			const deadline = timeoutMs === undefined ? undefined : clock.now() + timeoutMs;
			const operation = idempotent ? getManyLeads : createLead;
			const outcome = await executeCall(caller, hotProfile, async () => session, operation, async () => ({ url: '/' }), { queueKey, deadline }).then(
				() => undefined,
				(error: unknown) => (error instanceof CanceledError ? 'canceled' : error instanceof ServiceError ? error.reason : String(error)),
			);
			settled++;
			const expected = expectedByRules(script, idempotent);
			if (sends === expected.sends && outcome === expected.error) return;
			// A call may end early for one of these reasons, but is never sent more often.
			const lastReason = script.map(replyOf)[sends - 1]?.reason;
			const mayEndEarly =
				(outcome === 'canceled' && stop.signal.aborted) ||
				(outcome === 'skippedUnauthorized' && isKeyRejected) ||
				((outcome === 'retryLater' || outcome === lastReason) && longPauses.has(account)) ||
				(timeoutMs !== undefined && (outcome === 'retryLater' || (outcome === lastReason && outcome !== 'rateLimited')));
			if (!mayEndEarly || sends > expected.sends) violations.push(`sent ${sends} times, outcome ${outcome}; expected ${expected.sends} times, outcome ${expected.error}`);
		};
		await Promise.all(calls.map(runCall));
		if (getEventListeners(stop.signal, 'abort').length > 0) violations.push('an abort listener was left behind');
	};

	const all = Promise.all(executions.map(runExecution));
	await clock.drain(clock.now() + 10_000 * WINDOW_MS);
	const unsettled = executions.reduce((sum, { calls }) => sum + calls.length, -settled);
	if (unsettled > 0) violations.push(`${unsettled} calls never settled`);
	else await all;
	for (const [index, { maxCalls, maxConcurrent }] of accounts.entries()) {
		const { arrivals, peakConcurrent } = observed[index];
		const mostInWindow = Math.max(0, ...arrivals.map((from) => arrivals.filter((at) => at >= from && at <= from + WINDOW_MS).length));
		if (mostInWindow > maxCalls) violations.push(`${mostInWindow} calls in a window, ${maxCalls} allowed`);
		if (peakConcurrent > maxConcurrent) violations.push(`${peakConcurrent} concurrent calls, ${maxConcurrent} allowed`);
	}
	return violations;
}
