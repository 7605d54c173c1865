import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { npm } from './npm.mts';
import { UserError } from './userError.mts';

/** Builds the package and packs it as `npm publish` would; returns the tarball's path. Run it in the package's folder. */
export async function buildPackage(folder: string): Promise<string> {
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	const built = await npm(['run', 'build']);
	if (built.code !== 0) throw new UserError(`The build failed:\n${built.stdout}\n${built.stderr}`);
	const packed = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
	if (packed.code !== 0) throw new UserError(`npm pack failed:\n${packed.stderr}`);
	const [{ filename }] = JSON.parse(packed.stdout) as Array<{ filename: string }>;
	return join(folder, filename);
}
