import * as erp from '../../nodes/ErpDatacake/connection.ts';
import * as hotProfile from '../../nodes/HotProfile/connection.ts';
import { requestTarget } from '../../nodes/shared/http/requestTarget';
import * as zen from '../../nodes/ZenTotals/connection.ts';

/** Which requests of other nodes get the key, in both request formats of n8n. */

const KEY = 'the-key-of-this-test';
const OWN_ORIGIN = 'https://own.example.com';

const services = {
	HotProfile: { authenticate: hotProfile.authenticate, credentials: { instance: 'own.example.com', apiKey: KEY } },
	'ERP Datacake': { authenticate: erp.authenticate, credentials: { baseUrl: `${OWN_ORIGIN}/api`, token: KEY } },
	'CRM Zen': { authenticate: zen.authenticate, credentials: { totalsUrl: `${OWN_ORIGIN}/api/x`, totalsToken: KEY } },
};

const foreignRequests: object[] = [
	{ url: 'https://other.example.com/api/x' },
	{ url: 'http://own.example.com/api/x' },
	{ url: 'https://own.example.com:8443/api/x' },
	{ url: 'https://own.example.com.other.example/api/x' },
	{ url: 'https://own.example.com@other.example.com/api/x' },
	{ url: 'https://other.example.com\\@own.example.com/api/x' },
	{ url: 'https://other.example.com#@own.example.com/api/x' },
	{ url: 'https://user@own.example.com/api/x' },
	{ url: 'https://:word@own.example.com/api/x' },
	{ url: '//other.example.com/api/x' },
	{ url: 'HTTPS://OTHER.EXAMPLE.COM/api/x' },
	{ url: 'https://own.example.com../api/x' },
	{ url: 'https://other.example.com./api/x' },
	{ url: ' https://other.example.com/api/x' },
	{ url: 'ftp://own.example.com/api/x' },
	{ url: 'data:text/plain,x' , baseURL: 'https://other.example.com' },
	{ url: '/api/x', baseURL: 'https://other.example.com' },
	{ url: 'api/x', baseURL: '//other.example.com' },
	{ url: '', baseURL: 'https://other.example.com/api/x' },
	{ baseURL: 'https://other.example.com/api/x' },
	{ url: '/api/x', baseURL: 'not an address' },
	// If both are set, n8n uses url.
	{ url: 'https://other.example.com/api/x', uri: `${OWN_ORIGIN}/api/x` },
	{ url: 'https://[::1]/api/x' },
];

const ownRequests: object[] = [
	{ url: `${OWN_ORIGIN}/api/x` },
	{ url: 'HTTPS://OWN.EXAMPLE.COM:443/api/x' },
	{ url: 'https://own.example.com./api/x' },
	{ url: 'https:\\\\own.example.com\\api\\x', baseURL: undefined },
	{ url: '/x', baseURL: `${OWN_ORIGIN}/api/` },
	{ url: `${OWN_ORIGIN}/api/x`, uri: 'https://other.example.com/api/x', baseURL: 'https://other.example.com' },
];

/** The same request in the legacy format that the HTTP Request node uses. */
const toLegacy = ({ url, uri, ...request }: { url?: string; uri?: string }) => ({ uri: url ?? uri, ...request });

describe.each(Object.entries(services))('%s', (_name, { authenticate, credentials }) => {
	const hasKey = (request: object) => JSON.stringify(authenticate(credentials, request as never)).includes(KEY);

	test.each(foreignRequests)('%j is rejected without the key', (request) => {
		for (const form of [request, toLegacy(request)]) {
			expect(() => authenticate(credentials, form as never)).toThrow(/^(This credential sends its|The URL of this request)/);
		}
	});

	test.each(ownRequests)('%j gets the key, at the URL that was checked', (request) => {
		const forms = 'uri' in request ? [request] : [request, toLegacy(request)];
		for (const form of forms.filter((one) => _name === 'ERP Datacake' || !('baseURL' in one && one.baseURL === undefined))) {
			expect(hasKey(form)).toBe(true);
			const authenticated = authenticate(credentials, form as never) as object;
			expect(new URL((authenticated as { url: string }).url).origin).toBe(OWN_ORIGIN);
			expect(authenticated).not.toHaveProperty('uri');
			expect(authenticated).not.toHaveProperty('baseURL');
		}
	});

	test('disables redirects in both formats', () => {
		const redirectOptions = { followRedirect: true, followAllRedirects: true, maxRedirects: 21, disableFollowRedirect: false, sendCredentialsOnCrossOriginRedirect: true };
		for (const form of [{ url: `${OWN_ORIGIN}/api/x`, ...redirectOptions }, { uri: `${OWN_ORIGIN}/api/x`, ...redirectOptions }]) {
			expect(authenticate(credentials, form as never)).toMatchObject({
				followRedirect: false, followAllRedirects: false, disableFollowRedirect: true, sendCredentialsOnCrossOriginRedirect: false,
			});
		}
	});

	test('does not modify the request, and keeps its symbols', () => {
		const mark = Symbol('mark');
		const request = Object.freeze({ uri: `${OWN_ORIGIN}/api/x`, headers: Object.freeze({ a: 'b' }), [mark]: true });
		expect(authenticate(credentials, request as never)).toMatchObject({ [mark]: true });
	});

	test('is idempotent', () => {
		const authenticated = authenticate(credentials, { url: `${OWN_ORIGIN}/api/x` });
		expect(authenticate(credentials, authenticated)).toEqual(authenticated);
	});
});

test('builds URLs as axios does', () => {
	const href = (request: object, baseUrl?: string) => requestTarget(request as never, baseUrl).href;
	expect(href({ url: '/clientes?a=1' }, `${OWN_ORIGIN}/api`)).toBe(`${OWN_ORIGIN}/api/clientes?a=1`);
	expect(href({ url: 'clientes' }, `${OWN_ORIGIN}/api/`)).toBe(`${OWN_ORIGIN}/api/clientes`);
	expect(href({ url: '' }, `${OWN_ORIGIN}/api`)).toBe(`${OWN_ORIGIN}/api`);
	expect(href({}, `${OWN_ORIGIN}/api`)).toBe(`${OWN_ORIGIN}/api`);
	expect(href({ url: '/\\other.example.com' }, OWN_ORIGIN)).toBe(`${OWN_ORIGIN}//other.example.com`);
	expect(() => requestTarget({ uri: '/clientes' } as never)).toThrow('missing or incomplete');
	expect(() => requestTarget({} as never)).toThrow('missing or incomplete');
});

test("replaces a header of the same name in another case", () => {
	const { headers } = erp.authenticate(services['ERP Datacake'].credentials, { url: `${OWN_ORIGIN}/x`, headers: { authorization: 'Bearer other', accept: '*/*' } });
	expect(headers).toEqual({ accept: '*/*', Authorization: `Bearer ${KEY}` });
	expect(zen.authenticate(services['CRM Zen'].credentials, { url: `${OWN_ORIGIN}/api/x`, headers: { Token: 'other' } }).headers).toEqual({ token: KEY });
});

describe('CRM Zen', () => {
	const credentials = { totalsUrl: `${OWN_ORIGIN}/r/totais?conta=7`, totalsToken: 'token-of-totals', leadFileUrl: `${OWN_ORIGIN}/r/totais`, leadFileToken: 'token-of-leads' };
	const token = (request: object) => zen.authenticate(credentials, request as never).headers?.token;

	test.each([
		[{ uri: `${OWN_ORIGIN}/r/totais?conta=7&data=2026-03-02` }, 'token-of-totals'],
		[{ uri: `${OWN_ORIGIN}/r/totais?data=2026-03-02&conta=7` }, 'token-of-totals'],
		[{ uri: `${OWN_ORIGIN}/r/totais`, qs: { conta: 7, data: '2026-03-02' } }, 'token-of-totals'],
		[{ uri: `${OWN_ORIGIN}/r/totais?data=2026-03-02` }, 'token-of-leads'],
		[{ uri: `${OWN_ORIGIN}/r/totais?conta=70` }, 'token-of-leads'],
		[{ uri: `${OWN_ORIGIN}/r/t%6Ftais/`, qs: { data: '2026-03-02' } }, 'token-of-leads'],
	])('%j gets the token of its report', (request, expected) => expect(token(request)).toBe(expected));

	test.each([`${OWN_ORIGIN}/r/totais2`, `${OWN_ORIGIN}/r/totais/x`, `${OWN_ORIGIN}/r`, `${OWN_ORIGIN}/r/../totais`])('%s is not a report URL', (uri) =>
		expect(() => token({ uri })).toThrow('only to its own report URLs'),
	);
});
