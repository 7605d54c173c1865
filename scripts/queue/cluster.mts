import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { n8nScript } from '../n8n/commandLine.mts';
import { installPackage } from '../n8n/community.mts';
import { n8nEnvironment } from '../n8n/environment.mts';
import type { N8n } from '../n8n/install.mts';
import { Rest, setUpOwner } from '../n8n/rest.mts';
import { startN8n } from '../n8n/server.mts';
import { freePort } from '../ports.mts';
import { killGroup, launch, stopGroup } from '../processes.mts';
import type { Store } from './stores.mts';

/** A queue worker. */
export interface Worker {
	name: string;
	/** Ids of the executions that it has started, including those before a restart. */
	executions: Set<string>;
	/** Kills it, as a crash would. */
	kill: () => Promise<void>;
	/** Restarts it after a kill. */
	restart: () => Promise<void>;
	stop: () => Promise<void>;
}

/** n8n in queue mode. */
export interface Cluster {
	url: string;
	rest: Rest;
	workers: Worker[];
	stop: () => Promise<void>;
}

export interface ClusterOptions {
	/** For n8n's data, with one subfolder per process, as on separate machines. */
	folder: string;
	/** The packed package. */
	tarball: string;
	redis: Store;
	postgres: Store;
	workers: number;
	/** Concurrent executions per worker. */
	concurrency: number;
}

const START_TIMEOUT_MS = 120_000;

/** Starts n8n's main process and its workers, all with the packed package, and sets up the owner. */
export async function startCluster(n8n: N8n, { folder, tarball, redis, postgres, workers: count, concurrency }: ClusterOptions): Promise<Cluster> {
	const env = {
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: '127.0.0.1',
		DB_POSTGRESDB_PORT: String(postgres.port),
		DB_POSTGRESDB_DATABASE: 'postgres',
		DB_POSTGRESDB_USER: 'postgres',
		N8N_ENCRYPTION_KEY: randomBytes(24).toString('base64'),
	};
	const folderOf = async (name: string) => {
		await installPackage(join(folder, name), tarball);
		return join(folder, name);
	};
	const main = await startN8n(n8n, { userFolder: await folderOf('main'), env });
	const workers: Worker[] = [];
	const stop = async () => {
		await Promise.all(workers.map(async (worker) => await worker.stop()));
		await main.stop();
	};
	try {
		await setUpOwner(main.url);
		for (let number = 1; number <= count; number++) {
			const name = `worker ${number}`;
			workers.push(await startWorker(n8n, { name, userFolder: await folderOf(name.replace(' ', '-')), env, concurrency }));
		}
		return { url: main.url, rest: await Rest.signIn(main.url), workers, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

interface WorkerOptions {
	name: string;
	userFolder: string;
	env: Record<string, string>;
	concurrency: number;
}

async function startWorker(n8n: N8n, { name, userFolder, env, concurrency }: WorkerOptions): Promise<Worker> {
	const executions = new Set<string>();
	let child: ChildProcess;
	const restart = async () => {
		const port = await freePort();
		let output = '';
		const started = launch(n8n.node, [n8nScript(n8n), 'worker', `--concurrency=${concurrency}`], {
			cwd: n8n.folder,
			env: {
				...n8nEnvironment({ userFolder, port, brokerPort: await freePort() }),
				QUEUE_HEALTH_CHECK_ACTIVE: 'true',
				QUEUE_HEALTH_CHECK_PORT: String(port),
				N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
				...env,
			},
			onOutput: (text) => {
				output = (output + text).slice(-8_000);
				for (const [, id] of text.matchAll(/Worker started execution (\d+)/g)) executions.add(id);
			},
		});
		child = started;
		const deadline = Date.now() + START_TIMEOUT_MS;
		while (!(await isReady(port))) {
			if (started.exitCode !== null || Date.now() > deadline) {
				await stopGroup(started);
				throw new Error(`${name} did not start:\n${output}`);
			}
			await sleep(250);
		}
	};
	await restart();
	return {
		name,
		executions,
		restart,
		kill: async () => await killGroup(child),
		stop: async () => await stopGroup(child),
	};
}

async function isReady(port: number): Promise<boolean> {
	try {
		return (await fetch(`http://127.0.0.1:${port}/healthz/readiness`)).ok;
	} catch {
		return false;
	}
}
