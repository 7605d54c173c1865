import * as erp from '../../nodes/ErpDatacake/connection.ts';
import * as hotProfile from '../../nodes/HotProfile/connection.ts';
import { parseKey } from '../../nodes/shared/http/credentials';
import * as zen from '../../nodes/ZenTotals/connection.ts';

/** One account is what the service takes for one, however a credential spells it. */

const names = (connections: Array<{ accountId: string }>) => new Set(connections.map(({ accountId }) => accountId)).size;

test('HotProfile: an instance, whatever the key', () => {
	const apiKey = 'key-one-of-two';
	const same = ['example.hot-profile.com', 'EXAMPLE.Hot-Profile.com', 'example.hot-profile.com.', ' https://example.hot-profile.com:443/leads?page=2 ', 'http://example.hot-profile.com/'];
	expect(names([...same.map((instance) => hotProfile.connect({ instance, apiKey })), hotProfile.connect({ instance: same[0], apiKey: 'key-two-of-two' })])).toBe(1);
	expect(names([same[0], 'other.hot-profile.com'].map((instance) => hotProfile.connect({ instance, apiKey })))).toBe(2);
	const [one, two] = [apiKey, 'key-two-of-two'].map((key) => hotProfile.connect({ instance: same[0], apiKey: key }));
	expect(one.keyId).not.toBe(two.keyId);
	expect(JSON.stringify([one.keyId, one.accountId])).not.toContain('key');
});

test('ERP Datacake: a token at a host, wherever its paths and its header stand', () => {
	const usual = { baseUrl: 'https://erp.example.com/api', token: 'the-token' };
	const same = [
		usual,
		{ ...usual, headerName: 'authorization', headerPrefix: 'bearer' },
		{ ...usual, headerName: 'X-Token', headerPrefix: '' },
		{ ...usual, baseUrl: 'https://ERP.example.com:443/', endpointPaths: 'get_client_info: /api/clientes' },
		{ ...usual, baseUrl: 'erp.example.com./api/v2/' },
		{ ...usual, token: ' the-token\n' },
	];
	expect(names(same.map((credentials) => erp.connect(credentials)))).toBe(1);
	const others = [{ token: 'other-token' }, { baseUrl: 'https://erp.example.com:8443/api' }, { baseUrl: 'https://erp2.example.com/api' }];
	expect(names([usual, ...others.map((other) => ({ ...usual, ...other }))].map((credentials) => erp.connect(credentials)))).toBe(4);
	expect(erp.connect(same[0]).keyId).not.toBe(erp.connect(same[2]).keyId);
	expect(erp.connect(same[0]).keyId).toBe(erp.connect(same[5]).keyId);
});

test('CRM Zen: a report URL with its token', () => {
	const totalsToken = 'token-of-totals';
	const same = [
		'https://crm.example.com/r/totais?conta=7&loja=a%20b',
		' HTTPS://CRM.example.com:443/r/totais?loja=a+b&conta=7#top',
		'https://crm.example.com./r/totais/?conta=7&loja=a%20b&data=2026-03-02',
		'https://crm.example.com/r/t%6ftais?conta=%37&loja=a%20b',
	];
	expect(names(same.map((totalsUrl) => zen.connect({ totalsUrl, totalsToken }, 'totals')))).toBe(1);
	const others = ['https://crm.example.com/r/totais?conta=8&loja=a%20b', 'https://crm.example.com/r/totais'];
	expect(names([same[0], ...others].map((totalsUrl) => zen.connect({ totalsUrl, totalsToken }, 'totals')))).toBe(3);
	expect(names([zen.connect({ totalsUrl: same[0], totalsToken }, 'totals'), zen.connect({ totalsUrl: same[0], totalsToken: 'other-token' }, 'totals')])).toBe(2);
});

test('this machine is one, by each of its names, but not each of its addresses', () => {
	const connect = {
		HotProfile: (host: string) => hotProfile.connect({ instance: `http://${host}:3000`, apiKey: 'key-one-of-two' }),
		ERP: (host: string) => erp.connect({ baseUrl: `http://${host}:3000/api`, token: 'the-token' }),
		'CRM Zen': (host: string) => zen.connect({ totalsUrl: `http://${host}:3000/api?a=1`, totalsToken: 'token-of-totals' }, 'totals'),
	};
	for (const one of Object.values(connect)) {
		expect(names(['127.0.0.1', 'localhost', 'LOCALHOST.', '[::1]', '127.1'].map(one))).toBe(1);
		expect(names(['127.0.0.1', '127.0.0.2'].map(one))).toBe(2);
	}
	// The key itself goes to the name that was given.
	expect(() => erp.authenticate({ baseUrl: 'http://127.0.0.1:3000', token: 'the-token' }, { url: 'http://localhost:3000/x' })).toThrow('only to http://127.0.0.1:3000, not to');
});

describe('a pasted key', () => {
	test.each([' the-key ', 'the-key\n', '\r\n\tthe-key', '\ufeffthe-key\u200b', '\u00a0the-key\u3000', 'the-key'])('%j loses what stands around it', (given) =>
		expect(parseKey(given, 'Token', 'the ERP')).toBe('the-key'),
	);

	test.each<[unknown, string | undefined, string]>([
		['Bearer the-key', 'Bearer', "'Token' in the credential starts with 'Bearer'. Remove it, because 'Header Prefix' adds it"],
		[' bearer  the-key', 'Bearer', "'Token' in the credential starts with 'bearer'. Remove it, because 'Header Prefix' adds it"],
		['Token the-key', 'Token', "'Token' in the credential starts with 'Token'. Remove it, because 'Header Prefix' adds it"],
		['Bearer the-key', '', "'Token' in the credential starts with 'Bearer'. Move it to 'Header Prefix'"],
		['Bearer the-key', undefined, "'Token' in the credential starts with 'Bearer'. Remove it"],
		['the key', 'Bearer', "'Token' in the credential contains a space, a line break, or a full-width or accented character. Copy it again from the ERP"],
		['ｔｈｅ－ｋｅｙ', undefined, "'Token' in the credential contains a space, a line break, or a full-width or accented character. Copy it again from the ERP"],
		['  ', undefined, "'Token' in the credential is empty. Copy it again from the ERP"],
		[null, undefined, "'Token' in the credential is empty. Copy it again from the ERP"],
		[1e21, undefined, "'Token' in the credential must be text, but the expression returned another type"],
		[undefined, undefined, "'Token' in the credential is empty. Copy it again from the ERP"],
	])('%j, with the prefix %j, is refused', (given, prefix, sentence) => expect(() => parseKey(given, 'Token', 'the ERP', prefix)).toThrow(sentence));

	test('is sent as it should be, by all three', () => {
		const key = ' the-pasted-key\n';
		expect(hotProfile.authenticate({ instance: 'a.example.com', apiKey: key }, { url: '/x' }).body).toEqual({ api_key: 'the-pasted-key' });
		expect(erp.authenticate({ baseUrl: 'a.example.com', token: key }, { url: '/x' }).headers).toEqual({ Authorization: 'Bearer the-pasted-key' });
		expect(zen.authenticate({ totalsUrl: 'https://a.example.com/x', totalsToken: key }, { url: 'https://a.example.com/x' }).headers).toEqual({ token: 'the-pasted-key' });
		expect(erp.connect({ baseUrl: 'a.example.com', token: key }).secrets).toEqual(['the-pasted-key']);
		expect(() => erp.connect({ baseUrl: 'a.example.com', token: 'Bearer the-key' })).toThrow("Remove it, because 'Header Prefix' adds it");
	});
});
