import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importCredentials, importWorkflows } from './n8n/commandLine.mts';
import { installPackage } from './n8n/community.mts';
import { cacheFolder, ensureN8n } from './n8n/install.mts';
import { OWNER, setUpOwner } from './n8n/rest.mts';
import { startN8n } from './n8n/server.mts';
import { buildPackage } from './pack.mts';
import { assertPortFree } from './ports.mts';
import { Problem } from './userError.mts';
import { progress } from './progress.mts';
import { sandboxes } from './sandboxes.mts';

const N8N_PORT = Number(process.env.N8N_PORT ?? 5678);
/** Port of the first sandbox; the others follow it. */
const SANDBOX_PORT = Number(process.env.SANDBOX_PORT ?? 5701);

/** What `npm start` runs: a real n8n with the package in it and the sandboxes beside it, until Ctrl-C. */
async function start(): Promise<void> {
	const { step, done } = progress();
	await assertPortFree(N8N_PORT, 'n8n', 'N8N_PORT');
	for (const [index, { name }] of sandboxes.entries()) {
		await assertPortFree(SANDBOX_PORT + index, `the sandbox of ${name}`, 'SANDBOX_PORT');
	}
	const n8n = await ensureN8n(undefined, { onProgress: step });

	step('Building and packing the package');
	const tarball = await buildPackage(join(cacheFolder(), 'package'));
	// Kept between starts, so that people find their own workflows again; the examples are put back as they were.
	const userFolder = join(cacheFolder(), 'user');
	await mkdir(userFolder, { recursive: true });
	step('Installing the package into n8n');
	await installPackage(userFolder, tarball);

	step('Starting the sandboxes');
	const started = await Promise.all(
		sandboxes.map(async ({ name, start: open, credential }, index) => {
			const { url, close } = await open(SANDBOX_PORT + index);
			onStop(close);
			return { name, url, credential: credential(url) };
		}),
	);
	step('Importing the credentials and the example workflows');
	await importCredentials(n8n, userFolder, started.map(({ credential }) => credential));
	await importWorkflows(n8n, userFolder, 'examples');

	step('Starting n8n');
	const server = await startN8n(n8n, { userFolder, port: N8N_PORT });
	onStop(async () => await server.stop());
	await setUpOwner(server.url);
	done();
	console.log(welcome(server.url, started, await examples()));
	const lastWords = await server.ended;
	if (!stopping) throw new Problem(`n8n has ended by itself. Its last words were:\n${lastWords}`);
}

/** The example workflows: where each is found in n8n, and what it does. */
async function examples(): Promise<Array<{ id: string; name: string }>> {
	const files = (await readdir('examples')).filter((file) => file.endsWith('.json'));
	return await Promise.all(
		files.map(async (file) => JSON.parse(await readFile(join('examples', file), 'utf8')) as { id: string; name: string }),
	);
}

function welcome(
	n8n: string,
	services: Array<{ name: string; url: string }>,
	workflows: Array<{ id: string; name: string }>,
): string {
	return `
  n8n       ${n8n}
  Login     ${OWNER.email}
  Password  ${OWNER.password}

  Sandboxes: each stands in for a service, with its rules, its limit and made-up data
${services.map(({ name, url }) => `    ${url}  ${name}`).join('\n')}

  Example workflows
${workflows.map(({ id, name }) => `    ${n8n}/workflow/${id}\n      ${name.replace(/^Example: /, '')}`).join('\n')}

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
