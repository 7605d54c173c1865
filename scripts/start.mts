import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startHotProfile } from '../sandbox/hotProfile/index.mts';
import { importCredentials, importWorkflows } from './n8n/commandLine.mts';
import { installPackage } from './n8n/community.mts';
import { cacheFolder, ensureN8n } from './n8n/install.mts';
import { OWNER, setUpOwner } from './n8n/rest.mts';
import { startN8n } from './n8n/server.mts';
import { buildPackage } from './pack.mts';
import { assertPortFree } from './ports.mts';
import { Problem } from './problem.mts';
import { progress } from './progress.mts';
import { SANDBOX_KEY, sandboxCredential } from './sandboxCredential.mts';

const N8N_PORT = Number(process.env.N8N_PORT ?? 5678);
const SANDBOX_PORT = Number(process.env.SANDBOX_PORT ?? 5701);

/** What `npm start` runs: a real n8n with the package in it and the sandbox beside it, until Ctrl-C. */
async function start(): Promise<void> {
	const { step, done } = progress();
	await assertPortFree(N8N_PORT, 'n8n', 'N8N_PORT');
	await assertPortFree(SANDBOX_PORT, 'the sandbox', 'SANDBOX_PORT');
	const n8n = await ensureN8n(undefined, { onProgress: step });

	step('Building and packing the package');
	const tarball = await buildPackage(join(cacheFolder(), 'package'));
	// Kept between starts, so that people find their own workflows again; the examples are put back as they were.
	const userFolder = join(cacheFolder(), 'user');
	await mkdir(userFolder, { recursive: true });
	step('Installing the package into n8n');
	await installPackage(userFolder, tarball);

	step('Starting the sandbox');
	const sandbox = await startHotProfile({ port: SANDBOX_PORT, apiKey: SANDBOX_KEY });
	onStop(async () => await sandbox.close());
	step('Importing the credential and the example workflows');
	await importCredentials(n8n, userFolder, [sandboxCredential(sandbox.url)]);
	await importWorkflows(n8n, userFolder, 'examples');

	step('Starting n8n');
	const server = await startN8n(n8n, { userFolder, port: N8N_PORT });
	onStop(async () => await server.stop());
	await setUpOwner(server.url);
	done();
	console.log(welcome(server.url, sandbox.url));
	const lastWords = await server.ended;
	if (!stopping) throw new Problem(`n8n has ended by itself. Its last words were:\n${lastWords}`);
}

function welcome(n8n: string, sandbox: string): string {
	return `
  n8n       ${n8n}
  Login     ${OWNER.email}
  Password  ${OWNER.password}
  Sandbox   ${sandbox} (stands in for HotProfile: same rules, same limit, made-up data)

  Read all leads     ${n8n}/workflow/exampleReadAllLeads
  Create 250 leads   ${n8n}/workflow/exampleCreateLeads

  Ctrl-C stops everything.
`;
}

const cleanUps: Array<() => Promise<void>> = [];
let stopping = false;
let interruptedAt = 0;

function onStop(cleanUp: () => Promise<void>): void {
	cleanUps.unshift(cleanUp);
}

/** Stops what was started, last first, and leaves with an exit code. */
async function stop(code: number): Promise<never> {
	stopping = true;
	for (const cleanUp of cleanUps) await cleanUp();
	process.exit(code);
}

/** Stops at the first Ctrl-C, and at once when somebody cannot wait; npm and tsx may pass one Ctrl-C on twice. */
function interrupt(): void {
	if (!stopping) void stop(0);
	else if (Date.now() - interruptedAt > 1_000) process.exit(1);
	interruptedAt = Date.now();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);

start().catch(async (error: Error) => {
	console.error(`\n${error instanceof Problem ? error.message : error.stack}`);
	await stop(1);
});
