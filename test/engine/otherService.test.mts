import type { IDataObject } from 'n8n-workflow';

import { type Job, run } from './engine.mts';
import { notesNode, startNotes } from './otherService.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** What the shared code does for a service that no node of the package has. */

let service: Awaited<ReturnType<typeof startNotes>>;
beforeEach(async () => {
	setTiming('WINDOW_MS', 600);
	service = await startNotes(25);
});
afterEach(() => {
	restoreTiming();
	service.close();
});

const job = (operation: string, parameters: IDataObject, more: Partial<Job> = {}): Job => ({
	node: notesNode.description.name, parameters: { resource: 'note', operation, ...parameters }, credential: { baseUrl: service.url, token: 'the-token' }, ...more,
});
const lines = () => service.calls.map(({ line }) => line);

test('PATCH sends the fields that changed, and returns the record', async () => {
	const { items, error } = await run(job('update', { uuid: 'n-3', updateFields: { text: 'new' } }));
	expect(error).toBeUndefined();
	expect(service.calls).toMatchObject([{ line: 'PATCH /notes/n-3', body: '{"text":"new"}' }]);
	expect(items).toEqual([{ json: { uuid: 'n-3', id: 1, text: 'new' }, pairedItem: { item: 0 } }]);
});

test('DELETE sends no body, and says that it deleted', async () => {
	const { items, error } = await run(job('delete', { uuid: '={{ $json.uuid }}' }, { items: [{ uuid: 'n-3' }, { uuid: 'n-4' }] }));
	expect(error).toBeUndefined();
	expect(service.calls.map(({ line, body }) => [line, body]).sort()).toEqual([['DELETE /notes/n-3', ''], ['DELETE /notes/n-4', '']]);
	expect(items).toEqual([0, 1].map((item) => ({ json: { deleted: true }, pairedItem: { item } })));
	expect(service.records.size).toBe(23);
});

describe('what is sent again', () => {
	test('a PATCH that may be repeated', async () => {
		service.faults.push(503);
		const { status } = await run(job('update', { uuid: 'n-3', updateFields: { text: 'new' } }));
		expect([status, lines()]).toEqual(['success', ['PATCH /notes/n-3', 'PATCH /notes/n-3']]);
	});

	test('not one that may not', async () => {
		service.faults.push(503);
		const { error } = await run(job('append', { uuid: 'n-3', updateFields: { text: 'new' } }));
		expect(error?.message).toMatch(/may already exist|may have been/);
		expect(lines()).toHaveLength(1);
	});

	test('a DELETE: if the record is gone by then, it was deleted', async () => {
		service.faults.push(503);
		const { items, status } = await run(job('delete', { uuid: 'n-3' }));
		expect([status, lines()]).toEqual(['success', ['DELETE /notes/n-3', 'DELETE /notes/n-3']]);
		expect(items.map(({ json }) => json)).toEqual([{ deleted: true }]);
	});

	test.each([[[]], [[429]]])('a DELETE of a record that never was is an error (%j before)', async (faults) => {
		service.faults.push(...faults);
		const { error } = await run(job('delete', { uuid: 'none' }));
		expect(error?.message).toMatch(/^Delete note: Notes found nothing at DELETE http:.*\/notes\/none/);
		expect(lines()).toHaveLength(1 + faults.length);
	});
});

test('pages are followed by their cursors, and rows told apart by their uuid', async () => {
	const { items, error } = await run(job('getMany', { returnAll: true }));
	expect(error).toBeUndefined();
	expect(items.map(({ json }) => json.uuid)).toEqual([...service.records.keys()]);
	expect(lines()).toEqual(['GET /notes?limit=10', 'GET /notes?limit=10&cursor=c10', 'GET /notes?limit=10&cursor=c20']);
});

test('the error of a run names the records that were created by their uuid', async () => {
	service.faults.push(0, 0, 500);
	const items = ['a', 'b', 'c'].map((text) => ({ text }));
	const { error } = await run(job('create', { text: '={{ $json.text }}' }, { items, credential: { baseUrl: service.url, token: 't', concurrentRequests: 1 } }));
	const created = [...service.records.keys()].slice(25, 27);
	expect(error?.message).toContain(`2 of 3 items were created (IDs ${created.join(' and ')}); item 2 may have been created`);
});

test('25 calls at 10 per second: never more than 10 in any second, and the run says so', async () => {
	const items = [...service.records.keys()].map((uuid) => ({ uuid }));
	const { hints, error } = await run(job('delete', { uuid: '={{ $json.uuid }}' }, { items }));
	expect(error).toBeUndefined();
	const times = service.calls.map(({ at }) => at);
	expect(times).toHaveLength(25);
	expect(Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length))).toBeLessThanOrEqual(10);
	expect(hints[0]?.message).toMatch(/^Sent 25 requests to Notes in .* waiting for the rate limit of 10 requests per second\. /);
});

test('a service that is down for a moment is asked again after as long as any other one, however short its interval is', async () => {
	setTiming('WINDOW_MS', 6000);
	service.faults.push(503, 503);
	const { status } = await run(job('update', { uuid: 'n-3', updateFields: { text: 'new' } }));
	expect(status).toBe('success');
	const [first, second, third] = service.calls.map(({ at }) => at) as [number, number, number];
	expect(second - first).toBeGreaterThanOrEqual(75);
	expect(third - second).toBeGreaterThanOrEqual(150);
});
