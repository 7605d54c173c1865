import { type ServiceResponse, commonEffects, type Effect, type Fault, retryAfterHeader } from '../faults.mts';
import { type Service, type StartOptions, startService } from '../service.mts';
import type { ParsedRequest } from '../parseRequest.mts';
import { runReport, errorResponse, reportNames, type ReportSettings } from './reports.mts';

export interface CrmZenSettings extends ReportSettings {
	/** Seconds between two requests for the same report. */
	waits: Record<string, number>;
}

export interface CrmZenOptions extends StartOptions {
	apiKey?: string;
	/** Seconds between two requests for the same report; the vendor's by default. */
	waits?: Partial<CrmZenSettings['waits']>;
}

export interface CrmZenService extends Service<CrmZenEffect, CrmZenSettings> {
	/** URL of a report, as shown on the page Integração. */
	reportUrl(name: string): string;
}

const VENDOR_WAITS_S = { totals: 300, leadsByUser: 60, leadFile: 300, salesFunnel: 600 };
const ROOT = '/relatorios/';
const TOKEN = 'token';

/** Starts a local CRM Zen with its reports: `/relatorios/totals`, `/relatorios/leadsByUser` and so on. */
export async function startCrmZen(options: CrmZenOptions = {}): Promise<CrmZenService> {
	const { apiKey = 'sandbox-zen-token', seed = 1, waits } = options;
	const service = await startService<CrmZenEffect, CrmZenSettings>(
		{
			apiKey,
			settings: { numbers: 'number', empty: 'list', today: null, waits: { ...VENDOR_WAITS_S, ...waits } },
			effects,
			extractKey,
			account: ({ path }, key, { limit, waits: { [reportOf(path)]: wait = 0 } }) => ({
				name: `${path} ${key}`,
				limit: limit && { maxCalls: 1, windowMs: wait * 1000, maxConcurrent: 1 },
			}),
			respond: (received, key, settings) => respond(received, key, settings, seed),
			refuse: () => tooMany('requested again within the waiting time'),
			tables: () => ({}),
			reset: () => {},
		},
		options,
	);
	return Object.assign(service, { reportUrl: (name: string) => `${service.url}${ROOT}${name}` });
}

const reportOf = (path: string) => (path.startsWith(ROOT) ? path.slice(ROOT.length) : '');

/** The token belongs in the header. A token in the URL is reported as such, even if the header has one too. */
function extractKey(received: ParsedRequest): { keyIn: 'url' | 'header' | 'none'; key: string } {
	const inUrl = received.queryPairs.find(([name]) => name === TOKEN)?.[1];
	const inHeader = received.headers[TOKEN];
	received.queryPairs = received.queryPairs.filter(([name]) => name !== TOKEN);
	delete received.query[TOKEN];
	if (inUrl !== undefined) return { keyIn: 'url', key: inUrl };
	return inHeader === undefined ? { keyIn: 'none', key: '' } : { keyIn: 'header', key: String(inHeader) };
}

/** The response to a call that neither the limit nor a fault has stopped. */
function respond(
	received: ParsedRequest,
	{ keyIn, keyRight }: { keyIn: string; keyRight: boolean },
	settings: CrmZenSettings,
	seed: number,
): ServiceResponse {
	const report = reportOf(received.path);
	if (!reportNames.includes(report)) return errorResponse(404, 'Relatório não encontrado', `there is no ${received.path}`);
	if (received.method !== 'GET') return errorResponse(405, 'Método não permitido', `${received.method} where GET is wanted`);
	if (keyIn === 'url') return errorResponse(401, 'O token deve ser enviado no header', 'the token must not be in the URL');
	if (!keyRight) return errorResponse(401, 'Token inválido', keyIn === 'none' ? 'there is no token header' : 'the token is wrong');
	return runReport(report, received, settings, seed);
}

const tooMany = (reason: string) => errorResponse(429, 'Limite de requisições excedido. Aguarde para consultar novamente', reason);

const faultReason = ({ effect }: Fault) => `fault ${effect}`;

/** The common faults and those that only CRM Zen has. */
const effects = {
	...commonEffects,
	/** Too many requests. */
	429({ fault }) {
		const { seconds, retryAfter = seconds === undefined ? 'none' : 'seconds' } = fault;
		return { ...tooMany(faultReason(fault)), headers: retryAfterHeader(retryAfter, (seconds ?? 1) * 1000) };
	},
	/** Any status, with the documented error body. */
	error: ({ fault: { status = 500, sentences = ['Erro interno'], ...fault } }) => errorResponse(status, sentences.join(' '), faultReason(fault)),
	/** A response without the expected data. */
	noRoot: () => ({ status: 200, body: { result: 'ok' } }),
	/** An empty page as PHP encodes it: an empty array. */
	emptyBody: ({ fault: { body = [] } }) => ({ status: 200, body }),
	/** Always the first page, whichever page was requested. */
	repeatPage: ({ received, handle }) => handle({ ...received, query: { ...received.query, pagina: '1' } }),
} satisfies Record<string, Effect>;

export type CrmZenEffect = `${keyof typeof effects}`;
