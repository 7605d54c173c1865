import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npm } from '../npm.mts';
import { runOrThrow } from '../processes.mts';

/** What n8n gives npm for a community package (its CommunityPackagesService): flat, without scripts, bins and lock file. */
const INSTALL_ARGUMENTS = ['--audit=false', '--fund=false', '--bin-links=false', '--install-strategy=shallow', '--ignore-scripts=true', '--package-lock=false'];

interface Manifest {
	name: string;
	version: string;
	dependencies?: Record<string, string>;
	[key: string]: unknown;
}

/**
 * Installs a packed community package into a user folder in the steps that n8n itself takes when somebody adds it under
 * "Community nodes": unpack the tarball, drop what is only for development and the host, install the dependencies that
 * are left, and note the version. Only the download from the registry is left out.
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
