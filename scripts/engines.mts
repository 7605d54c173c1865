import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './n8n/install.mts';
import { npm } from './npm.mts';
import { run } from './processes.mts';

/** The oldest engines that the package supports; the newest one is a development dependency. */
const ENGINES = [
	{ n8n: '1.123', packages: { 'n8n-core': '1.122.48', 'n8n-workflow': '1.120.31' } },
	{ n8n: '2.8.4', packages: { 'n8n-core': '2.8.1', 'n8n-workflow': '2.8.0' } },
];

/** Runs `npm run test:engines`: the engine tests on n8n's older engines, which stay in the cache folder. */
async function testEngines(): Promise<void> {
	for (const { n8n, packages } of ENGINES) {
		const folder = join(cacheFolder(), `engine-${packages['n8n-core']}`);
		const complete = join(folder, '.complete');
		if (!existsSync(complete)) {
			await mkdir(folder, { recursive: true });
			await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
			const { code, stderr } = await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
			if (code !== 0) throw new Error(`The engine of n8n ${n8n} could not be installed:\n${stderr}`);
			await writeFile(complete, '');
		}
		console.log(`Engine of n8n ${n8n}`);
		const jest = join('node_modules', 'jest', 'bin', 'jest.js');
		// The older engines leave a timer running.
		const { code, stdout, stderr } = await run(process.execPath, [jest, '--forceExit', 'test/engine'], { env: { ...process.env, N8N_ENGINE: folder } });
		console.log(stdout + stderr);
		if (code !== 0) process.exitCode = 1;
	}
}

testEngines().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
