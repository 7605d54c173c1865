import { existsSync } from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { npm } from '../npm.mts';
import { UserError } from '../userError.mts';
import { run } from '../processes.mts';

/** The n8n version for tests: of the last release line that runs on both Node 20 and Node 24. */
export const N8N_VERSION = '2.8.4';

/** An n8n installed on this machine. */
export interface N8n {
	version: string;
	/** The folder that holds its node_modules. */
	folder: string;
	/** The Node that runs it. */
	node: string;
}

export interface InstallOptions {
	/** The folder where n8n is kept between runs. */
	cacheDir?: string;
	/** The Node that runs n8n, if it requires a newer one than this process. */
	node?: string;
	/** Receives progress as short lines. */
	onProgress?: (line: string) => void;
}

/** n8n takes 2.3 GB; npm's cache and unpacking need the rest during the installation. */
const DISK_NEEDED_BYTES = 4e9;
/** Size of an installed n8n. */
const INSTALLED_BYTES = 2.3e9;
/** Native modules that n8n requires; all other install scripts stay disabled. */
const NATIVE_MODULES = ['sqlite3', 'isolated-vm'];
/** Registry versions of packages that n8n would otherwise download from other hosts. */
const OVERRIDES = { xlsx: '0.18.5', linkedom: '0.18.12' };

/** The cache folder outside the checkout, for n8n itself and the data of `npm start`. */
export function cacheFolder(): string {
	const { N8N_CACHE_DIR, XDG_CACHE_HOME } = process.env;
	return N8N_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'n8n-nodes-hotprofile-datacake-zen');
}

/** Returns an installed n8n; installs it first if it is missing or incomplete. */
export async function ensureN8n(version = N8N_VERSION, options: InstallOptions = {}): Promise<N8n> {
	const { cacheDir = cacheFolder(), node = process.execPath, onProgress = () => {} } = options;
	const n8n = { version, folder: join(cacheDir, `n8n-${version}`), node };
	if (version === N8N_VERSION && node === process.execPath) assertNodeVersion();
	const complete = join(n8n.folder, '.complete');
	if (existsSync(complete)) return n8n;

	await mkdir(cacheDir, { recursive: true });
	await assertDiskSpace(cacheDir);
	await assertRegistryReachable(n8n);
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
	// npm first resolves all packages, which writes nothing, and then unpacks them: one figure for each phase.
	const timer = setInterval(async () => {
		const written = Math.max(0, freeBefore - (await freeSpace(folder)));
		onProgress(
			`Installing n8n ${version} (once): ${fetched} requests, ` +
				`${gigabytes(written)} of about ${gigabytes(INSTALLED_BYTES)}, ${elapsed(started)}`,
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

/** Builds the native modules separately: npm 11 skips unapproved install scripts. */
async function buildNativeModules({ folder, node }: N8n, onProgress: (line: string) => void): Promise<void> {
	const modules = NATIVE_MODULES.filter((name) => existsSync(join(folder, 'node_modules', name)));
	onProgress(`Preparing ${modules.join(' and ')}, which can take several minutes`);
	const rebuilt = await npm(['rebuild', '--ignore-scripts=false', ...modules], { cwd: folder, node });
	for (const name of modules) {
		const loads = await run(node, ['-e', `require('${name}')`], { cwd: folder });
		if (loads.code === 0) continue;
		throw new UserError(
			`n8n's native module ${name} could not be built. Install python3, make and a C++ compiler, and try again.\n` +
				tail(rebuilt.stderr || loads.stderr),
		);
	}
}

/** n8n itself checks this only after its installation. */
function assertNodeVersion(): void {
	const [major, minor] = process.versions.node.split('.').map(Number);
	if (major > 24 || major < 20 || (major === 20 && minor < 19)) {
		throw new UserError(`n8n ${N8N_VERSION} requires Node 20.19 to 24, but this is Node ${process.versions.node}. Install Node 24 and try again.`);
	}
}

async function assertDiskSpace(folder: string): Promise<void> {
	const free = await freeSpace(folder);
	if (free < DISK_NEEDED_BYTES) throw diskProblem(folder, `only ${gigabytes(free)} is free`);
}

/** Makes one small request without retries, so that a missing network is noticed immediately. */
async function assertRegistryReachable({ version, folder, node }: N8n): Promise<void> {
	const result = await npm(['view', `n8n@${version}`, 'version', '--fetch-retries=0', '--fetch-timeout=20000'], { node });
	if (result.code !== 0) throw installProblem(result.stderr, folder);
}

/** Turns npm's output into an error that says what to do. */
function installProblem(stderr: string, folder: string): UserError {
	if (/ENOSPC/.test(stderr)) return diskProblem(folder, 'the disk is full');
	if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/.test(stderr)) {
		return new UserError(
			'n8n must be downloaded once, but the npm registry is unreachable. ' +
				'Check the internet connection, and the proxy and registry that "npm config list" shows, then try again.',
		);
	}
	return new UserError(`npm could not install n8n. Its output was:\n${tail(stderr)}`);
}

function diskProblem(folder: string, state: string): UserError {
	return new UserError(
		`n8n needs about ${gigabytes(DISK_NEEDED_BYTES)} of disk space in ${folder}, but ${state}. ` +
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
