import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { baseUrl, connect, authenticate } from '../nodes/ErpDatacake/connection';
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
			description: "Address of your ERP's API, up to where the paths of the operations begin",
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The token that your ERP gives out for Datacake',
		},
		{
			displayName: 'Header Name',
			name: 'headerName',
			type: 'string',
			default: 'Authorization',
			description: 'Header in which the ERP expects the token',
		},
		{
			displayName: 'Header Prefix',
			name: 'headerPrefix',
			type: 'string',
			default: 'Bearer',
			description: 'Word in front of the token, with a space between. May be empty',
		},
		{
			displayName: 'GET Input In',
			name: 'getInputIn',
			type: 'options',
			options: [
				{ name: 'Query', value: 'query', description: 'As parameters of the address' },
				{ name: 'JSON Body', value: 'body', description: 'As JSON in the body of the call' },
			],
			default: 'query',
			description: 'Where the ERP reads the input of operations that only read',
		},
		{
			displayName: 'Endpoint Paths',
			name: 'endpointPaths',
			type: 'string',
			typeOptions: { rows: 6 },
			default: '',
			placeholder: 'get_client_info: /clientes/{cnpj_cpf}\nlist_open_invoices: /boletos',
			description:
				'Only where your ERP has other paths than the usual ones: one line for each operation, with the name of the Datacake contract. A field in braces takes its value out of the input. Lines with # are skipped',
		},
		...limitProperties(),
		probedProperty,
	];

	/** n8n calls it ahead of every request, and only here hands over what a test needs to make its call. */
	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject): Promise<IDataObject> {
		rememberHelpers(credentials, this.helpers);
		return {};
	}

	/** Puts the token into its header, and counts the calls that n8n makes itself. Its test says in plain words why it fails. */
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
