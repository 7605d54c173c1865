import type { PlainCredential } from './n8n/commandLine.mts';

/** The key that the sandbox of HotProfile takes. */
export const SANDBOX_KEY = 'sandbox-hotprofile-key';

/** The credential that the example workflows name, for a sandbox at an address. */
export function sandboxCredential(url: string): PlainCredential {
	return {
		id: 'hotProfileSandbox',
		name: 'HotProfile (sandbox)',
		type: 'hotProfileApi',
		data: { instance: url, apiKey: SANDBOX_KEY, requestsPerMinute: 100, concurrentRequests: 2 },
	};
}
