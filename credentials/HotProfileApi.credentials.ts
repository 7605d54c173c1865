/** The credential of HotProfile: instance, API key and limits. */

import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authenticate, connect, instanceUrl } from '../nodes/HotProfile/connection';
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
			description: 'Host name of your HotProfile instance, or any URL copied from it',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Key of a user with API integration (API連携). The permissions of that user determine what can be read and changed',
		},
		...limitProperties('HotProfile allows 2 per contract'),
		probedProperty,
	];

	/** n8n calls it before every request, and only here hands over the helpers that a test needs to send its own. */
	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject): Promise<IDataObject> {
		rememberHelpers(credentials, this.helpers);
		return {};
	}

	/** Adds the key to the form body, and throttles requests that n8n sends itself. */
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
