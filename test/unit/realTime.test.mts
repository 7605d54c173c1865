import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { getEventListeners } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { connect, authenticate } from '../../nodes/HotProfile/connection.ts';
import { hotProfile } from '../../nodes/HotProfile/service';
import { createLead } from '../../nodes/HotProfile/resources/lead/create.ts';
import { executeCall, type NodeContext } from '../../nodes/shared/http/call';
import { WINDOW } from '../../nodes/shared/http/credentials';
import { ServiceError } from '../../nodes/shared/http/errors';
import { CanceledError, throttleFor } from '../../nodes/shared/throttle/throttle';
import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';

/** A crowd on real timers, over HTTP, at a service that enforces its limit. */

const WINDOW_MS = 500;
const usual = WINDOW.ms;
let service: HotProfileService;
let credentials: ICredentialDataDecryptedObject;

beforeAll(async () => {
	WINDOW.ms = WINDOW_MS;
	service = await startHotProfile({ limit: { maxCalls: 20, windowMs: WINDOW_MS, maxConcurrent: 3 } });
	credentials = { instance: service.url, apiKey: service.apiKey, requestsPerMinute: 20, concurrentRequests: 3 };
});
afterAll(async () => {
	WINDOW.ms = usual;
	await service.close();
});

const agent = new Agent({ keepAlive: false });

/** What n8n's helper does with a request: adds the key, sends it as a form, hands the whole answer back. */
async function send(_credential: string, options: IHttpRequestOptions) {
	const { baseURL, url, headers, body } = authenticate(credentials, options);
	const form = new URLSearchParams(Object.entries(body as object).map(([name, value]) => [name, String(value)]));
	return await new Promise((resolve, reject) => {
		const call = httpRequest(new URL(url, baseURL), { method: 'POST', headers: headers as Record<string, string>, agent }, async (answer) => {
			const parts = await answer.toArray();
			resolve({ statusCode: answer.statusCode, headers: answer.headers, body: JSON.parse(Buffer.concat(parts).toString()) });
		});
		call.on('error', reject).end(form.toString());
	});
}

interface Execution { name: string; calls: number; cancelAfterMs?: number }

/** Lets an execution create its leads. */
function start({ name, calls, cancelAfterMs }: Execution, starts: string[]) {
	const stop = new AbortController();
	const caller = {
		helpers: { httpRequestWithAuthentication: send },
		logger: { info: () => {} },
		getTimezone: () => 'UTC',
		getExecutionCancelSignal: () => stop.signal,
	} as unknown as NodeContext;
	const session = { credentials, connection: connect(credentials) };
	const [clientId] = service.clients.keys();
	const queueKey = {};
	const sentWhenCanceled = { calls: Infinity };
	if (cancelAfterMs !== undefined) {
		void sleep(cancelAfterMs).then(() => {
			stop.abort();
			sentWhenCanceled.calls = starts.filter((one) => one.startsWith(name)).length;
		});
	}
	const done = Promise.allSettled(
		Array.from({ length: calls }, async (_, index) => {
			const lead = `${name} ${index}`;
			const request = async () => {
				starts.push(lead);
				return hotProfile.buildRequest(createLead, { client_id: clientId, family_name: lead }, undefined, session.connection);
			};
			await executeCall(caller, hotProfile, async () => session, createLead, request, { queueKey });
		}),
	);
	return { name, done, signal: stop.signal, sentWhenCanceled };
}

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('a crowd with refusals, failures and a cancel: inside the limit, nothing lost or doubled, nothing left behind', async () => {
	service.delay(0, 40);
	service.fault({ effect: '429', after: 25, times: 1, retryAfter: 'none' });
	service.fault({ effect: '429', after: 60, times: 2, retryAfter: 'none' });
	const starts: string[] = [];
	const timersBefore = timers();
	const sizes = { big: 60, middle: 25, small: 10, single: 1 };
	const executions = Object.entries(sizes).map(([name, calls]) => start({ name, calls }, starts));
	const canceled = start({ name: 'canceled', calls: 40, cancelAfterMs: 1.2 * WINDOW_MS }, starts);

	for (const { done } of executions) expect((await done).filter(({ status }) => status === 'rejected')).toEqual([]);
	const ends = await canceled.done;
	const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
	expect(reasons.length).toBeGreaterThan(0);
	expect(reasons.filter((one) => !(one instanceof CanceledError || (one instanceof ServiceError && one.reason === 'canceled')))).toEqual([]);
	expect(starts.filter((one) => one.startsWith('canceled'))).toHaveLength(canceled.sentWhenCanceled.calls);

	const { refused, worstWindow, worstAtOnce } = service.figures(WINDOW_MS);
	expect(refused).toBe(0);
	expect(worstWindow).toBeLessThanOrEqual(20);
	expect(worstAtOnce).toBeLessThanOrEqual(3);
	const stored = service.journal.filter((call) => call.stored !== undefined).map(({ body }) => String(body.family_name));
	expect(service.journal.filter(({ status }) => status === 429)).toHaveLength(3);
	expect(stored).toHaveLength(new Set(stored).size);
	for (const [name, calls] of Object.entries(sizes)) {
		const own = Array.from({ length: calls }, (_, index) => `${name} ${index}`);
		expect(stored.filter((one) => one.startsWith(name)).sort()).toEqual([...own].sort());
		expect([...new Set(starts.filter((one) => one.startsWith(name)))]).toEqual(own);
	}
	// A call that was under way at the cancel may have been stored, and says so.
	const uncertain = reasons.filter((one) => one instanceof ServiceError && one.details.mayBeStored).length;
	const ofCanceled = stored.filter((one) => one.startsWith('canceled')).length;
	expect(ofCanceled).toBeGreaterThanOrEqual(40 - reasons.length);
	expect(ofCanceled).toBeLessThanOrEqual(40 - reasons.length + uncertain);
	// One turn of the five executions, behind the calls of the first one that started at once.
	expect(starts.indexOf('single 0')).toBeLessThanOrEqual(3 + 5);

	for (const { signal } of [...executions, canceled]) expect(getEventListeners(signal, 'abort')).toEqual([]);
	// A sleep that has begun runs to its end.
	for (let tries = 0; timers() > timersBefore && tries < 100; tries++) await sleep(50);
	expect(timers()).toBeLessThanOrEqual(timersBefore);
});

test('a connection is kept while its slots are in the window, and forgotten when it is idle', async () => {
	setFlagsFromString('--expose_gc');
	const collect = runInNewContext('gc') as () => void;
	const limits = { maxCalls: 2, windowMs: 1000, maxConcurrent: 1 };
	const use = async () => {
		const throttle = throttleFor('used');
		await throttle.acquire({ queueKey: 1, limits });
		throttle.release(limits);
		throttleFor('other');
		expect(throttleFor('used')).toBe(throttle);
		return new WeakRef(throttle);
	};
	const used = await use();
	// What a reference has just been asked for stays until the next turn.
	await sleep(1);
	collect();
	while (used.deref()?.isIdle === false) await sleep(50);
	collect();
	expect(used.deref()?.isIdle).toBe(true);
	throttleFor('other');
	await sleep(1);
	collect();
	expect(used.deref()).toBeUndefined();
});
