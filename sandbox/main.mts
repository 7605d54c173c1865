import { parseArgs } from 'node:util';
import { startHotProfile } from './hotProfile/index.mts';

const { values } = parseArgs({
	options: {
		port: { type: 'string', default: '5701' },
		key: { type: 'string', default: 'sandbox-hotprofile-key' },
	},
});

const service = await startHotProfile({ port: Number(values.port), apiKey: values.key });
console.log(`HotProfile sandbox: ${service.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close());
