import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { n8nCli } from '../../scripts/n8n/commandLine.mts';

/** n8n's commands print their result and end their process at once: a pipe keeps what its reader has not taken yet. */
test("what n8n's command line prints is read whole, however much and however slow the reader", async () => {
	const folder = await mkdtemp(join(tmpdir(), 'n8n-cli-'));
	try {
		const bin = join(folder, 'node_modules', 'n8n', 'bin');
		await mkdir(bin, { recursive: true });
		await writeFile(join(bin, 'n8n'), "console.log('x'.repeat(20_000_000) + 'end'); process.exit(0);");
		const printed = await n8nCli({ node: process.execPath, folder, version: '0.0.0' }, folder, ['execute']);
		expect(printed).toHaveLength(20_000_004);
		expect(printed.endsWith('end\n')).toBe(true);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
});
