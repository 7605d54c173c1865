import { randomUUID } from 'node:crypto';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort } from '../ports.mts';
import { run, type RunOptions } from '../processes.mts';
import { n8nEnvironment } from './environment.mts';
import type { N8n } from './install.mts';

/** A credential as `n8n import:credentials` takes it, with its secrets in plain text. */
export interface PlainCredential {
	id: string;
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/** One item between two nodes, with its input item. */
export interface Item {
	json: Record<string, unknown>;
	pairedItem?: { item: number; input?: number } | Array<{ item: number }> | number;
}

/** The part of the output of `n8n execute --rawOutput` that is used here. */
export interface Execution {
	status: string;
	data: {
		resultData: {
			error?: { message: string };
			runData: Record<string, Array<{ executionTime: number; data?: { main: Item[][] } }>>;
		};
	};
}

/** Runs one command of n8n's CLI on a user folder, even while a server runs on that folder. */
export async function n8nCli(n8n: N8n, userFolder: string, args: string[], options: Pick<RunOptions, 'onLaunch'> = {}): Promise<string> {
	const env = n8nEnvironment({ userFolder, port: await freePort(), brokerPort: await freePort() });
	// Into a file: n8n exits immediately, and a pipe would lose unread output.
	const printed = join(userFolder, `printed-${randomUUID()}`);
	const file = await open(printed, 'w');
	const { code, stderr } = await run(n8n.node, [n8nScript(n8n), ...args], { ...options, cwd: n8n.folder, env, stdout: file.fd }).finally(
		async () => await file.close(),
	);
	const stdout = await readFile(printed, 'utf8');
	await rm(printed);
	if (code !== 0) throw new Error(`"n8n ${args.join(' ')}" ended with code ${code}:\n${stdout.slice(-4_000)}\n${stderr.slice(-4_000)}`);
	return stdout;
}

/** n8n's CLI script. */
export function n8nScript({ folder }: N8n): string {
	return join(folder, 'node_modules', 'n8n', 'bin', 'n8n');
}

/** Imports credentials; existing ids are replaced. */
export async function importCredentials(n8n: N8n, userFolder: string, credentials: PlainCredential[]): Promise<void> {
	// A unique name: several imports can run at the same time.
	const file = join(userFolder, `credentials-${randomUUID()}.json`);
	await writeFile(file, JSON.stringify(credentials), { mode: 0o600 });
	try {
		await importOrThrow(n8n, userFolder, ['import:credentials', `--input=${file}`]);
	} finally {
		await rm(file);
	}
}

/** Imports all workflows of a folder; existing ids are replaced. */
export async function importWorkflows(n8n: N8n, userFolder: string, folder: string): Promise<void> {
	await importOrThrow(n8n, userFolder, ['import:workflow', '--separate', `--input=${resolve(folder)}`]);
}

/** Executes a stored workflow in a separate process. */
export async function executeWorkflow(n8n: N8n, userFolder: string, id: string, options: Pick<RunOptions, 'onLaunch'> = {}): Promise<Execution> {
	const stdout = await n8nCli(n8n, userFolder, ['execute', `--id=${id}`, '--rawOutput'], options);
	// Log lines surround the JSON, whose outer braces are on separate lines.
	return JSON.parse(stdout.slice(stdout.search(/^\{$/m), stdout.lastIndexOf('\n}') + 2)) as Execution;
}

/** n8n exits with code 0 even if an import fails or finds nothing, so success is read from its output. */
async function importOrThrow(n8n: N8n, userFolder: string, args: string[]): Promise<void> {
	const stdout = await n8nCli(n8n, userFolder, args);
	if (!/Successfully imported [1-9]/.test(stdout)) throw new Error(`"n8n ${args.join(' ')}" imported nothing:\n${stdout.slice(-4_000)}`);
}
