import { chown, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../ports.mts';
import { launch, neutralEnvironment, runOrThrow, stopGroup } from '../processes.mts';
import { ensurePrograms, isRoot } from './debian.mts';

/** A database process on a loopback port, with its data in a temporary folder. */
export interface Store {
	port: number;
	stop: () => Promise<void>;
}

const START_TIMEOUT_MS = 30_000;

/** Starts Redis and PostgreSQL for one run, separate from any that the machine runs itself. */
export async function startStores(): Promise<{ redis: Store; postgres: Store; stop: () => Promise<void> }> {
	const programs = await ensurePrograms();
	const redis = await startRedis(programs.redis);
	try {
		const postgres = await startPostgres(programs.postgres);
		return { redis, postgres, stop: async () => void (await Promise.all([redis.stop(), postgres.stop()])) };
	} catch (error) {
		await redis.stop();
		throw error;
	}
}

async function startRedis(program: string): Promise<Store> {
	const folder = await mkdtemp(join(tmpdir(), 'queue-redis-'));
	const port = await freePort();
	// In memory only: no snapshots and no append-only file.
	return await started(folder, port, [program, '--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'no']);
}

async function startPostgres(bin: string): Promise<Store> {
	const folder = await mkdtemp(join(tmpdir(), 'queue-postgres-'));
	if (isRoot) {
		const [uid, gid] = await Promise.all(['-u', '-g'].map(async (which) => Number((await runOrThrow('id', [which, 'postgres'])).stdout)));
		await chown(folder, uid, gid);
	}
	const data = join(folder, 'data');
	const [command, ...args] = asPostgres([join(bin, 'initdb'), '-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-sync']);
	await runOrThrow(command, args, { cwd: folder, env: neutralEnvironment() });
	const port = await freePort();
	const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off'].flatMap((setting) => ['-c', setting]);
	return await started(folder, port, asPostgres([join(bin, 'postgres'), '-D', data, '-p', String(port), ...settings]));
}

/** Runs a command as the user that Debian's package has created, if this process is root. */
function asPostgres(command: string[]): string[] {
	return isRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command;
}

async function started(folder: string, port: number, [command, ...args]: string[]): Promise<Store> {
	let output = '';
	const child = launch(command, args, { cwd: folder, env: neutralEnvironment(), onOutput: (text) => (output += text) });
	const stop = async () => {
		await stopGroup(child);
		await rm(folder, { recursive: true, force: true });
	};
	const deadline = Date.now() + START_TIMEOUT_MS;
	while (!(await listens(port))) {
		if (child.exitCode !== null || Date.now() > deadline) {
			await stop();
			throw new Error(`${command} ${args.join(' ')} did not start:\n${output.slice(-4_000)}`);
		}
		await sleep(100);
	}
	return { port, stop };
}

async function listens(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false)).once('close', () => resolve(false));
		socket.once('connect', () => socket.end());
	});
}
