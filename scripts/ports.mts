import { createServer } from 'node:net';
import { Problem } from './userError.mts';

const LOOPBACK = '127.0.0.1';

/** A port that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
	return await listenOnce(0);
}

/** Why a port cannot be used, by the code of the error. */
const REASONS: Record<string, string> = {
	EADDRINUSE: 'is taken by another program',
	EACCES: 'may not be used by this user',
	ERR_SOCKET_BAD_PORT: 'is no port number',
};

/** Throws a sentence that names the way out when a port cannot be used. */
export async function assertPortFree(port: number, what: string, variable: string): Promise<void> {
	try {
		await listenOnce(port);
	} catch (error) {
		const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
		if (reason === undefined) throw error;
		throw new Problem(`Port ${port} for ${what} ${reason}. Choose another one, for example: ${variable}=${await freePort()} npm start`);
	}
}

async function listenOnce(port: number): Promise<number> {
	const server = createServer();
	return await new Promise<number>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, LOOPBACK, () => {
			const { port: given } = server.address() as { port: number };
			server.close(() => resolve(given));
		});
	});
}
