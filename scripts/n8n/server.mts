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
	/** Resolves when n8n has ended, whoever ended it, with the last of what it printed. */
	ended: Promise<string>;
	stop: () => Promise<void>;
}

export interface ServerOptions {
	userFolder: string;
	port?: number;
	/** Settings of n8n on top of the usual ones. */
	env?: Record<string, string>;
}

const START_PATIENCE = 120_000;
const KEPT_OUTPUT = 8_000;

/** Starts n8n and waits until it answers with its database ready. */
export async function startN8n(n8n: N8n, options: ServerOptions): Promise<Server> {
	const { userFolder, port = await freePort(), env } = options;
	await mkdir(userFolder, { recursive: true });
	let output = '';
	const child = launch(n8n.node, [n8nScript(n8n), 'start'], {
		cwd: n8n.folder,
		env: { ...n8nEnvironment({ userFolder, port, brokerPort: await freePort() }), ...env },
		onOutput: (text) => (output = (output + text).slice(-KEPT_OUTPUT)),
	});
	const server = {
		url: `http://127.0.0.1:${port}`,
		ended: once(child, 'exit').then(() => output),
		stop: async () => await stopGroup(child),
	};
	try {
		await ready(server);
	} catch (error) {
		await server.stop();
		throw error;
	}
	return server;
}

/** Readiness tells that the database is migrated (`/healthz` answers before that), the settings that the routes are there. */
async function ready({ url, ended }: Server): Promise<void> {
	const gone = ended.then((output) => {
		throw new Error(`n8n ended while it was starting:\n${output}`);
	});
	// Only the race below is to hear of it.
	gone.catch(() => {});
	const deadline = Date.now() + START_PATIENCE;
	const complete = async () => (await answers(`${url}/healthz/readiness`)) && (await answers(`${url}/rest/settings`));
	while (!(await Promise.race([gone, complete()]))) {
		if (Date.now() > deadline) throw new Error(`n8n did not answer on ${url} within ${START_PATIENCE / 1_000} seconds`);
		await sleep(250);
	}
}

async function answers(url: string): Promise<boolean> {
	try {
		return (await fetch(url)).ok;
	} catch {
		return false;
	}
}
