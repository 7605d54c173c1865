/** The credential of CRM Zen: the URL, token and wait of each report. */

import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authenticate, checkReports, connect, connectionOf, MAX_WAIT_SECONDS } from '../nodes/ZenTotals/connection';
import { reports } from '../nodes/ZenTotals/resources';
import type { Report } from '../nodes/ZenTotals/resources/report';
import { zenTotals } from '../nodes/ZenTotals/service';
import { cacheAnswer, requestKey } from '../nodes/ZenTotals/answerCache';
import { yesterday } from '../nodes/ZenTotals/queries';
import { getManyTotals } from '../nodes/ZenTotals/resources/totals/getMany';
import { throttleExternalCall, rememberHelpers } from '../nodes/shared/http/externalCalls';
import { probedProperty } from '../nodes/shared/http/credentials';
import { afterTest, isCredentialTest, testConnection, CREDENTIAL_TEST } from '../nodes/shared/http/credentialTest';

const fieldsOf = ({ name, label, wait, required = false }: Report): INodeProperties[] => [
	{
		displayName: `${label} URL`,
		name: `${name}Url`,
		type: 'string',
		default: '',
		...(required ? { required } : {}),
		placeholder: 'e.g. https://…',
		description: `URL of the ${label} report. To find it, click the gear at the top of CRM Zen, then Integração${required ? '' : '. Only needed if you use this report'}`,
	},
	{
		displayName: `${label} Token`,
		name: `${name}Token`,
		type: 'string',
		typeOptions: { password: true },
		default: '',
		...(required ? { required } : {}),
		description: `Token of the ${label} report, from the same page`,
	},
	{
		displayName: `${label} Wait (Seconds)`,
		name: `${name}Wait`,
		type: 'number',
		typeOptions: { minValue: 0, maxValue: MAX_WAIT_SECONDS },
		default: wait,
		description: `Minimum time from the end of one request to the start of the next, across all workflows in this n8n instance. CRM Zen requires ${wait} seconds`,
	},
];

/**
 * Tests the Totals report with yesterday's, and only checks the fields of the others. A response is kept for "Use the
 * Last Answer". A refusal as too many proves URL and token as well, and within the wait after a successful request no
 * other one is sent.
 */
async function testTotals(credentials: ICredentialDataDecryptedObject, request: IHttpRequestOptions): Promise<IHttpRequestOptions> {
	checkReports(credentials);
	const values = { data: yesterday() };
	const answer = await testConnection(credentials, zenTotals, { operation: getManyTotals, values, reuseRecentOutcome: true });
	const { accountId, address = '', limits } = connect(credentials, 'totals');
	if (answer) cacheAnswer(requestKey(accountId, values), limits.windowMs, answer);
	return await afterTest(credentials, request, address);
}

export class CrmZenApi implements ICredentialType {
	name = 'crmZenApi';

	displayName = 'CRM Zen API';

	icon: Icon = { light: 'file:../nodes/ZenTotals/zenTotals.svg', dark: 'file:../nodes/ZenTotals/zenTotals.dark.svg' };

	documentationUrl = 'https://crmzen.com.br/api/totais_lead';

	properties: INodeProperties[] = [
		...reports.flatMap(fieldsOf),
		probedProperty,
	];

	/** n8n calls it before every request, and only here hands over the helpers that a test needs to send its own. */
	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject): Promise<IDataObject> {
		rememberHelpers(credentials, this.helpers);
		return {};
	}

	/** Adds the token to the header, and throttles requests that n8n sends itself. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		if (isCredentialTest(request)) return await testTotals(credentials, request);
		const signed = authenticate(credentials, request);
		await throttleExternalCall(request, credentials, 'Zen Totals', () => connectionOf(credentials, request));
		return signed;
	}

	test = CREDENTIAL_TEST;
}
