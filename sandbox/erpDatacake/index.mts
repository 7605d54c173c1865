import { PLACEHOLDER } from '../../nodes/ErpDatacake/connection.ts';
import { resources } from '../../nodes/ErpDatacake/resources/index.ts';
import type { Operation } from '../../nodes/shared/fields/operations.ts';
import { type Answer, commonEffects, type Effect, retryAfterHeader } from '../faults.mts';
import { type Service, type StartOptions, startService } from '../service.mts';
import type { Received } from '../parseRequest.mts';
import { checkInput, type Forms, type Input, Wrong } from './validation.mts';
import { pdf } from './invoiceDocuments.mts';
import { Provider } from './provider.mts';
import { work } from './operations.mts';

export interface ErpSettings extends Forms {
	/** Where the input of a GET must stand. */
	getInputIn: 'query' | 'body';
	/** Key around every list and record; without one they come bare. */
	wrap: string;
	/** Paths in place of the usual ones, by operation. */
	paths: Record<string, string>;
	headerName: string;
	headerPrefix: string;
}

export interface ErpOptions extends StartOptions {
	token?: string;
	clients?: number;
}

export interface ErpService extends Service<ErpEffect, ErpSettings> {
	readonly provider: Provider;
}

/** A failure in the ERP's manner. */
const failure = (status: number, erro: string, reason: string): Answer => ({ status, body: { erro }, reason });

const effects = {
	...commonEffects,
	/** Too many calls. */
	429({ fault: { seconds, retryAfter = seconds === undefined ? 'none' : 'seconds' } }) {
		const answer = failure(429, 'Muitas requisições.', 'fault 429');
		return { ...answer, headers: retryAfterHeader(retryAfter, (seconds ?? 1) * 1000) };
	},
	keyRefused: ({ fault: { status = 401 } }) => failure(status, 'Token inválido.', 'fault keyRefused'),
} satisfies Record<string, Effect>;

export type ErpEffect = `${keyof typeof effects}`;

const operations = resources.flatMap((resource) => resource.operations);

/** Starts a stand-in of a provider's ERP that follows the Datacake contract. */
export async function startErpDatacake(options: ErpOptions = {}): Promise<ErpService> {
	const { token = 'sandbox-erp-token', seed = 1, clients = 400 } = options;
	let provider = new Provider(seed, clients);
	const usual: ErpSettings = {
		dateFormat: 'yyyy-MM-dd', getInputIn: 'query', wrap: '', paths: {}, headerName: 'Authorization', headerPrefix: 'Bearer',
	};

	const service: Service<ErpEffect, ErpSettings> = await startService<ErpEffect, ErpSettings>(
		{
			apiKey: token,
			settings: usual,
			effects,
			takeKey: (received, { headerName, headerPrefix }) => takeToken(received, token, headerName, headerPrefix),
			answer: (received, key, settings): Answer => answer(received, key, settings, provider, service.url),
			refuse: (why) => failure(429, 'Muitas requisições.', why === 'calls' ? 'too many calls in the window' : 'too many calls at once'),
			tables: () => ({ ...provider }) as unknown as Record<string, Map<number, object>>,
			reset: () => {
				provider = new Provider(seed, clients);
			},
		},
		options,
	);
	return Object.defineProperty(service, 'provider', { get: () => provider }) as ErpService;
}

/** The token belongs in its header; one in the address counts as such. */
function takeToken(received: Received, token: string, headerName: string, headerPrefix: string) {
	if (received.queryPairs.some(([, value]) => value === token) || received.path.includes(token)) {
		return { keyIn: 'url' as const, key: token };
	}
	const header = received.headers[headerName.toLowerCase()];
	if (typeof header !== 'string') return { keyIn: 'none' as const, key: '' };
	const start = headerPrefix ? `${headerPrefix} ` : '';
	return { keyIn: 'header' as const, key: header.startsWith(start) ? header.slice(start.length) : header };
}

/** What the ERP says to a call that nothing stands in the way of. */
function answer(
	received: Received,
	{ keyIn, keyRight }: { keyIn: string; keyRight: boolean },
	settings: ErpSettings,
	provider: Provider,
	url: string,
): Answer {
	if (keyIn === 'url') return failure(400, 'O token não pode estar na URL.', 'the token must not be in the URL');
	// Links are opened by people, who have no token.
	const [, paper] = /^\/pdf\/([\w-]+)\.pdf$/.exec(received.path) ?? [];
	if (paper) return { status: 200, body: pdf(paper), headers: { 'content-type': 'application/pdf' } };
	if (!keyRight) return failure(401, 'Token inválido.', keyIn === 'none' ? 'there is no token in the header' : 'the token is wrong');
	if (received.trouble) return failure(400, 'Requisição inválida.', received.trouble);
	const found = findOperation(received, settings.paths);
	if (!found) return failure(404, 'Rota não encontrada.', `there is no ${received.method} ${received.path}`);
	const { operation, fromPath } = found;
	try {
		const input = { ...inputOf(operation, received, settings.getInputIn), ...fromPath };
		checkInput(operation, input, settings);
		const { body, stored } = work[operation.id as string](input, provider, url);
		return { status: 200, body: settings.wrap ? { [settings.wrap]: body } : body, stored };
	} catch (error) {
		if (error instanceof Wrong) return failure(error.status, error.sentence, error.message);
		throw error;
	}
}

/** The operation of a call, and what its path tells. */
function findOperation({ method, path }: Received, paths: ErpSettings['paths']): { operation: Operation; fromPath: Input } | undefined {
	for (const operation of operations) {
		if (operation.method !== method) continue;
		const pattern = paths[operation.id as string] ?? operation.path;
		const names = [...pattern.matchAll(PLACEHOLDER)].map(([, name]) => name);
		const parts = pattern.split(PLACEHOLDER).filter((_part, index) => index % 2 === 0);
		const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
		const match = new RegExp(`^${escaped.join('(.+)')}$`).exec(path);
		if (match) return { operation, fromPath: Object.fromEntries(names.map((name, index) => [name, match[index + 1]])) };
	}
	return undefined;
}

/** What was sent, from the one place where it may stand. */
function inputOf({ method }: Operation, { query, body, contentType }: Received, getInputIn: ErpSettings['getInputIn']): Input {
	const [right, wrong, place] = method === 'GET' && getInputIn === 'query' ? [query, body, 'body'] : [body, query, 'query'];
	if (Object.keys(wrong).length > 0) throw new Wrong('Parâmetros no lugar errado.', `there is input in the ${place}`, 400);
	if (method !== 'GET' && !contentType.startsWith('application/json')) throw new Wrong('Envie JSON.', `the body is ${contentType}, not JSON`, 415);
	return right;
}
