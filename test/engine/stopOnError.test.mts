import type { IDataObject } from 'n8n-workflow';

import { type ErpService, startErpDatacake } from '../../sandbox/erpDatacake/index.mts';
import { type HotProfileService, startHotProfile } from '../../sandbox/hotProfile/index.mts';
import { type Job, listSearch, run, start, testCredential } from './engine.mts';
import { restoreTiming, setTiming } from './timing.mts';

/** With On Error: Stop, the first failure stops the run, and the message reports what was stored before. */

let service: HotProfileService;
let clientId: number;
beforeAll(async () => {
	setTiming('WINDOW_MS', 600);
	service = await startHotProfile({ limit: null });
	[clientId] = service.clients.keys();
});
afterAll(async () => {
	restoreTiming();
	await service.close();
});
beforeEach(() => service.reset());

const credential = (more = {}) => ({ instance: service.url, apiKey: service.apiKey, requestsPerMinute: 1000, concurrentRequests: 1, ...more });
const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `試験${index}.` }));
const create = (items: IDataObject[], more: Partial<Job> = {}): Job => ({
	parameters: { resource: 'lead', operation: 'create', clientId, familyName: '={{ $json.name }}' }, items, credential: credential(), ...more,
});
/** Makes the call of one item fail. */
const failItem = (item: number, more: object = { effect: 'status', status: 422, body: { errors: ['駄目です。'] } }) =>
	service.fault({ values: `試験${item}\\.`, times: 99, ...more } as never);
const stored = () => service.journal.flatMap(({ stored: id }) => (id === undefined ? [] : [id]));

describe('On Error: Stop', () => {
	test('nothing is sent after the first failure, and the message reports the progress', async () => {
		failItem(2);
		const { status, error } = await run(create(rows(7)));
		expect(status).toBe('error');
		expect(service.journal).toHaveLength(3);
		const [first, second] = stored();
		expect(error?.message).toBe(`Create lead: 駄目です。 [item 2]. 2 of 7 items were created (IDs ${first} and ${second}); item 2 failed; 4 were not sent`);
		expect(error?.context?.data).toMatchObject({ created: [{ item: 0, id: first }, { item: 1, id: second }], failed: [{ item: 2 }], notSent: [3, 4, 5, 6] });
	});

	test('if the first of 20 items fails, one call is sent and nothing is stored', async () => {
		failItem(0);
		const { error } = await run(create(rows(20)));
		expect(service.journal).toHaveLength(1);
		expect(error?.message).toContain('0 of 20 items were created; item 0 failed; 19 were not sent');
	});

	test('calls in progress when another one fails are awaited and reported', async () => {
		failItem(0, { effect: 'status', status: 422, body: { errors: ['駄目です。'] } });
		service.fault({ effect: 'trickle', values: '試験1\\.', pauseMs: 10 } as never);
		const { error } = await run(create(rows(6), { credential: credential({ concurrentRequests: 2 }) }));
		expect(stored()).toHaveLength(1);
		expect(service.journal).toHaveLength(2);
		expect(error?.message).toContain(`1 of 6 items was created (ID ${stored()[0]}); item 0 failed; 4 were not sent`);
	});

	test('the message itself says that a record may have been stored', async () => {
		failItem(1, { effect: 'resetAfterStore', store: true });
		const { error } = await run(create(rows(3)));
		expect(service.journal).toHaveLength(2);
		expect(error?.message).toMatch(/\[item 1\]\. The record may already exist\. Check HotProfile before you retry this item\. 1 of 3 items was created \(ID \d+\); item 1 may have been created; 1 was not sent$/);
	});

	test('an error that a retry resolves does not stop the run', async () => {
		service.fault({ effect: '429', values: '試験0\\.', times: 2, retryAfter: 'none' } as never);
		const { status } = await run(create(rows(5), { credential: credential({ requestsPerMinute: 600 }) }));
		expect(status).toBe('success');
		expect(stored()).toHaveLength(5);
	});

	test.each(['update', 'create'])('a call waiting for its retry does not hide the failure of another one (%s)', async (operation) => {
		const isCreate = operation === 'create';
		// Long enough for the call to be still waiting when the other one fails.
		setTiming('WINDOW_MS', isCreate ? 3000 : 30_000);
		try {
			const retriedFault = isCreate ? { effect: '429', retryAfter: 'none' } : { effect: 'status', status: 503 };
			service.fault({ ...retriedFault, values: '試験0\\.', times: 9 } as never);
			failItem(1);
			const ids = [...service.leads.keys()];
			const items = rows(2).map((row, index) => ({ ...row, id: ids[index] }));
			const update = { resource: 'lead', operation, clientId, id: '={{ $json.id }}', updateFields: { note: '={{ $json.name }}' } };
			const job = create(items, { credential: credential({ concurrentRequests: 2 }) });
			const { error } = await run(isCreate ? job : { ...job, parameters: update });
			const summary = isCreate ? '0 of 2 items were created; item 1 failed; 1 was not sent' : '0 of 2 items were updated; items 0 and 1 failed';
			expect(error?.message).toContain(`駄目です。 [item 1]. ${summary}`);
		} finally {
			setTiming('WINDOW_MS', 600);
		}
	});

	test('the failure of one execution does not stop others', async () => {
		failItem(1);
		const others = Array.from({ length: 8 }, (_, index) => ({ name: `別${index}` }));
		const [failed, other] = await Promise.all([run(create(rows(8))), run(create(others))]);
		expect(failed.error?.message).toContain('item 1 failed; 6 were not sent');
		expect(other.items).toHaveLength(8);
	});

	test('the error data does not contain rows that were only read', async () => {
		const parameters = { resource: 'lead', operation: 'getMany', limit: 3 };
		service.fault({ effect: 'status', status: 422, after: 1, body: { errors: ['駄目です。'] } } as never);
		const { error } = await run(create(rows(3), { parameters }));
		expect(error?.message).toContain('1 of 3 items was read; item 1 failed; 1 was not sent');
		expect(error?.context?.data).toMatchObject({ read: [{ item: 0 }], notSent: [2] });
		expect(JSON.stringify(error?.context?.data)).not.toContain('"id"');
	});

	test('Retry On Fail continues where the run stopped, and sends nothing twice', async () => {
		service.fault({ values: '試験2\\.', times: 1, effect: 'status', status: 422, body: { errors: ['駄目です。'] } } as never);
		const { status, items } = await run(create(rows(5), { settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 } }));
		expect(status).toBe('success');
		expect(items).toHaveLength(5);
		expect(new Set(stored()).size).toBe(5);
		expect(service.journal).toHaveLength(6);
	});

	test('a waiting batch does not start after a failure', async () => {
		failItem(0);
		const batching = { batch: { batchSize: 1, batchInterval: 50 } };
		const job = create(rows(4));
		const { error } = await run({ ...job, parameters: { ...job.parameters, requestOptions: { batching } } });
		expect(service.journal).toHaveLength(1);
		expect(error?.message).toContain('3 were not sent');
	});

	test('items that are not queued yet are not sent after a failure', async () => {
		failItem(0);
		await run(create(rows(700)));
		expect(service.journal).toHaveLength(1);
	});

	test('invalid items prevent all calls, and are counted and listed', async () => {
		const items = rows(20).map((row, index) => ([3, 8, 9, 12, 15, 17, 18].includes(index) ? { name: '' } : row));
		const { error } = await run(create(items));
		expect(service.journal).toHaveLength(0);
		expect(error?.message).toContain("'Last Name' is required");
		expect(error?.message).toContain('[item 3]');
		expect(error?.description).toContain('Nothing was sent because 7 of 20 items have errors');
		expect(error?.description).toContain("item 8: 'Last Name'");
		expect(error?.description).toMatch(/; 2 more$/);
	});

	test.each([
		['an expression that fails', '={{ $json.day.toDateTime().toFormat("yyyy") }}', /^cannot convert/],
		['an expression with a syntax error', '={{ $json. }}', /^invalid syntax/],
	])('invalid items are counted if the first one has %s', async (_name, note, message) => {
		const items = [0, 1, 2, 3, 4, 5].map((index) => ({ name: index === 4 ? '' : '試験', day: index === 1 ? 'no day' : '2026-01-01' }));
		const job = create(items);
		const { error } = await run({ ...job, parameters: { ...job.parameters, additionalFields: { note } } });
		expect(service.journal).toHaveLength(0);
		expect(error?.message).toMatch(message);
		const invalid = note.includes('day') ? 2 : 6;
		expect(error?.description).toContain(`Nothing was sent because ${invalid} of 6 items have errors`);
		if (invalid === 2) expect(error?.description).toMatch(/Item 1: cannot convert.*; item 4: 'Last Name'/);
	});

	test('a single invalid item is not counted', async () => {
		const { error } = await run(create([{ name: '' }]));
		expect(error?.description).toBe('Nothing was sent');
	});
});

describe('On Error: Continue', () => {
	test('a 403 fails only its own item', async () => {
		failItem(1, { effect: 'keyRefused', status: 403 });
		const { items } = await run(create(rows(4), { onError: 'continueRegularOutput' }));
		expect(stored()).toHaveLength(3);
		expect(items[1].json.error).toMatch(/denied permission.*\[item 1\]/);
	});

	test('a 401 ends all queued calls with the same key', async () => {
		failItem(1, { effect: 'keyRefused', status: 401 });
		const { items } = await run(create(rows(4), { onError: 'continueRegularOutput' }));
		expect(service.journal).toHaveLength(2);
		expect(items.map(({ json }) => typeof json.error)).toEqual(['undefined', 'string', 'string', 'string']);
	});

	test('the summary after the run counts the failures', async () => {
		for (const item of [1, 2, 4, 5, 6]) failItem(item);
		const { hints } = await run(create(rows(7), { onError: 'continueRegularOutput' }));
		expect(hints.map(({ message }) => message).join()).toContain('7 items: 2 created, 5 failed');
	});
});

test('a canceled run reports its progress', async () => {
	service.fault({ effect: 'hang', values: '試験2\\.' } as never);
	const execution = start(create(rows(5)));
	while (service.journal.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
	execution.cancel();
	const { status, error } = await execution.done;
	expect(status).toBe('canceled');
	expect(error?.message).toContain('2 of 5 items were created');
	expect(error?.message).toContain('item 2 may have been created; 2 were not sent');
});

test.each([
	['EEXIST', '顧客コード preexistente は登録済みです'],
	['ENOENT', 'Cliente ENOENTE não encontrado'],
	['ECONNREFUSED', 'ECONNREFUSED とは'],
])("a service message that contains %s reaches the user unchanged", async (_code, sentence) => {
	failItem(0, { effect: 'status', status: 422, body: { errors: [sentence] } });
	for (const onError of [undefined, 'continueRegularOutput'] as const) {
		const { error, items } = await run(create(rows(1), { onError }));
		expect(`${error?.message} ${JSON.stringify(items[0]?.json)}`).toContain(sentence);
	}
	const tool = await run(create(rows(1), { node: 'hotProfileTool' }));
	expect(tool.error?.message).toContain(sentence);
	service.reset();
	service.fault({ effect: 'status', status: 401, body: { errors: [sentence] }, times: 9 } as never);
	await expect(testCredential('hotProfileApi', credential())).rejects.toThrow(sentence);
	const picker = (await listSearch(create([]), 'searchClients').catch((error: unknown) => error)) as Error & { description?: string };
	expect(picker.description).toContain(sentence);
});

describe('a record that an ERP stored before another item failed', () => {
	let erp: ErpService;
	beforeAll(async () => {
		erp = await startErpDatacake({ limit: null });
	});
	beforeEach(() => erp.reset());
	afterAll(async () => await erp.close());
	const createTickets = (response: object, more: IDataObject = {}): Job => {
		erp.fault({ effect: 'status', status: 200, body: response } as never);
		erp.fault({ effect: 'status', status: 422, body: { error: 'Dados recusados.' } } as never);
		return {
			node: 'erpDatacake', items: [{}, {}, {}], credential: { baseUrl: erp.url, token: erp.apiKey, requestsPerMinute: 1000, concurrentRequests: 1 },
			parameters: { resource: 'ticket', operation: 'create', idCliente: '1001', assunto: 'a', mensagem: 'b', options: { checkIds: false }, ...more },
		};
	};

	test.each([
		['next to IDs that were sent', { id_cliente: '1001', id_atendiemnto: '77' }, { output: 'raw' }, ' (ID 77)'],
		['under a name other than in the contract', { id_cliente: '1001', id_atendimento: '77' }, {}, ' (ID 77)'],
		['in simplified output', { id_atendiemnto: '77', obs: 'x' }, {}, ' (ID 77)'],
		['without a value', { success: true, id_atendiemnto: null }, {}, ''],
		['outside the selected fields', { id_atendiemnto: '77', obs: 'x' }, { output: 'selectedFields', outputFields: ['remarks'] }, ' (ID 77)'],
	])('is reported with its ID, if that comes %s', async (_name, response, more, ids) => {
		const { error } = await run(createTickets(response, more));
		expect(error?.message).toBe(`Create ticket: Dados recusados. [item 1]. 1 of 3 items was created${ids}; item 1 failed; 1 was not sent`);
		if (ids !== '') expect(JSON.stringify(error?.context?.data)).toContain('"77"');
	});
});
