import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { n8nCli } from '../../scripts/n8n/commandLine.mts';

/** n8n commands print their result and exit immediately, which truncates output that is still buffered in a pipe. */
test('the whole output of an n8n command is read, even if it is larger than a pipe buffer', async () => {
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
