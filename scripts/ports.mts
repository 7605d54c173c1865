import { createServer } from 'node:net';
import { UserError } from './userError.mts';

const LOOPBACK = '127.0.0.1';

/** A port that is currently free. */
export async function freePort(): Promise<number> {
	return await listenOnce(0);
}

/** Why a port cannot be used, by the code of the error. */
const REASONS: Record<string, string> = {
	EADDRINUSE: 'is already in use',
	EACCES: 'requires more permissions',
	ERR_SOCKET_BAD_PORT: 'is not a valid port number',
};

/** Throws an error that says what to do if a port cannot be used. */
export async function assertPortFree(port: number, what: string, variable: string): Promise<void> {
	try {
		await listenOnce(port);
	} catch (error) {
		const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
		if (reason === undefined) throw error;
		throw new UserError(`Port ${port} for ${what} ${reason}. Choose another port, for example: ${variable}=${await freePort()} npm start`);
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
