import { parseArgs } from 'node:util';
import { startCrmZen } from './crmZen/index.mts';
import { startErpDatacake } from './erpDatacake/index.mts';
import { startHotProfile } from './hotProfile/index.mts';

/** The sandbox services: how each is started, and its default port and key. */
const services = {
	hotProfile: {
		name: 'HotProfile', port: '5701', key: 'sandbox-hotprofile-key',
		start: async (port: number, apiKey: string) => await startHotProfile({ port, apiKey }),
	},
	erpDatacake: {
		name: 'ERP Datacake', port: '5702', key: 'sandbox-erp-token',
		start: async (port: number, token: string) => await startErpDatacake({ port, token }),
	},
	crmZen: {
		name: 'CRM Zen', port: '5703', key: 'sandbox-zen-token',
		start: async (port: number, apiKey: string) => await startCrmZen({ port, apiKey }),
	},
};

const { values } = parseArgs({
	options: { service: { type: 'string', default: 'hotProfile' }, port: { type: 'string' }, key: { type: 'string' } },
});
if (!Object.hasOwn(services, values.service)) {
	console.error(`"${values.service}" is not a service. Use one of: ${Object.keys(services).join(', ')}`);
	process.exit(1);
}

const { name, start, port, key } = services[values.service as keyof typeof services];
const service = await start(Number(values.port ?? port), values.key ?? key);
console.log(`${name} sandbox: ${service.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close());
