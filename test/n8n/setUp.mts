import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackage } from '../../scripts/n8n/community.mts';
import { ensureN8n } from '../../scripts/n8n/install.mts';
import { setUpOwner } from '../../scripts/n8n/rest.mts';
import { startN8n } from '../../scripts/n8n/server.mts';
import { buildPackage } from '../../scripts/pack.mts';
import { progress } from '../../scripts/progress.mts';
import { shareTestBed } from './testBed.mts';

/** Starts a real n8n with the packed package and an owner account, once for all tests. */
export default async function setUp(): Promise<void> {
	const { step, done } = progress();
	const n8n = await ensureN8n(undefined, { onProgress: step });
	const folder = await mkdtemp(join(tmpdir(), 'n8n-test-'));
	step('Building and packing the package');
	const tarball = await buildPackage(join(folder, 'package'));
	step('Starting n8n');
	const userFolder = join(folder, 'user');
	await installPackage(userFolder, tarball);
	const server = await startN8n(n8n, { userFolder });
	await setUpOwner(server.url);
	done();
	shareTestBed({ n8n, userFolder, url: server.url });
	// The teardown runs in this process.
	Object.assign(globalThis, { n8nServer: server, n8nTestFolder: folder });
}
