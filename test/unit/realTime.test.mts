import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { getEventListeners } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { connect, authenticate } from '../../nodes/HotProfile/connection.ts';
import { hotProfile } from '../../nodes/HotProfile/service';
import { createLead } from '../../nodes/HotProfile/resources/lead/create.ts';
import { executeCall } from '../../nodes/shared/http/call';
import type { NodeContext } from '../../nodes/shared/http/cancellation';
import { ServiceError } from '../../nodes/shared/http/errors';
import { CanceledError } from '../../nodes/shared/throttle/errors';
import { throttleFor } from '../../nodes/shared/throttle/registry';
import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';

/** Concurrent executions with real timers, over HTTP, at a service that enforces its limit. */

const WINDOW_MS = 500;
jest.mock('../../nodes/shared/http/timing', () => ({ ...jest.requireActual('../../nodes/shared/http/timing'), WINDOW_MS: 500 }));
let service: HotProfileService;
let credentials: ICredentialDataDecryptedObject;

beforeAll(async () => {
	service = await startHotProfile({ limit: { maxCalls: 20, windowMs: WINDOW_MS, maxConcurrent: 3 } });
	credentials = { instance: service.url, apiKey: service.apiKey, requestsPerMinute: 20, concurrentRequests: 3 };
});
afterAll(async () => {
	await service.close();
});

const agent = new Agent({ keepAlive: false });

/** Stands in for n8n's helper: adds the key, sends the request as a form and returns the full response. */
async function send(_credential: string, options: IHttpRequestOptions) {
	const { baseURL, url, headers, body } = authenticate(credentials, options);
	const form = new URLSearchParams(Object.entries(body as object).map(([name, value]) => [name, String(value)]));
	return await new Promise((resolve, reject) => {
		const call = httpRequest(new URL(url, baseURL), { method: 'POST', headers: headers as Record<string, string>, agent }, async (response) => {
			const parts = await response.toArray();
			resolve({ statusCode: response.statusCode, headers: response.headers, body: JSON.parse(Buffer.concat(parts).toString()) });
		});
		call.on('error', reject).end(form.toString());
	});
}

interface Execution { name: string; calls: number; cancelAfterMs?: number }

/** Starts an execution that creates leads. */
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

test('concurrent executions with refusals and a cancel stay within the limit, lose or duplicate nothing, and leave no timers or listeners behind', async () => {
	service.delay(0, 40);
	service.fault({ effect: '429', after: 25, times: 1, retryAfter: 'none' });
	service.fault({ effect: '429', after: 60, times: 2, retryAfter: 'none' });
	const starts: string[] = [];
	const timersBefore = timers();
	const sizes = { big: 60, middle: 25, small: 10, single: 1 };
	const executions = Object.entries(sizes).map(([name, calls]) => start({ name, calls }, starts));
	const canceled = start({ name: 'canceled', calls: 40, cancelAfterMs: 1.2 * WINDOW_MS }, starts);

	for (const { done } of executions) expect((await done).filter(({ status }) => status === 'rejected')).toEqual([]);
	const results = await canceled.done;
	const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
	expect(errors.length).toBeGreaterThan(0);
	expect(errors.filter((one) => !(one instanceof CanceledError || (one instanceof ServiceError && one.reason === 'canceled')))).toEqual([]);
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
	// A call in flight when its execution was canceled may have been stored, and its error says so.
	const uncertain = errors.filter((one) => one instanceof ServiceError && one.details.mayBeStored).length;
	const storedOfCanceled = stored.filter((one) => one.startsWith('canceled')).length;
	expect(storedOfCanceled).toBeGreaterThanOrEqual(40 - errors.length);
	expect(storedOfCanceled).toBeLessThanOrEqual(40 - errors.length + uncertain);
	// After one turn of the five executions, behind the first calls, which started at once.
	expect(starts.indexOf('single 0')).toBeLessThanOrEqual(3 + 5);

	for (const { signal } of [...executions, canceled]) expect(getEventListeners(signal, 'abort')).toEqual([]);
	// A sleep that has started cannot be canceled.
	for (let tries = 0; timers() > timersBefore && tries < 100; tries++) await sleep(50);
	expect(timers()).toBeLessThanOrEqual(timersBefore);
});

test('a throttle is kept while its slots are in use, and garbage-collected when it is idle', async () => {
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
	// A target that deref() has returned is kept until the end of the current task.
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
