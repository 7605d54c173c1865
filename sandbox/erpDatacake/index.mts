import { PLACEHOLDER } from '../../nodes/ErpDatacake/connection.ts';
import { resources } from '../../nodes/ErpDatacake/resources/index.ts';
import type { Operation } from '../../nodes/shared/fields/operations.ts';
import { type ServiceResponse, commonEffects, type Effect, retryAfterHeader } from '../faults.mts';
import { type Service, type StartOptions, startService } from '../service.mts';
import type { ParsedRequest } from '../parseRequest.mts';
import { validateInput, type ValueFormats, type Input, ValidationError } from './validation.mts';
import { pdf } from './invoiceDocuments.mts';
import { Provider } from './provider.mts';
import { handlers } from './operations.mts';

export interface ErpSettings extends ValueFormats {
	/** Where the input of a GET must be. */
	getInputIn: 'query' | 'body';
	/** Key that wraps every list and record; none if empty. */
	wrap: string;
	/** Overridden paths, by operation. */
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

/** A response with an error in the ERP's format. */
const errorResponse = (status: number, erro: string, reason: string): ServiceResponse => ({ status, body: { erro }, reason });

const effects = {
	...commonEffects,
	/** Too many calls. */
	429({ fault: { seconds, retryAfter = seconds === undefined ? 'none' : 'seconds' } }) {
		const response = errorResponse(429, 'Muitas requisições.', 'fault 429');
		return { ...response, headers: retryAfterHeader(retryAfter, (seconds ?? 1) * 1000) };
	},
	keyRefused: ({ fault: { status = 401 } }) => errorResponse(status, 'Token inválido.', 'fault keyRefused'),
} satisfies Record<string, Effect>;

export type ErpEffect = `${keyof typeof effects}`;

const operations = resources.flatMap((resource) => resource.operations);

/** Starts a local ERP that follows the Datacake contract. */
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
			extractKey: (received, { headerName, headerPrefix }) => extractToken(received, token, headerName, headerPrefix),
			respond: (received, key, settings): ServiceResponse => respond(received, key, settings, provider, service.url),
			refuse: (why) => errorResponse(429, 'Muitas requisições.', why === 'calls' ? 'too many calls in the window' : 'too many calls at once'),
			tables: () => ({ ...provider }) as unknown as Record<string, Map<number, object>>,
			reset: () => {
				provider = new Provider(seed, clients);
			},
		},
		options,
	);
	return Object.defineProperty(service, 'provider', { get: () => provider }) as ErpService;
}

/** The token belongs in its header; a token in the URL is reported as such. */
function extractToken(received: ParsedRequest, token: string, headerName: string, headerPrefix: string) {
	if (received.queryPairs.some(([, value]) => value === token) || received.path.includes(token)) {
		return { keyIn: 'url' as const, key: token };
	}
	const header = received.headers[headerName.toLowerCase()];
	if (typeof header !== 'string') return { keyIn: 'none' as const, key: '' };
	const start = headerPrefix ? `${headerPrefix} ` : '';
	return { keyIn: 'header' as const, key: header.startsWith(start) ? header.slice(start.length) : header };
}

/** The response to a call that neither the limit nor a fault has stopped. */
function respond(
	received: ParsedRequest,
	{ keyIn, keyRight }: { keyIn: string; keyRight: boolean },
	settings: ErpSettings,
	provider: Provider,
	url: string,
): ServiceResponse {
	if (keyIn === 'url') return errorResponse(400, 'O token não pode estar na URL.', 'the token must not be in the URL');
	// File links are opened in browsers, without a token.
	const [, paper] = /^\/pdf\/([\w-]+)\.pdf$/.exec(received.path) ?? [];
	if (paper) return { status: 200, body: pdf(paper), headers: { 'content-type': 'application/pdf' } };
	if (!keyRight) return errorResponse(401, 'Token inválido.', keyIn === 'none' ? 'there is no token in the header' : 'the token is wrong');
	if (received.parseError) return errorResponse(400, 'Requisição inválida.', received.parseError);
	const found = findOperation(received, settings.paths);
	if (!found) return errorResponse(404, 'Rota não encontrada.', `there is no ${received.method} ${received.path}`);
	const { operation, fromPath } = found;
	try {
		const input = { ...inputOf(operation, received, settings.getInputIn), ...fromPath };
		validateInput(operation, input, settings);
		const { body, stored } = handlers[operation.id as string](input, provider, url);
		return { status: 200, body: settings.wrap ? { [settings.wrap]: body } : body, stored };
	} catch (error) {
		if (error instanceof ValidationError) return errorResponse(error.status, error.vendorMessage, error.message);
		throw error;
	}
}

/** The operation of a call, and the values in its path. */
function findOperation({ method, path }: ParsedRequest, paths: ErpSettings['paths']): { operation: Operation; fromPath: Input } | undefined {
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

/** The input, from the only place where it is allowed. */
function inputOf({ method }: Operation, { query, body, contentType }: ParsedRequest, getInputIn: ErpSettings['getInputIn']): Input {
	const [input, misplaced, place] = method === 'GET' && getInputIn === 'query' ? [query, body, 'body'] : [body, query, 'query'];
	if (Object.keys(misplaced).length > 0) throw new ValidationError('Parâmetros no lugar errado.', `there is input in the ${place}`, 400);
	if (method !== 'GET' && !contentType.startsWith('application/json')) throw new ValidationError('Envie JSON.', `the body is ${contentType}, not JSON`, 415);
	return input;
}
