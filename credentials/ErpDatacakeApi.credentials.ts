/** The credential of the ERP: its address, token and limits. */

import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authenticate, baseUrl, connect } from '../nodes/ErpDatacake/connection';
import { erpDatacake } from '../nodes/ErpDatacake/service';
import { getManyDueDates } from '../nodes/ErpDatacake/resources/catalogue/getManyDueDates';
import { throttleExternalCall, rememberHelpers } from '../nodes/shared/http/externalCalls';
import { limitProperties, probedProperty } from '../nodes/shared/http/credentials';
import { afterTest, isCredentialTest, testConnection, CREDENTIAL_TEST } from '../nodes/shared/http/credentialTest';

export class ErpDatacakeApi implements ICredentialType {
	name = 'erpDatacakeApi';

	displayName = 'ERP Datacake API';

	icon: Icon = { light: 'file:../nodes/ErpDatacake/erpDatacake.svg', dark: 'file:../nodes/ErpDatacake/erpDatacake.dark.svg' };

	documentationUrl = 'https://datacakebr.atlassian.net/wiki/spaces/ISP/pages/1573355528';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://erp.example.com/api',
			description: "URL of your ERP's API, without the paths of its operations",
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Token that your ERP issues for Datacake',
		},
		{
			displayName: 'Header Name',
			name: 'headerName',
			type: 'string',
			default: 'Authorization',
			description: 'Name of the header in which the ERP expects the token',
		},
		{
			displayName: 'Header Prefix',
			name: 'headerPrefix',
			type: 'string',
			default: 'Bearer',
			description: 'Word before the token, separated by a space. Leave empty if the ERP expects the token alone',
		},
		{
			displayName: 'Send GET Input As',
			name: 'getInputIn',
			type: 'options',
			options: [
				{ name: 'Query Parameters', value: 'query', description: 'Send the input in the URL' },
				{ name: 'JSON Body', value: 'body', description: 'Send the input as JSON in the request body' },
			],
			default: 'query',
			description: 'Where the ERP expects the input of read operations',
		},
		{
			displayName: 'Endpoint Paths',
			name: 'endpointPaths',
			type: 'string',
			typeOptions: { rows: 6 },
			default: '',
			placeholder: 'get_client_info: /clientes/{cnpj_cpf}\nlist_open_invoices: /boletos',
			description:
				'Only needed if your ERP does not use the default paths. Enter one operation per line, by its name in the Datacake contract. A field in braces is replaced by its input value. Lines that start with # are ignored',
		},
		...limitProperties(),
		probedProperty,
	];

	/** n8n calls it before every request, and only here hands over the helpers that a test needs to send its own. */
	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject): Promise<IDataObject> {
		rememberHelpers(credentials, this.helpers);
		return {};
	}

	/** Adds the token to its header, and throttles requests that n8n sends itself. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		if (isCredentialTest(request)) {
			await testConnection(credentials, erpDatacake, { operation: getManyDueDates });
			return await afterTest(credentials, request, baseUrl(credentials.baseUrl));
		}
		const signed = authenticate(credentials, request);
		await throttleExternalCall(request, credentials, 'ERP Datacake', () => connect(credentials));
		return signed;
	}

	test = CREDENTIAL_TEST;
}
