import { connect, instanceUrl, authenticate } from '../../nodes/HotProfile/connection.ts';
import { hotProfile, parseResponse } from '../../nodes/HotProfile/service';
import { createLead } from '../../nodes/HotProfile/resources/lead/create.ts';
import { getManyLeads } from '../../nodes/HotProfile/resources/lead/getMany.ts';
import { simplify } from '../../nodes/HotProfile/columns';
import type { HttpResponse } from '../../nodes/shared/http/service';

const respond = (body: unknown, status = 200, headers = {}): HttpResponse => ({ status, headers, body });

/** The error that `work` throws. */
function errorOf(work: () => unknown) {
	try {
		work();
	} catch (error) {
		return error;
	}
	throw new Error('Nothing was thrown');
}

describe('the instance', () => {
	test.each([
		['example.hot-profile.com', 'https://example.hot-profile.com'],
		[' EXAMPLE.hot-profile.com/ ', 'https://example.hot-profile.com'],
		['https://example.hot-profile.com/leads/5?x=1', 'https://example.hot-profile.com'],
		['http://example.hot-profile.com', 'https://example.hot-profile.com'],
		['https://example.hot-profile.com:8443/', 'https://example.hot-profile.com'],
		['123.example.hot-profile.com', 'https://123.example.hot-profile.com'],
		['http://127.0.0.1:5701', 'http://127.0.0.1:5701'],
		['http://localhost:5701/', 'http://localhost:5701'],
		['http://[::1]:5701', 'http://[::1]:5701'],
	])('%s becomes %s', (instance, url) => expect(instanceUrl(instance)).toBe(url));

	test.each(['', '   ', 'no host', 'hotprofile', 'ftp://example.hot-profile.com', 'https://', 'a@example.com', 'example..com', undefined, 5])(
		'%p is rejected',
		(instance) => expect(errorOf(() => instanceUrl(instance))).toMatchObject({ reason: 'invalidCredential', message: expect.stringContaining("'Instance'") }),
	);
});

describe('the credential', () => {
	const instance = 'example.hot-profile.com';

	test('an account has one ID, however its instance is written, and the ID does not reveal the key', () => {
		const { accountId } = connect({ instance, apiKey: 'secret-key' });
		expect(connect({ instance: `https://${instance}/`, apiKey: 'secret-key' }).accountId).toBe(accountId);
		expect(connect({ instance: 'other.hot-profile.com', apiKey: 'secret-key' }).accountId).not.toBe(accountId);
		expect(accountId).not.toContain('secret');
	});

	test('defaults to the limits of the connector', () => {
		expect(connect({ instance, apiKey: 'k' }).limits).toEqual({ maxCalls: 100, windowMs: 60_000, maxConcurrent: 2 });
		expect(connect({ instance, apiKey: 'k', requestsPerMinute: 30, concurrentRequests: '1' }).limits).toMatchObject({ maxCalls: 30, maxConcurrent: 1 });
	});

	test.each([
		[{ apiKey: 'a\nb' }, "'API Key'"],
		[{ apiKey: 'a b' }, "'API Key'"],
		[{ apiKey: '' }, "'API Key'"],
		[{ apiKey: 'ｋｅｙ' }, "'API Key'"],
		[{ apiKey: 'k', requestsPerMinute: 0 }, "'Requests per Minute'"],
		[{ apiKey: 'k', requestsPerMinute: 1001 }, "'Requests per Minute'"],
		[{ apiKey: 'k', concurrentRequests: 21 }, "'Concurrent Requests'"],
		[{ apiKey: 'k', concurrentRequests: 1.5 }, "'Concurrent Requests'"],
	])('%j is rejected with the label of the field', (credential, label) =>
		expect(errorOf(() => connect({ instance, ...credential }))).toMatchObject({ message: expect.stringContaining(label) }),
	);

	test('adds the key to the body', () => {
		const signed = authenticate({ instance, apiKey: 'k' }, { url: '/x', body: { a: 1 } });
		expect(signed).toMatchObject({ url: `https://${instance}/x`, body: { a: 1, api_key: 'k' } });
	});

	test.each([
		[{ url: 'https://elsewhere.example/x' }, 'only'],
		[{ uri: 'https://elsewhere.example/x' }, 'only'],
		[{ url: 'http://example.hot-profile.com/x' }, 'only'],
		[{ url: '/x', baseURL: 'https://elsewhere.example' }, 'only'],
		[{ url: '/x', body: 'a=1' }, 'Form Urlencoded'],
		[{ url: '/x', body: Buffer.from('a=1') }, 'Form Urlencoded'],
	])('does not add the key to the request %j', (request, reason) =>
		expect(errorOf(() => authenticate({ instance, apiKey: 'k' }, request as never))).toMatchObject({ message: expect.stringContaining(reason) }),
	);

	test('adds the key to a form of the HTTP Request node', () => {
		const signed = authenticate({ instance, apiKey: 'k' }, { uri: `https://${instance}/x`, form: { a: 1 } } as never);
		expect(signed).toMatchObject({ form: { a: 1, api_key: 'k' } });
		expect(signed).not.toHaveProperty('body');
	});
});

describe('parseResponse', () => {
	test.each([
		['a record', createLead, { id: 5 }, { rows: [{ id: 5 }] }],
		['rows', getManyLeads, { leads: [{ id: 1 }], pages: { total_count: 7 } }, { rows: [{ id: 1 }], total: 7 }],
		['pages as an array', getManyLeads, { leads: [], pages: [{ total_count: 0 }] }, { rows: [], total: 0 }],
		['no pages', getManyLeads, { leads: [] }, { rows: [], total: undefined }],
		['a total lower than the number of rows', getManyLeads, { leads: [{ id: 1 }], pages: { total_count: 0 } }, { rows: [{ id: 1 }], total: 0 }],
		['an empty errors array', createLead, { id: 5, errors: [] }, { rows: [{ id: 5, errors: [] }] }],
	])('reads %s', (_name, operation, body, expected) => expect(parseResponse(respond(body), operation)).toEqual(expected));

	const message = '姓を入力してください。';

	test.each<[string, HttpResponse, object]>([
		['errors as an array', respond({ errors: [message] }), { reason: 'rejected', details: { messages: [message] } }],
		['errors as an object', respond({ errors: { family_name: [message], x: 'b' } }), { reason: 'rejected', details: { messages: [message, 'b'] } }],
		['errors as text', respond({ errors: message }, 422), { reason: 'rejected', details: { messages: [message] } }],
		['an HTML page', respond('<html></html>'), { reason: 'htmlResponse' }],
		['an empty body', respond(''), { reason: 'emptyResponse' }],
		['null', respond(null), { reason: 'emptyResponse' }],
		['truncated JSON', respond('{"leads":[{"id":1'), { reason: 'invalidJson' }],
		['an unexpected root key', respond({ clients: [] }), { reason: 'unexpectedResponse' }],
		['a rejected key', respond({}, 401), { reason: 'unauthorized' }],
		['a missing permission', respond({ errors: ['x'] }, 403), { reason: 'forbidden', details: { messages: ['x'] } }],
		['a 404 page', respond('<html></html>', 404), { reason: 'notFound' }],
		['an unknown ID', respond({ errors: ['x'] }, 404), { reason: 'notFound' }],
		['a redirect', respond('', 302), { reason: 'redirected' }],
		['an unavailable service', respond('<html></html>', 503), { reason: 'unavailable' }],
		['429 with Retry-After in seconds', respond({}, 429, { 'retry-after': '7' }), { reason: 'rateLimited', details: { retryAfterMs: 7000 } }],
		['429 without Retry-After', respond({}, 429), { reason: 'rateLimited', details: { retryAfterMs: undefined } }],
		['a 403 whose message mentions limits', respond({ errors: ['このデータへのアクセスが制限されています'] }, 403), { reason: 'forbidden' }],
		['a message about a limit on values', respond({ errors: ['同時に登録できるタグの上限は10個です'] }), { reason: 'rejected' }],
		['a message outside errors', respond({ message: 'x' }, 422), { reason: 'rejected', details: { messages: ['x'] } }],
		['a plain text body', respond('x', 400), { reason: 'rejected', details: { messages: ['x'] } }],
		['a message about too many requests', respond({ errors: ['APIの呼び出し回数が上限に達しました。'] }), { reason: 'rateLimited' }],
	])('throws for %s', (_name, response, expected) => expect(errorOf(() => parseResponse(response, getManyLeads))).toMatchObject(expected));

	test('reads a date in Retry-After', () => {
		const at = new Date(Date.now() + 30_000).toUTCString();
		const { details } = errorOf(() => parseResponse(respond({}, 429, { 'retry-after': at }), createLead)) as { details: { retryAfterMs: number } };
		expect(details.retryAfterMs).toBeGreaterThan(28_000);
		expect(details.retryAfterMs).toBeLessThanOrEqual(30_000);
	});
});

test('Simplified output has typed values', () => {
	expect(
		simplify({
			id: 1, pref_id: '', client_id: 2, customer_id: '007', important_customer_flg: '◯', end_user_flg: 'ー', store_flg: '',
			trade_on: '2025/05/12', created_at: '2025/05/12 09:30:15', updated_at: '2025-05-13T18:02:44+09:00', latitude: '34.7024854',
			longitude: null, tags: ['a'], items: [{ id: 7001, label: '契約番号', value: 'A-77' }, { id: 7002, label: '契約番号', value: 'B' }],
			private_items: { items: [] },
		}, getManyLeads),
	).toEqual({
		id: 1, pref_id: null, client_id: 2, customer_id: '007', important_customer_flg: true, end_user_flg: false, store_flg: null,
		trade_on: '2025-05-12T00:00:00+09:00', created_at: '2025-05-12T09:30:15+09:00', updated_at: '2025-05-13T18:02:44+09:00',
		latitude: 34.7024854, longitude: null, tags: ['a'], items: { 契約番号: 'A-77', '契約番号 (7002)': 'B' },
	});
});

test.each(['lead', 'client', 'businessCard'])('every column of a %s has a distinct English title, and the type that its wire name implies', (value) => {
	const { operations = [] } = hotProfile.resources.find((one) => one.value === value) ?? {};
	const columns = operations.find((one) => one.value === 'getMany')?.columns ?? {};
	const titles = Object.values(columns).map(({ title }) => title);
	expect(titles.length).toBeGreaterThan(25);
	expect(new Set(titles).size).toBe(titles.length);
	for (const title of titles) expect(title).toMatch(/^[A-Z(]/);
	const values = ['', null, '◯', 'ー', '12', '012', '2025/05/12', '2025/02/31', '2025/05/12 09:30:15', '2025-05-12', 'x', ['a'], [{ id: 1, label: 'l', value: 'v' }]];
	for (const [wire, { key }] of Object.entries(columns)) {
		expect(key).toBe(wire);
		for (const one of values) expect(simplify({ [wire]: one } as never, { columns })).toEqual(simplify({ [wire]: one } as never, {}));
	}
});
