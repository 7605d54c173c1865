import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../ports.mts';
import { launch, stopGroup } from '../processes.mts';
import { n8nScript } from './commandLine.mts';
import { n8nEnvironment } from './environment.mts';
import type { N8n } from './install.mts';

/** A running n8n. */
export interface Server {
	url: string;
	/** Resolves with the end of its output when n8n has ended, for whatever reason. */
	ended: Promise<string>;
	stop: () => Promise<void>;
}

export interface ServerOptions {
	userFolder: string;
	port?: number;
	/** Additional environment variables. */
	env?: Record<string, string>;
}

const START_TIMEOUT_MS = 120_000;
const MAX_OUTPUT = 8_000;

/** Starts n8n and waits until it is ready. */
export async function startN8n(n8n: N8n, options: ServerOptions): Promise<Server> {
	const { userFolder, port = await freePort(), env } = options;
	await mkdir(userFolder, { recursive: true });
	let output = '';
	const child = launch(n8n.node, [n8nScript(n8n), 'start'], {
		cwd: n8n.folder,
		env: { ...n8nEnvironment({ userFolder, port, brokerPort: await freePort() }), ...env },
		onOutput: (text) => (output = (output + text).slice(-MAX_OUTPUT)),
	});
	const server = {
		url: `http://127.0.0.1:${port}`,
		ended: once(child, 'exit').then(() => output),
		stop: async () => await stopGroup(child),
	};
	try {
		await waitUntilReady(server);
	} catch (error) {
		await server.stop();
		throw error;
	}
	return server;
}

/** `/healthz/readiness` means that the database is migrated (`/healthz` responds earlier), `/rest/settings` that the routes exist. */
async function waitUntilReady({ url, ended }: Server): Promise<void> {
	const gone = ended.then((output) => {
		throw new Error(`n8n exited while starting:\n${output}`);
	});
	// The rejection is handled by the race below.
	gone.catch(() => {});
	const deadline = Date.now() + START_TIMEOUT_MS;
	const complete = async () => (await isUp(`${url}/healthz/readiness`)) && (await isUp(`${url}/rest/settings`));
	while (!(await Promise.race([gone, complete()]))) {
		if (Date.now() > deadline) throw new Error(`n8n did not respond on ${url} within ${START_TIMEOUT_MS / 1_000} seconds`);
		await sleep(250);
	}
}

async function isUp(url: string): Promise<boolean> {
	try {
		return (await fetch(url)).ok;
	} catch {
		return false;
	}
}
