import { rm } from 'node:fs/promises';
import type { Server } from '../../scripts/n8n/server.mts';

/** Stops the n8n that the setup started, and removes its data. */
export default async function tearDown(): Promise<void> {
	const { n8nServer, n8nTestFolder } = globalThis as unknown as { n8nServer: Server; n8nTestFolder: string };
	await n8nServer.stop();
	await rm(n8nTestFolder, { recursive: true, force: true });
}
