import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HotProfileService, startHotProfile } from '../../../sandbox/hotProfile/index.mts';
import { executeWorkflow, type Execution, importCredentials, importWorkflows, n8nCli } from '../../../scripts/n8n/commandLine.mts';
import { installPackage } from '../../../scripts/n8n/community.mts';
import { ensureN8n, type N8n } from '../../../scripts/n8n/install.mts';
import { buildPackage } from '../../../scripts/pack.mts';
import { SANDBOX_KEY, sandboxCredential } from '../../../scripts/sandboxes.mts';

/** A real n8n with the packed package, and the service that all contestants call. */
export interface TestBed {
	n8n: N8n;
	service: HotProfileService;
	clientId: number;
	/** Imports a credential with these settings, and returns the reference for nodes. */
	credential(id: string, settings: { requestsPerMinute: number; concurrentRequests: number }): Promise<{ id: string; name: string }>;
	importAll(workflows: Array<{ id: string }>): Promise<void>;
	/** Sets the package's window. */
	setMinute(ms: number): Promise<void>;
	/** Runs a workflow in a separate n8n process; returns no execution if n8n fails. */
	execute(id: string): Promise<{ execution?: Execution; peakMb?: number }>;
	/** Runs workflows at the same time in one n8n process; returns whether all of them succeeded. */
	executeTogether(ids: string[]): Promise<boolean>;
	close(): Promise<void>;
}

/** @param leads how many leads the service has */
export async function openTestBed(leads: number): Promise<TestBed> {
	const n8n = await ensureN8n(undefined, { onProgress: console.log });
	const userFolder = await mkdtemp(join(tmpdir(), 'n8n-bench-'));
	const service = await startHotProfile({ apiKey: SANDBOX_KEY, limit: null, leads });
	const close = async () => {
		await service.close();
		await rm(userFolder, { recursive: true, force: true });
	};
	try {
		await installPackage(userFolder, await buildPackage(join(userFolder, 'package')));
	} catch (error) {
		await close();
		throw error;
	}
	const [clientId] = service.clients.keys();
	return {
		n8n,
		service,
		clientId,
		credential: async (id, settings) => {
			const { data, ...defaults } = sandboxCredential(service.url);
			await importCredentials(n8n, userFolder, [{ ...defaults, id, name: id, data: { ...data, ...settings } }]);
			return { id, name: id };
		},
		importAll: async (workflows) => {
			const folder = await mkdtemp(join(userFolder, 'workflows-'));
			for (const workflow of workflows) await writeFile(join(folder, `${workflow.id}.json`), JSON.stringify(workflow));
			await importWorkflows(n8n, userFolder, folder);
		},
		setMinute: async (ms) => await setMinute(userFolder, ms),
		execute: async (id) => {
			const peak = watchPeak();
			const execution = await executeWorkflow(n8n, userFolder, id, { onLaunch: peak.watch }).catch(logFailure);
			return { execution: execution || undefined, peakMb: peak.stop() };
		},
		executeTogether: async (ids) => {
			const args = ['executeBatch', `--ids=${ids.join(',')}`, `--concurrency=${ids.length}`];
			return await n8nCli(n8n, userFolder, args).then(() => true, (error: Error) => logFailure(error));
		},
		close,
	};
}

/** A contestant that fails loses the scene, but the race continues. */
function logFailure({ message }: Error): false {
	console.log(`    n8n: ${/"error": "([^"]*)|^(.*error.*)$/im.exec(message)?.[0].trim() ?? message.slice(0, 200)}`);
	return false;
}

const MINUTE = /(exports\.WINDOW_MS = )[\d_]+/;

/** The package's window is not configurable, so it is shortened in the bench's own installed copy. */
async function setMinute(userFolder: string, ms: number): Promise<void> {
	const file = join(userFolder, '.n8n/nodes/node_modules/n8n-nodes-hotprofile-datacake-zen/dist/nodes/shared/http/timing.js');
	const code = await readFile(file, 'utf8');
	if (!MINUTE.test(code)) throw new Error(`${file} has no line that says how long the window is`);
	await writeFile(file, code.replace(MINUTE, `$1${ms}`));
}

/** Tracks a process's peak memory (on Linux). */
function watchPeak(): { watch: (child: ChildProcess) => void; stop: () => number | undefined } {
	let peakMb: number | undefined;
	let timer: NodeJS.Timeout | undefined;
	const watch = ({ pid }: ChildProcess) => {
		timer = setInterval(() => {
			try {
				const [, kb] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
				peakMb = Math.max(peakMb ?? 0, Number(kb) / 1024);
			} catch {
				// The process has ended, or the system has no such file.
			}
		}, 100);
	};
	return {
		watch,
		stop: () => {
			clearInterval(timer);
			return peakMb;
		},
	};
}
