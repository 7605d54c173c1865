import { parseArgs } from 'node:util';
import { startErpDatacake } from './erpDatacake/index.mts';
import { startHotProfile } from './hotProfile/index.mts';

/** What `--service` names, with the usual port and key of each. */
const services = {
	hotProfile: {
		title: 'HotProfile',
		port: '5701',
		key: 'sandbox-hotprofile-key',
		start: async (port: number, apiKey: string) => await startHotProfile({ port, apiKey }),
	},
	erpDatacake: {
		title: 'ERP Datacake',
		port: '5702',
		key: 'sandbox-erp-token',
		start: async (port: number, token: string) => await startErpDatacake({ port, token }),
	},
};

const { values } = parseArgs({
	options: { service: { type: 'string', default: 'hotProfile' }, port: { type: 'string' }, key: { type: 'string' } },
});

const chosen = services[values.service as keyof typeof services];
if (!chosen) throw new Error(`"${values.service}" is no service; there are ${Object.keys(services).join(', ')}`);

const { title, start } = chosen;
const service = await start(Number(values.port ?? chosen.port), values.key ?? chosen.key);
console.log(`${title} sandbox: ${service.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close());
