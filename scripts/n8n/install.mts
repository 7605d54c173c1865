import { existsSync } from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { npm } from '../npm.mts';
import { Problem } from '../userError.mts';
import { run } from '../processes.mts';

/** The n8n that the package is tried with: of the last line that runs on Node 20 as well as on Node 24. */
export const N8N_VERSION = '2.8.4';

/** A complete n8n on this machine. */
export interface N8n {
	version: string;
	/** The folder that holds its node_modules. */
	folder: string;
	/** The Node that runs it. */
	node: string;
}

export interface InstallOptions {
	/** Where n8n is kept between runs. */
	cacheDir?: string;
	/** The Node that n8n is to run on, for an n8n that wants a newer one than this process has. */
	node?: string;
	/** Called with one short line at a time. */
	onProgress?: (line: string) => void;
}

/** n8n needs 2.3 GB; npm's own cache and the unpacking need the rest while it is being installed. */
const DISK_NEEDED = 4e9;
/** What an installed n8n takes. */
const DISK_TAKEN = 2.3e9;
/** Native modules that n8n cannot do without; all other install scripts stay off. */
const NATIVE_MODULES = ['sqlite3', 'isolated-vm'];
/** Packages that n8n takes from addresses outside the npm registry, in the version that the registry has. */
const OVERRIDES = { xlsx: '0.18.5', linkedom: '0.18.12' };

/** The folder for what is expensive to make again: n8n itself and the data of `npm start`. It lies outside the checkout. */
export function cacheFolder(): string {
	const { N8N_CACHE_DIR, XDG_CACHE_HOME } = process.env;
	return N8N_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'n8n-nodes-hotprofile-datacake-zen');
}

/** Hands back an installed n8n, after installing it when it is not there yet or was installed only in part. */
export async function ensureN8n(version = N8N_VERSION, options: InstallOptions = {}): Promise<N8n> {
	const { cacheDir = cacheFolder(), node = process.execPath, onProgress = () => {} } = options;
	const n8n = { version, folder: join(cacheDir, `n8n-${version}`), node };
	if (version === N8N_VERSION && node === process.execPath) assertNodeVersion();
	const complete = join(n8n.folder, '.complete');
	if (existsSync(complete)) return n8n;

	await mkdir(cacheDir, { recursive: true });
	await assertDiskSpace(cacheDir);
	await assertRegistryAnswers(n8n);
	await rm(n8n.folder, { recursive: true, force: true });
	await mkdir(n8n.folder);
	const manifest = { name: 'n8n-host', private: true, dependencies: { n8n: version }, overrides: OVERRIDES };
	await writeFile(join(n8n.folder, 'package.json'), JSON.stringify(manifest));
	await download(n8n, onProgress);
	await buildNativeModules(n8n, onProgress);
	await writeFile(complete, `n8n ${version}, installed by Node ${process.version}\n`);
	return n8n;
}

async function download({ folder, version, node }: N8n, onProgress: (line: string) => void): Promise<void> {
	const started = Date.now();
	const freeBefore = await freeSpace(folder);
	let fetched = 0;
	// npm first looks all packages up, which writes nothing, and then unpacks them: one figure for each half.
	const timer = setInterval(async () => {
		const written = Math.max(0, freeBefore - (await freeSpace(folder)));
		onProgress(
			`Installing n8n ${version} (once): ${fetched} requests, ` +
				`${gigabytes(written)} of about ${gigabytes(DISK_TAKEN)}, ${elapsed(started)}`,
		);
	}, 1_000);
	const result = await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http'], {
		cwd: folder,
		node,
		onOutput: (text) => (fetched += text.split('npm http fetch').length - 1),
	});
	clearInterval(timer);
	if (result.code !== 0) throw installProblem(result.stderr, folder);
	onProgress(`Installed n8n ${version} in ${elapsed(started)}`);
}

/** Builds the native modules in a step of their own: npm 11 skips install scripts that nobody has approved. */
async function buildNativeModules({ folder, node }: N8n, onProgress: (line: string) => void): Promise<void> {
	const modules = NATIVE_MODULES.filter((name) => existsSync(join(folder, 'node_modules', name)));
	onProgress(`Preparing ${modules.join(' and ')}, which may take some minutes`);
	const rebuilt = await npm(['rebuild', '--ignore-scripts=false', ...modules], { cwd: folder, node });
	for (const name of modules) {
		const loads = await run(node, ['-e', `require('${name}')`], { cwd: folder });
		if (loads.code === 0) continue;
		throw new Problem(
			`n8n's native module ${name} could not be built. Install python3, make and a C++ compiler, then try again.\n` +
				tail(rebuilt.stderr || loads.stderr),
		);
	}
}

/** n8n itself says so only after it has been installed. */
function assertNodeVersion(): void {
	const [major, minor] = process.versions.node.split('.').map(Number);
	if (major > 24 || major < 20 || (major === 20 && minor < 19)) {
		throw new Problem(`n8n ${N8N_VERSION} runs on Node 20.19 to 24, and this is Node ${process.versions.node}. Install Node 24 and try again.`);
	}
}

async function assertDiskSpace(folder: string): Promise<void> {
	const free = await freeSpace(folder);
	if (free < DISK_NEEDED) throw diskProblem(folder, `only ${gigabytes(free)} is free`);
}

/** Asks for one small answer without retries, so that a missing network shows at once and not after minutes. */
async function assertRegistryAnswers({ version, folder, node }: N8n): Promise<void> {
	const asked = await npm(['view', `n8n@${version}`, 'version', '--fetch-retries=0', '--fetch-timeout=20000'], { node });
	if (asked.code !== 0) throw installProblem(asked.stderr, folder);
}

/** Turns npm's words into one sentence that says what to do. */
function installProblem(stderr: string, folder: string): Problem {
	if (/ENOSPC/.test(stderr)) return diskProblem(folder, 'the disk is full');
	if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/.test(stderr)) {
		return new Problem(
			'n8n has to be downloaded once, but the npm registry cannot be reached. ' +
				'Check the internet connection, and the proxy and registry that "npm config list" shows, then try again.',
		);
	}
	return new Problem(`npm could not install n8n. It said:\n${tail(stderr)}`);
}

function diskProblem(folder: string, state: string): Problem {
	return new Problem(
		`n8n needs about ${gigabytes(DISK_NEEDED)} of disk space in ${folder}, but ${state}. ` +
			'Free some space, or set N8N_CACHE_DIR to a folder on a larger disk.',
	);
}

async function freeSpace(folder: string): Promise<number> {
	const { bavail, bsize } = await statfs(folder);
	return bavail * bsize;
}

function tail(text: string): string {
	return text.trim().split('\n').filter((line) => !line.startsWith('npm http')).slice(-15).join('\n');
}

function gigabytes(bytes: number): string {
	return `${(bytes / 1e9).toFixed(1)} GB`;
}

function elapsed(since: number): string {
	const seconds = Math.round((Date.now() - since) / 1_000);
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}
