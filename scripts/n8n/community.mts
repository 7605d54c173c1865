import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npm } from '../npm.mts';
import { runOrThrow } from '../processes.mts';

/** The npm arguments that n8n uses for a community package [CommunityPackagesService]. */
const INSTALL_ARGUMENTS = ['--audit=false', '--fund=false', '--bin-links=false', '--install-strategy=shallow', '--ignore-scripts=true', '--package-lock=false'];

interface Manifest {
	name: string;
	version: string;
	dependencies?: Record<string, string>;
	[key: string]: unknown;
}

/**
 * Installs a packed community package into a user folder with the same steps as n8n's "Community nodes" page: unpack the
 * tarball, remove development and peer dependencies, install the remaining ones, and record the version. Only the
 * download from the registry is skipped.
 */
export async function installPackage(userFolder: string, tarball: string): Promise<void> {
	const nodes = join(userFolder, '.n8n', 'nodes');
	const { name } = await manifestIn(tarball);
	const target = join(nodes, 'node_modules', name);
	await rm(target, { recursive: true, force: true });
	await mkdir(target, { recursive: true });
	await runOrThrow('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);

	const manifestPath = join(target, 'package.json');
	const { devDependencies, peerDependencies, optionalDependencies, ...manifest } = await readJson<Manifest>(manifestPath);
	await writeJson(manifestPath, manifest);
	const installed = await npm(['install', ...INSTALL_ARGUMENTS], { cwd: target });
	if (installed.code !== 0) throw new Error(`npm install of the packed package failed:\n${installed.stderr}`);

	const host = { name: 'installed-nodes', private: true, dependencies: { [name]: manifest.version } };
	await writeJson(join(nodes, 'package.json'), host);
}

async function manifestIn(tarball: string): Promise<Manifest> {
	const { stdout } = await runOrThrow('tar', ['-xOzf', tarball, 'package/package.json']);
	return JSON.parse(stdout) as Manifest;
}

async function readJson<T>(path: string): Promise<T> {
	return JSON.parse(await readFile(path, 'utf8')) as T;
}

async function writeJson(path: string, value: unknown): Promise<void> {
	await writeFile(path, JSON.stringify(value, null, 2));
}
