import { neutralEnvironment } from '../processes.mts';

/** The data folder and the ports of an n8n. */
export interface Instance {
	userFolder: string;
	port: number;
	/** For n8n's task runners, which execute Code nodes. */
	brokerPort: number;
}

/** The complete environment of an n8n that listens on loopback only and makes no outbound calls. */
export function n8nEnvironment({ userFolder, port, brokerPort }: Instance): NodeJS.ProcessEnv {
	return {
		...neutralEnvironment(),
		N8N_USER_FOLDER: userFolder,
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_SECURE_COOKIE: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
		...NO_OUTBOUND_CALLS,
	};
}

/** Disables everything that n8n would otherwise send to or fetch from its vendor. */
const NO_OUTBOUND_CALLS = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
};
