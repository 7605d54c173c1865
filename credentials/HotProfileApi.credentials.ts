import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { connect, sign } from '../nodes/HotProfile/connection';
import { hotProfile } from '../nodes/HotProfile/dialect';
import { getManyClients } from '../nodes/HotProfile/resources/client/getMany';
import { probe } from '../nodes/shared/call';
import { limitProperties, probedProperty } from '../nodes/shared/connection';
import { admit } from '../nodes/shared/throttle';

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

	/** Says in plain words why a test fails: n8n alone would show a code such as that of a wrong host. */
	async preAuthentication(this: IHttpRequestHelper, credentials: ICredentialDataDecryptedObject): Promise<IDataObject> {
		await probe(this, hotProfile, credentials, { operation: getManyClients });
		return {};
	}

	/** Puts the key into the form body, and counts the calls that n8n makes itself. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const signed = sign(credentials, request);
		await admit(request, () => connect(credentials));
		return signed;
	}

	test: ICredentialTestRequest = {
		request: {
			method: 'POST',
			url: '/rest_api/v1/clients/get_entry_list',
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
			body: { 'page[number]': 1, 'page[display_number]': 1 },
		},
		rules: [
			{
				type: 'responseSuccessBody',
				properties: { key: 'clients', value: undefined, message: 'HotProfile answered without data' },
			},
		],
	};
}
