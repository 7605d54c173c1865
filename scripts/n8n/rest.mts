/** The owner account of a local n8n. The password protects nothing: n8n listens on loopback only. */
export const OWNER = { email: 'owner@example.com', password: 'Sandbox123', firstName: 'Local', lastName: 'Owner' };

/** Creates the owner account, unless this n8n already has one. */
export async function setUpOwner(url: string): Promise<void> {
	const settings = (await (await fetch(`${url}/rest/settings`)).json()) as Settings;
	if (settings.data.userManagement.showSetupOnFirstLoad) await post(`${url}/rest/owner/setup`, OWNER);
}

/** n8n's internal REST API, as used by its editor, signed in as the owner. */
export class Rest {
	private constructor(
		private readonly url: string,
		private readonly cookie: string,
	) {}

	static async signIn(url: string): Promise<Rest> {
		const response = await post(`${url}/rest/login`, { emailOrLdapLoginId: OWNER.email, password: OWNER.password });
		const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
		return new Rest(url, cookie);
	}

	/** Calls a route below `/rest` and returns the `data` of the response. */
	async call<T>(method: 'GET' | 'POST' | 'DELETE' | 'PATCH', path: string, body?: unknown): Promise<T> {
		const response = await fetch(`${this.url}/rest${path}`, {
			method,
			headers: { cookie: this.cookie, 'content-type': 'application/json' },
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status}: ${await response.text()}`);
		return ((await response.json()) as { data: T }).data;
	}
}

interface Settings {
	data: { userManagement: { showSetupOnFirstLoad: boolean } };
}

async function post(url: string, body: unknown): Promise<Response> {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	if (!response.ok) throw new Error(`n8n rejected the owner account with HTTP ${response.status}: ${await response.text()}`);
	return response;
}
