import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { createLead } from '../../nodes/HotProfile/resources/lead/create';
import { getManyLeads } from '../../nodes/HotProfile/resources/lead/getMany';
import { textColumn } from '../../nodes/shared/fields/columns';
import { ServiceError } from '../../nodes/shared/http/errors';
import { startInBatches } from '../../nodes/shared/run/batches';
import { describeInvalidItems, describeOutcome, firstFailure, summarizeOutcome } from '../../nodes/shared/run/outcome';
import { RunStats } from '../../nodes/shared/run/stats';

/** The messages about the outcome of a run: every number agrees with its noun and verb. */

type Result = PromiseSettledResult<INodeExecutionData[]>;
const stored = (id: number): Result => ({ status: 'fulfilled', value: [{ json: { id } as IDataObject }] });
const failed = (error: Error = new ServiceError('rejected', { status: 400 })): Result => ({ status: 'rejected', reason: error });
const notSent = () => failed(new ServiceError('skipped'));
const uncertain = () => failed(new ServiceError('timeout'));
const partial = () => failed(new ServiceError('skipped', { partialProgress: '1 of the 2 files of this item was uploaded before the error' }));

test.each<[message: string, results: Result[]]>([
	['1 of 3 items was created (ID 12); item 1 failed; 1 was not sent', [stored(12), failed(), notSent()]],
	['2 of 7 items were created (IDs 12 and 13); items 2 and 3 failed; 3 were not sent', [stored(12), stored(13), failed(), failed(), notSent(), notSent(), notSent()]],
	['0 of 2 items were created; item 0 may have been created; 1 was not sent', [uncertain(), notSent()]],
	['0 of 4 items were created; items 0 and 1 were partially created; items 2 and 3 may have been created', [partial(), partial(), uncertain(), uncertain()]],
	['', [failed()]],
	['', [stored(1), stored(2)]],
])('outcome: %s', (message, results) => {
	expect(describeOutcome(createLead, results)).toBe(message);
});

test('lists at most 20 IDs and counts the rest', () => {
	const results = [...Array.from({ length: 25 }, (_, index) => stored(index + 1)), failed()];
	expect(describeOutcome(createLead, results)).toMatch(/^25 of 26 items were created \(IDs 1, 2, .*, 20 and 5 more\); item 25 failed$/);
});

test('lists IDs under the key that the operation names, in any output', () => {
	const operation = { ...createLead, idKey: 'uuid', columns: { account_id: textColumn('accountId'), uuid: textColumn('contact') } };
	for (const json of [{ account_id: 'a', uuid: 'u1' }, { accountId: 'a', contact: 'u1' }]) {
		const results: Result[] = [{ status: 'fulfilled', value: [{ json }] }, failed()];
		expect(describeOutcome(operation, results)).toBe('1 of 2 items was created (ID u1); item 1 failed');
	}
});

test('lists no IDs for operations that only read', () => {
	expect(describeOutcome(getManyLeads, [stored(5), failed()])).toBe('1 of 2 items was read; item 1 failed');
});

test.each<[string, Result[]]>([
	['3 items: 1 created, 1 failed, 1 not sent', [stored(1), failed(), notSent()]],
	['1 item: 0 created, 1 failed', [failed()]],
	['', [stored(1)]],
])('summary: %s', (summary, results) => {
	expect(summarizeOutcome(createLead, results)).toBe(summary);
});

test('firstFailure prefers the first item that was sent and failed itself', () => {
	const stopped = failed(new ServiceError('unavailable', { isStopped: true }));
	expect(firstFailure([stored(1), notSent(), stopped, failed()])?.item).toBe(3);
	expect(firstFailure([stored(1), notSent(), stopped])?.item).toBe(2);
	expect(firstFailure([stored(1), notSent()])?.item).toBe(1);
	expect(firstFailure([stored(1)])).toBeUndefined();
});

test.each([
	[['no'], 1, 'Nothing was sent'],
	[['no'], 2, 'Nothing was sent because 1 of 2 items has an error'],
	[['a', 'b'], 20, 'Nothing was sent because 2 of 20 items have errors. Item 0: a; item 1: b'],
	[['a', 'b', 'c', 'd', 'e', 'f', 'g'], 7, 'Nothing was sent because 7 of 7 items have errors. Item 0: a; item 1: b; item 2: c; item 3: d; item 4: e; 2 more'],
])('invalid items %j of %d', (messages, count, message) => {
	const results = Array.from({ length: count }, (_, index): PromiseSettledResult<unknown> => {
		const message = messages.at(index);
		return index < messages.length ? { status: 'rejected', reason: new Error(message) } : { status: 'fulfilled', value: undefined };
	});
	expect(describeInvalidItems(results)).toBe(message);
});

describe('statistics of a run', () => {
	let time = 0;
	const limits = { maxCalls: 1, maxConcurrent: 1, windowMs: 60_000 };
	/** Statistics of requests that each wait and then take one second. */
	const statsOf = (requests: Array<{ waitMs: number; isRejected?: boolean }>) => {
		time = 0;
		const stats = new RunStats(() => time);
		for (const { waitMs, isRejected = false } of requests) {
			stats.callQueued();
			time += waitMs;
			stats.callStarted();
			time += 1000;
			stats.callEnded(isRejected);
		}
		return stats;
	};

	test.each([
		['Sent 2 requests to CRM in 2 s without waiting. CRM rejected none.', [{ waitMs: 0 }, { waitMs: 0 }], limits],
		['Sent 2 requests to CRM in 1 min 2 s, including 1 min waiting for the rate limit of 1 request per minute. CRM rejected none.', [{ waitMs: 0 }, { waitMs: 60_000 }], limits],
		['Sent 2 requests to CRM in 12 s, including 10 s waiting for the rate limit of 3 requests per 10 s. CRM rejected 1 as too many requests; it was retried.', [{ waitMs: 0, isRejected: true }, { waitMs: 10_000 }], { ...limits, maxCalls: 3, windowMs: 10_000 }],
		['Sent 3 requests to CRM in 3 s without waiting. CRM rejected 2 as too many requests; they were retried.', [{ waitMs: 0, isRejected: true }, { waitMs: 0, isRejected: true }, { waitMs: 0 }], limits],
	])('%s', (message, requests, of) => {
		expect(statsOf(requests).summary('CRM', of)).toEqual({ message, type: 'info', location: 'outputPane' });
	});

	test('there is no hint about a single request without waiting, unless an item failed', () => {
		expect(statsOf([{ waitMs: 0 }]).summary('CRM', limits)).toBeUndefined();
		expect(statsOf([{ waitMs: 0 }]).summary('CRM', limits, '2 items: 1 created, 1 failed')).toMatchObject({ message: '2 items: 1 created, 1 failed.', type: 'warning' });
	});
});

test('startInBatches starts the items of a batch together, with one pause between batches', async () => {
	let pauses = 0;
	const pause = async () => {
		await new Promise(setImmediate);
		pauses++;
	};
	const mayStart = startInBatches(2, pause);
	const pausesBefore = await Promise.all([0, 1, 2, 3, 4].map(async (index) => {
		await mayStart(index);
		return pauses;
	}));
	expect(pausesBefore).toEqual([0, 0, 1, 1, 2]);
});
