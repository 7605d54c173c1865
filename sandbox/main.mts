import { parseArgs } from 'node:util';
import { startCrmZen } from './crmZen/index.mts';
import { startHotProfile } from './hotProfile/index.mts';

/** The services that can be stood in for: how each is started, and what it takes unless told otherwise. */
const services = {
	hotProfile: { name: 'HotProfile', start: startHotProfile, port: '5701', key: 'sandbox-hotprofile-key' },
	crmZen: { name: 'CRM Zen', start: startCrmZen, port: '5703', key: 'sandbox-zen-token' },
};

const { values } = parseArgs({
	options: {
		service: { type: 'string', default: 'hotProfile' },
		port: { type: 'string' },
		key: { type: 'string' },
	},
});
if (!Object.hasOwn(services, values.service)) {
	console.error(`"${values.service}" is no service; there are ${Object.keys(services).join(', ')}`);
	process.exit(1);
}

const { name, start, port, key } = services[values.service as keyof typeof services];
const service = await start({ port: Number(values.port ?? port), apiKey: values.key ?? key });
console.log(`${name} sandbox: ${service.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close());
