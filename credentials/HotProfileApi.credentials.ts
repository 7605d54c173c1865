import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { connect, instanceUrl, authenticate } from '../nodes/HotProfile/connection';
import { hotProfile } from '../nodes/HotProfile/service';
import { getManyClients } from '../nodes/HotProfile/resources/client/getMany';
import { throttleExternalCall, rememberHelpers } from '../nodes/shared/http/externalCalls';
import { limitProperties, probedProperty } from '../nodes/shared/http/credentials';
import { afterTest, isCredentialTest, testConnection, CREDENTIAL_TEST } from '../nodes/shared/http/credentialTest';

export class HotProfileApi implements ICredentialType {
	name = 'hotProfileApi';

	displayName = 'HotProfile API';

	icon: Icon = { light: 'file:../nodes/HotProfile/hotProfile.svg', dark: 'file:../nodes/HotProfile/hotProfile.dark.svg' };

	documentationUrl = 'https://hprhelp.hammock.jp';

	properties: INodeProperties[] = [
		{
			displayName: 'Instance',
			name: 'instance',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. example.hot-profile.com',
			description: 'Host name of your HotProfile, or any address copied from its browser window',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The key of a user for whom API連携 is switched on. Answers follow the rights of that user',
		},
		...limitProperties('HotProfile allows 2 for each contract'),
		probedProperty,
	];

	/** n8n calls it ahead of every request, and only here hands over what a test needs to make its call. */
	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject): Promise<IDataObject> {
		rememberHelpers(credentials, this.helpers);
		return {};
	}

	/** Puts the key into the form body, and counts the calls that n8n makes itself. Its test says in plain words why it fails. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		if (isCredentialTest(request)) {
			await testConnection(credentials, hotProfile, { operation: getManyClients });
			return await afterTest(credentials, request, instanceUrl(credentials.instance));
		}
		const signed = authenticate(credentials, request);
		await throttleExternalCall(request, credentials, 'HotProfile', () => connect(credentials));
		return signed;
	}

	test = CREDENTIAL_TEST;
}
