import { startCrmZen } from '../sandbox/crmZen/index.mts';
import { startErpDatacake } from '../sandbox/erpDatacake/index.mts';
import { startHotProfile } from '../sandbox/hotProfile/index.mts';
import type { PlainCredential } from './n8n/commandLine.mts';

/** A sandbox service of `npm start`, and the credential that the example workflows use for it. */
export interface Sandbox {
	/** The service's name. */
	name: string;
	start(port: number): Promise<{ url: string; close(): Promise<void> }>;
	credential(url: string): PlainCredential;
}

/** The key of the HotProfile sandbox. */
export const SANDBOX_KEY = 'sandbox-hotprofile-key';
const ERP_TOKEN = 'sandbox-erp-token';
const ZEN_TOKEN = 'sandbox-zen-token';

/** The credential of the HotProfile example workflows, for a sandbox URL. */
export const sandboxCredential = (url: string): PlainCredential => ({
	id: 'hotProfileSandbox',
	name: 'HotProfile (sandbox)',
	type: 'hotProfileApi',
	data: { instance: url, apiKey: SANDBOX_KEY, requestsPerMinute: 100, concurrentRequests: 2 },
});

/** The credential of the ERP Datacake example workflows. */
export const erpCredential = (url: string): PlainCredential => ({
	id: 'erpDatacakeSandbox',
	name: 'ERP Datacake (sandbox)',
	type: 'erpDatacakeApi',
	data: { baseUrl: url, token: ERP_TOKEN },
});

const zenReport = (url: string, report: string) => ({
	[`${report}Url`]: `${url}/relatorios/${report}`,
	[`${report}Token`]: ZEN_TOKEN,
});

/** The credential of the CRM Zen example workflow. */
export const zenCredential = (url: string): PlainCredential => ({
	id: 'crmZenSandbox',
	name: 'CRM Zen (sandbox)',
	type: 'crmZenApi',
	data: Object.assign({}, ...['totals', 'leadsByUser', 'leadFile', 'salesFunnel'].map((report) => zenReport(url, report))),
});

/** All sandboxes, in the order of their ports. */
export const sandboxes: Sandbox[] = [
	{
		name: 'HotProfile',
		start: async (port) => await startHotProfile({ port, apiKey: SANDBOX_KEY }),
		credential: sandboxCredential,
	},
	{
		name: 'ERP Datacake',
		start: async (port) => await startErpDatacake({ port, token: ERP_TOKEN }),
		credential: erpCredential,
	},
	{
		name: 'CRM Zen',
		start: async (port) => await startCrmZen({ port, apiKey: ZEN_TOKEN }),
		credential: zenCredential,
	},
];
