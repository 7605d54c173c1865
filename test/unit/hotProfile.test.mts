import { connect, instanceUrl, authenticate } from '../../nodes/HotProfile/connection.ts';
import { parseResponse } from '../../nodes/HotProfile/service';
import { createLead } from '../../nodes/HotProfile/resources/lead/create.ts';
import { getManyLeads } from '../../nodes/HotProfile/resources/lead/getMany.ts';
import { simplify } from '../../nodes/HotProfile/columns';
import type { HttpResponse } from '../../nodes/shared/http/service';

const answer = (body: unknown, status = 200, headers = {}): HttpResponse => ({ status, headers, body });

function trouble(work: () => unknown) {
	try {
		work();
	} catch (error) {
		return error;
	}
	throw new Error('It went well');
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
	])('%s is %s', (given, url) => expect(instanceUrl(given)).toBe(url));

	test.each(['', '   ', 'no host', 'hotprofile', 'ftp://example.hot-profile.com', 'https://', 'a@example.com', 'example..com', undefined, 5])(
		'%p is no host',
		(given) => expect(trouble(() => instanceUrl(given))).toMatchObject({ reason: 'invalidCredential', message: expect.stringContaining("'Instance'") }),
	);
});

describe('the credential', () => {
	const instance = 'example.hot-profile.com';

	test('one account has one name, whatever the form of its instance, and the name hides the key', () => {
		const { accountId } = connect({ instance, apiKey: 'secret-key' });
		expect(connect({ instance: `https://${instance}/`, apiKey: 'secret-key' }).accountId).toBe(accountId);
		expect(connect({ instance: 'other.hot-profile.com', apiKey: 'secret-key' }).accountId).not.toBe(accountId);
		expect(accountId).not.toContain('secret');
	});

	test('has the limits of the connector unless it says otherwise', () => {
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
	])('%j names the field', (credential, label) =>
		expect(trouble(() => connect({ instance, ...credential }))).toMatchObject({ message: expect.stringContaining(label) }),
	);

	test('the key goes into the body, and to its own instance only', () => {
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
	])('a request such as %j gets no key', (request, reason) =>
		expect(trouble(() => authenticate({ instance, apiKey: 'k' }, request as never))).toMatchObject({ message: expect.stringContaining(reason) }),
	);

	test('a form of the HTTP Request node takes the key too', () => {
		const signed = authenticate({ instance, apiKey: 'k' }, { uri: `https://${instance}/x`, form: { a: 1 } } as never);
		expect(signed).toMatchObject({ form: { a: 1, api_key: 'k' } });
		expect(signed).not.toHaveProperty('body');
	});
});

describe('an answer', () => {
	test.each([
		['a record', createLead, { id: 5 }, { rows: [{ id: 5 }] }],
		['rows', getManyLeads, { leads: [{ id: 1 }], pages: { total_count: 7 } }, { rows: [{ id: 1 }], total: 7 }],
		['pages as a list', getManyLeads, { leads: [], pages: [{ total_count: 0 }] }, { rows: [], total: 0 }],
		['no pages', getManyLeads, { leads: [] }, { rows: [], total: undefined }],
		['a total below the rows', getManyLeads, { leads: [{ id: 1 }], pages: { total_count: 0 } }, { rows: [{ id: 1 }], total: 0 }],
		['empty errors', createLead, { id: 5, errors: [] }, { rows: [{ id: 5, errors: [] }] }],
	])('%s', (_name, operation, body, brings) => expect(parseResponse(answer(body), operation)).toEqual(brings));

	const sentence = '姓を入力してください。';

	test.each<[string, HttpResponse, object]>([
		['errors as list', answer({ errors: [sentence] }), { reason: 'rejected', details: { messages: [sentence] } }],
		['errors as hash', answer({ errors: { family_name: [sentence], x: 'b' } }), { reason: 'rejected', details: { messages: [sentence, 'b'] } }],
		['errors as text', answer({ errors: sentence }, 422), { reason: 'rejected', details: { messages: [sentence] } }],
		['a web page', answer('<html></html>'), { reason: 'htmlResponse' }],
		['nothing', answer(''), { reason: 'emptyResponse' }],
		['null', answer(null), { reason: 'emptyResponse' }],
		['cut JSON', answer('{"leads":[{"id":1'), { reason: 'invalidJson' }],
		['another root', answer({ clients: [] }), { reason: 'unexpectedResponse' }],
		['a refused key', answer({}, 401), { reason: 'unauthorized' }],
		['a missing right', answer({ errors: ['x'] }, 403), { reason: 'forbidden', details: { messages: ['x'] } }],
		['no API there', answer('<html></html>', 404), { reason: 'notFound' }],
		['an unknown id', answer({ errors: ['x'] }, 404), { reason: 'notFound' }],
		['a redirect', answer('', 302), { reason: 'redirected' }],
		['a busy service', answer('<html></html>', 503), { reason: 'unavailable' }],
		['too many, with seconds', answer({}, 429, { 'retry-after': '7' }), { reason: 'rateLimited', details: { retryAfterMs: 7000 } }],
		['too many, without a time', answer({}, 429), { reason: 'rateLimited', details: { retryAfterMs: undefined } }],
		['a missing right that speaks of limits', answer({ errors: ['このデータへのアクセスが制限されています'] }, 403), { reason: 'forbidden' }],
		['a limit on values', answer({ errors: ['同時に登録できるタグの上限は10個です'] }), { reason: 'rejected' }],
		['a sentence elsewhere', answer({ message: 'x' }, 422), { reason: 'rejected', details: { messages: ['x'] } }],
		['a plain sentence', answer('x', 400), { reason: 'rejected', details: { messages: ['x'] } }],
		['too many, in words', answer({ errors: ['APIの呼び出し回数が上限に達しました。'] }), { reason: 'rateLimited' }],
	])('%s', (_name, given, expected) => expect(trouble(() => parseResponse(given, getManyLeads))).toMatchObject(expected));

	test('a date in Retry-After is read', () => {
		const at = new Date(Date.now() + 30_000).toUTCString();
		const { details } = trouble(() => parseResponse(answer({}, 429, { 'retry-after': at }), createLead)) as { details: { retryAfterMs: number } };
		expect(details.retryAfterMs).toBeGreaterThan(28_000);
		expect(details.retryAfterMs).toBeLessThanOrEqual(30_000);
	});
});

test('simplified rows have real types', () => {
	expect(
		simplify({
			id: 1, pref_id: '', client_id: 2, customer_id: '007', important_customer_flg: '◯', end_user_flg: 'ー', store_flg: '',
			trade_on: '2025/05/12', created_at: '2025/05/12 09:30:15', updated_at: '2025-05-13T18:02:44+09:00', latitude: '34.7024854',
			longitude: null, tags: ['a'], items: [{ id: 7001, label: '契約番号', value: 'A-77' }, { id: 7002, label: '契約番号', value: 'B' }],
			private_items: { items: [] },
		}),
	).toEqual({
		id: 1, pref_id: null, client_id: 2, customer_id: '007', important_customer_flg: true, end_user_flg: false, store_flg: null,
		trade_on: '2025-05-12T00:00:00+09:00', created_at: '2025-05-12T09:30:15+09:00', updated_at: '2025-05-13T18:02:44+09:00',
		latitude: 34.7024854, longitude: null, tags: ['a'], items: { 契約番号: 'A-77', '契約番号 (7002)': 'B' },
	});
});
