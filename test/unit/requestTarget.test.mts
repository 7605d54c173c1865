import * as erp from '../../nodes/ErpDatacake/connection.ts';
import * as hotProfile from '../../nodes/HotProfile/connection.ts';
import { requestTarget } from '../../nodes/shared/http/requestTarget';
import * as zen from '../../nodes/ZenTotals/connection.ts';

/** Where requests of other nodes lead, in both forms of n8n, and what of them gets a key. */

const KEY = 'the-key-of-this-test';
const OWN = 'https://own.example.com';

const services = {
	HotProfile: { sign: hotProfile.authenticate, credentials: { instance: 'own.example.com', apiKey: KEY } },
	'ERP Datacake': { sign: erp.authenticate, credentials: { baseUrl: `${OWN}/api`, token: KEY } },
	'CRM Zen': { sign: zen.authenticate, credentials: { totalsUrl: `${OWN}/api/x`, totalsToken: KEY } },
};

const elsewhere: object[] = [
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
	// Where both are given, the first one is sent.
	{ url: 'https://other.example.com/api/x', uri: `${OWN}/api/x` },
	{ url: 'https://[::1]/api/x' },
];

const own: object[] = [
	{ url: `${OWN}/api/x` },
	{ url: 'HTTPS://OWN.EXAMPLE.COM:443/api/x' },
	{ url: 'https://own.example.com./api/x' },
	{ url: 'https:\\\\own.example.com\\api\\x', baseURL: undefined },
	{ url: '/x', baseURL: `${OWN}/api/` },
	{ url: `${OWN}/api/x`, uri: 'https://other.example.com/api/x', baseURL: 'https://other.example.com' },
];

/** As the HTTP Request node has it. */
const ofOld = ({ url, uri, ...request }: { url?: string; uri?: string }) => ({ uri: url ?? uri, ...request });

describe.each(Object.entries(services))('%s', (_name, { sign, credentials }) => {
	const keyIn = (request: object) => JSON.stringify(sign(credentials, request as never)).includes(KEY);

	test.each(elsewhere)('%j gets no key, and a sentence', (request) => {
		for (const form of [request, ofOld(request)]) {
			expect(() => sign(credentials, form as never)).toThrow(/^(This credential sends its|The URL of this request)/);
		}
	});

	test.each(own)('%j gets it, at the address that was looked at', (request) => {
		const forms = 'uri' in request ? [request] : [request, ofOld(request)];
		for (const form of forms.filter((one) => _name === 'ERP Datacake' || !('baseURL' in one && one.baseURL === undefined))) {
			expect(keyIn(form)).toBe(true);
			const signed = sign(credentials, form as never) as object;
			expect(new URL((signed as { url: string }).url).origin).toBe(OWN);
			expect(signed).not.toHaveProperty('uri');
			expect(signed).not.toHaveProperty('baseURL');
		}
	});

	test('follows no redirect, in either form', () => {
		const asked = { followRedirect: true, followAllRedirects: true, maxRedirects: 21, disableFollowRedirect: false, sendCredentialsOnCrossOriginRedirect: true };
		for (const form of [{ url: `${OWN}/api/x`, ...asked }, { uri: `${OWN}/api/x`, ...asked }]) {
			expect(sign(credentials, form as never)).toMatchObject({
				followRedirect: false, followAllRedirects: false, disableFollowRedirect: true, sendCredentialsOnCrossOriginRedirect: false,
			});
		}
	});

	test('leaves the request itself as it is, and marks on it where they are', () => {
		const mark = Symbol('mark');
		const request = Object.freeze({ uri: `${OWN}/api/x`, headers: Object.freeze({ a: 'b' }), [mark]: true });
		expect(sign(credentials, request as never)).toMatchObject({ [mark]: true });
	});

	test('signs once what is signed twice', () => {
		const once = sign(credentials, { url: `${OWN}/api/x` });
		expect(sign(credentials, once)).toEqual(once);
	});
});

test('an address is put together as axios does it', () => {
	const href = (request: object, home?: string) => requestTarget(request as never, home).href;
	expect(href({ url: '/clientes?a=1' }, `${OWN}/api`)).toBe(`${OWN}/api/clientes?a=1`);
	expect(href({ url: 'clientes' }, `${OWN}/api/`)).toBe(`${OWN}/api/clientes`);
	expect(href({ url: '' }, `${OWN}/api`)).toBe(`${OWN}/api`);
	expect(href({}, `${OWN}/api`)).toBe(`${OWN}/api`);
	expect(href({ url: '/\\other.example.com' }, OWN)).toBe(`${OWN}//other.example.com`);
	expect(() => requestTarget({ uri: '/clientes' } as never)).toThrow('missing or incomplete');
	expect(() => requestTarget({} as never)).toThrow('missing or incomplete');
});

test("a header in other letters is replaced, so that the node's own cannot stand beside it", () => {
	const { headers } = erp.authenticate(services['ERP Datacake'].credentials, { url: `${OWN}/x`, headers: { authorization: 'Bearer other', accept: '*/*' } });
	expect(headers).toEqual({ accept: '*/*', Authorization: `Bearer ${KEY}` });
	expect(zen.authenticate(services['CRM Zen'].credentials, { url: `${OWN}/api/x`, headers: { Token: 'other' } }).headers).toEqual({ token: KEY });
});

describe('reports of CRM Zen', () => {
	const credentials = { totalsUrl: `${OWN}/r/totais?conta=7`, totalsToken: 'token-of-totals', leadFileUrl: `${OWN}/r/totais`, leadFileToken: 'token-of-leads' };
	const token = (request: object) => zen.authenticate(credentials, request as never).headers?.token;

	test.each([
		[{ uri: `${OWN}/r/totais?conta=7&data=2026-03-02` }, 'token-of-totals'],
		[{ uri: `${OWN}/r/totais?data=2026-03-02&conta=7` }, 'token-of-totals'],
		[{ uri: `${OWN}/r/totais`, qs: { conta: 7, data: '2026-03-02' } }, 'token-of-totals'],
		[{ uri: `${OWN}/r/totais?data=2026-03-02` }, 'token-of-leads'],
		[{ uri: `${OWN}/r/totais?conta=70` }, 'token-of-leads'],
		[{ uri: `${OWN}/r/t%6Ftais/`, qs: { data: '2026-03-02' } }, 'token-of-leads'],
	])('%j has its own token', (request, expected) => expect(token(request)).toBe(expected));

	test.each([`${OWN}/r/totais2`, `${OWN}/r/totais/x`, `${OWN}/r`, `${OWN}/r/../totais`])('%s is none of them', (uri) =>
		expect(() => token({ uri })).toThrow('only to its own report URLs'),
	);
});
