import * as erp from '../../nodes/ErpDatacake/connection.ts';
import * as hotProfile from '../../nodes/HotProfile/connection.ts';
import { parseKey } from '../../nodes/shared/http/credentials';
import * as zen from '../../nodes/ZenTotals/connection.ts';

/** Credentials that the service treats as one account share one account ID, however they are written. */

const countAccounts = (connections: Array<{ accountId: string }>) => new Set(connections.map(({ accountId }) => accountId)).size;

test('HotProfile: the account is the instance, whatever the key', () => {
	const apiKey = 'key-one-of-two';
	const sameAccount = ['example.hot-profile.com', 'EXAMPLE.Hot-Profile.com', 'example.hot-profile.com.', ' https://example.hot-profile.com:443/leads?page=2 ', 'http://example.hot-profile.com/'];
	expect(countAccounts([...sameAccount.map((instance) => hotProfile.connect({ instance, apiKey })), hotProfile.connect({ instance: sameAccount[0], apiKey: 'key-two-of-two' })])).toBe(1);
	expect(countAccounts([sameAccount[0], 'other.hot-profile.com'].map((instance) => hotProfile.connect({ instance, apiKey })))).toBe(2);
	const [one, two] = [apiKey, 'key-two-of-two'].map((key) => hotProfile.connect({ instance: sameAccount[0], apiKey: key }));
	expect(one.keyId).not.toBe(two.keyId);
	expect(JSON.stringify([one.keyId, one.accountId])).not.toContain('key');
});

test('ERP Datacake: the account is the host and the token, whatever the paths and the header', () => {
	const credentials = { baseUrl: 'https://erp.example.com/api', token: 'the-token' };
	const sameAccount = [
		credentials,
		{ ...credentials, headerName: 'authorization', headerPrefix: 'bearer' },
		{ ...credentials, headerName: 'X-Token', headerPrefix: '' },
		{ ...credentials, baseUrl: 'https://ERP.example.com:443/', endpointPaths: 'get_client_info: /api/clientes' },
		{ ...credentials, baseUrl: 'erp.example.com./api/v2/' },
		{ ...credentials, token: ' the-token\n' },
	];
	expect(countAccounts(sameAccount.map((credentials) => erp.connect(credentials)))).toBe(1);
	const otherAccounts = [{ token: 'other-token' }, { baseUrl: 'https://erp.example.com:8443/api' }, { baseUrl: 'https://erp2.example.com/api' }];
	expect(countAccounts([credentials, ...otherAccounts.map((other) => ({ ...credentials, ...other }))].map((credentials) => erp.connect(credentials)))).toBe(4);
	expect(erp.connect(sameAccount[0]).keyId).not.toBe(erp.connect(sameAccount[2]).keyId);
	expect(erp.connect(sameAccount[0]).keyId).toBe(erp.connect(sameAccount[5]).keyId);
});

test('CRM Zen: the account is the report URL and its token', () => {
	const totalsToken = 'token-of-totals';
	const sameAccount = [
		'https://crm.example.com/r/totais?conta=7&loja=a%20b',
		' HTTPS://CRM.example.com:443/r/totais?loja=a+b&conta=7#top',
		'https://crm.example.com./r/totais/?conta=7&loja=a%20b&data=2026-03-02',
		'https://crm.example.com/r/t%6ftais?conta=%37&loja=a%20b',
	];
	expect(countAccounts(sameAccount.map((totalsUrl) => zen.connect({ totalsUrl, totalsToken }, 'totals')))).toBe(1);
	const otherAccounts = ['https://crm.example.com/r/totais?conta=8&loja=a%20b', 'https://crm.example.com/r/totais'];
	expect(countAccounts([sameAccount[0], ...otherAccounts].map((totalsUrl) => zen.connect({ totalsUrl, totalsToken }, 'totals')))).toBe(3);
	expect(countAccounts([zen.connect({ totalsUrl: sameAccount[0], totalsToken }, 'totals'), zen.connect({ totalsUrl: sameAccount[0], totalsToken: 'other-token' }, 'totals')])).toBe(2);
});

test('all names of the loopback address are one account, other loopback addresses are not', () => {
	const connect = {
		HotProfile: (host: string) => hotProfile.connect({ instance: `http://${host}:3000`, apiKey: 'key-one-of-two' }),
		ERP: (host: string) => erp.connect({ baseUrl: `http://${host}:3000/api`, token: 'the-token' }),
		'CRM Zen': (host: string) => zen.connect({ totalsUrl: `http://${host}:3000/api?a=1`, totalsToken: 'token-of-totals' }, 'totals'),
	};
	for (const connectTo of Object.values(connect)) {
		expect(countAccounts(['127.0.0.1', 'localhost', 'LOCALHOST.', '[::1]', '127.1'].map(connectTo))).toBe(1);
		expect(countAccounts(['127.0.0.1', '127.0.0.2'].map(connectTo))).toBe(2);
	}
	// The key is only sent to the host name that the credential contains.
	expect(() => erp.authenticate({ baseUrl: 'http://127.0.0.1:3000', token: 'the-token' }, { url: 'http://localhost:3000/x' })).toThrow('only to http://127.0.0.1:3000, not to');
});

describe('a pasted key', () => {
	test.each([' the-key ', 'the-key\n', '\r\n\tthe-key', '\ufeffthe-key\u200b', '\u00a0the-key\u3000', 'the-key'])('%j is trimmed', (pasted) =>
		expect(parseKey(pasted, 'Token', 'the ERP')).toBe('the-key'),
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
	])('%j with the prefix %j is rejected', (pasted, prefix, message) => expect(() => parseKey(pasted, 'Token', 'the ERP', prefix)).toThrow(message));

	test('is sent trimmed to all three services', () => {
		const key = ' the-pasted-key\n';
		expect(hotProfile.authenticate({ instance: 'a.example.com', apiKey: key }, { url: '/x' }).body).toEqual({ api_key: 'the-pasted-key' });
		expect(erp.authenticate({ baseUrl: 'a.example.com', token: key }, { url: '/x' }).headers).toEqual({ Authorization: 'Bearer the-pasted-key' });
		expect(zen.authenticate({ totalsUrl: 'https://a.example.com/x', totalsToken: key }, { url: 'https://a.example.com/x' }).headers).toEqual({ token: 'the-pasted-key' });
		expect(erp.connect({ baseUrl: 'a.example.com', token: key }).secrets).toEqual(['the-pasted-key']);
		expect(() => erp.connect({ baseUrl: 'a.example.com', token: 'Bearer the-key' })).toThrow("Remove it, because 'Header Prefix' adds it");
	});
});
