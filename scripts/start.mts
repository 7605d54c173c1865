import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importCredentials, importWorkflows } from './n8n/commandLine.mts';
import { installPackage } from './n8n/community.mts';
import { cacheFolder, ensureN8n } from './n8n/install.mts';
import { OWNER, setUpOwner } from './n8n/rest.mts';
import { startN8n } from './n8n/server.mts';
import { buildPackage } from './pack.mts';
import { assertPortFree } from './ports.mts';
import { UserError } from './userError.mts';
import { progress } from './progress.mts';
import { sandboxes } from './sandboxes.mts';

const N8N_PORT = Number(process.env.N8N_PORT ?? 5678);
/** Port of the first sandbox; the others follow it. */
const SANDBOX_PORT = Number(process.env.SANDBOX_PORT ?? 5701);

/** Runs `npm start`: a real n8n with the package installed, and the sandbox services, until Ctrl-C. */
async function start(): Promise<void> {
	const { step, done } = progress();
	await assertPortFree(N8N_PORT, 'n8n', 'N8N_PORT');
	for (const [index, { name }] of sandboxes.entries()) {
		await assertPortFree(SANDBOX_PORT + index, `the ${name} sandbox`, 'SANDBOX_PORT');
	}
	const n8n = await ensureN8n(undefined, { onProgress: step });

	step('Building and packing the package');
	const tarball = await buildPackage(join(cacheFolder(), 'package'));
	// Kept between starts, so that users keep their own workflows; the examples are restored.
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
	const lastOutput = await server.ended;
	if (!stopping) throw new UserError(`n8n has stopped unexpectedly. Its last output was:\n${lastOutput}`);
}

/** The example workflows with their ids in n8n. */
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

  Sandbox services: local copies with the same rules and limits, and sample data
${services.map(({ name, url }) => `    ${url}  ${name}`).join('\n')}

  Example workflows
${workflows.map(({ id, name }) => `    ${n8n}/workflow/${id}\n      ${name.replace(/^Example: /, '')}`).join('\n')}

  Press Ctrl-C to stop everything.
`;
}

const cleanUps: Array<() => Promise<void>> = [];
let stopping = false;
let interruptedAt = 0;

function onStop(cleanUp: () => Promise<void>): void {
	cleanUps.unshift(cleanUp);
}

/** Stops what was started, in reverse order, and exits. */
async function stop(code: number): Promise<never> {
	stopping = true;
	for (const cleanUp of cleanUps) await cleanUp();
	process.exit(code);
}

/** The first Ctrl-C stops everything, a second one exits immediately; npm and tsx can pass one Ctrl-C on twice. */
function interrupt(): void {
	if (!stopping) void stop(0);
	else if (Date.now() - interruptedAt > 1_000) process.exit(1);
	interruptedAt = Date.now();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);

start().catch(async (error: Error) => {
	console.error(`\n${error instanceof UserError ? error.message : error.stack}`);
	await stop(1);
});
