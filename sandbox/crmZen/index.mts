import { type Answer, commonEffects, type Effect, type Fault, retryAfterHeader } from '../faults.mts';
import { type Service, type StartOptions, startService } from '../service.mts';
import type { Received } from '../parseRequest.mts';
import { answerOf, error, reportNames, type ReportSettings } from './reports.mts';

export interface CrmZenSettings extends ReportSettings {
	/** Seconds between two requests for the same report. */
	waits: Record<string, number>;
}

export interface CrmZenOptions extends StartOptions {
	apiKey?: string;
	/** Seconds between two requests for the same report; the vendor's own unless given. */
	waits?: Partial<CrmZenSettings['waits']>;
}

export interface CrmZenService extends Service<CrmZenEffect, CrmZenSettings> {
	/** URL of a report, as the page Integração would show it. */
	reportUrl(name: string): string;
}

const VENDOR_WAITS = { totals: 300, leadsByUser: 60, leadFile: 300, salesFunnel: 600 };
const ROOT = '/relatorios/';
const TOKEN = 'token';

/** Starts a stand-in of CRM Zen's reports: `/relatorios/totals`, `/relatorios/leadsByUser` and so on. */
export async function startCrmZen(options: CrmZenOptions = {}): Promise<CrmZenService> {
	const { apiKey = 'sandbox-zen-token', seed = 1, waits } = options;
	const service = await startService<CrmZenEffect, CrmZenSettings>(
		{
			apiKey,
			settings: { numbers: 'number', empty: 'list', today: null, waits: { ...VENDOR_WAITS, ...waits } },
			effects,
			takeKey,
			account: ({ path }, key, { limit, waits: { [reportOf(path)]: wait = 0 } }) => ({
				name: `${path} ${key}`,
				limit: limit && { maxCalls: 1, windowMs: wait * 1000, maxConcurrent: 1 },
			}),
			answer: (received, key, settings) => answer(received, key, settings, seed),
			refuse: () => tooMany('asked again within the waiting time'),
			tables: () => ({}),
			reset: () => {},
		},
		options,
	);
	return Object.assign(service, { reportUrl: (name: string) => `${service.url}${ROOT}${name}` });
}

const reportOf = (path: string) => (path.startsWith(ROOT) ? path.slice(ROOT.length) : '');

/** The token belongs in the header. One in the address counts as such, even beside one in the header. */
function takeKey(received: Received): { keyIn: 'url' | 'header' | 'none'; key: string } {
	const inUrl = received.queryPairs.find(([name]) => name === TOKEN)?.[1];
	const inHeader = received.headers[TOKEN];
	received.queryPairs = received.queryPairs.filter(([name]) => name !== TOKEN);
	delete received.query[TOKEN];
	if (inUrl !== undefined) return { keyIn: 'url', key: inUrl };
	return inHeader === undefined ? { keyIn: 'none', key: '' } : { keyIn: 'header', key: String(inHeader) };
}

/** What the service says to a call that nothing stands in the way of. */
function answer(
	received: Received,
	{ keyIn, keyRight }: { keyIn: string; keyRight: boolean },
	settings: CrmZenSettings,
	seed: number,
): Answer {
	const report = reportOf(received.path);
	if (!reportNames.includes(report)) return error(404, 'Relatório não encontrado', `there is no ${received.path}`);
	if (received.method !== 'GET') return error(405, 'Método não permitido', `${received.method} where GET is wanted`);
	if (keyIn === 'url') return error(401, 'O token deve ser enviado no header', 'the token must not be in the URL');
	if (!keyRight) return error(401, 'Token inválido', keyIn === 'none' ? 'there is no token header' : 'the token is wrong');
	return answerOf(report, received, settings, seed);
}

const tooMany = (reason: string) => error(429, 'Limite de requisições excedido. Aguarde para consultar novamente', reason);

const pretended = ({ effect }: Fault) => `fault ${effect}`;

/** Ways to fail that are CRM Zen's own, beside the common ones. */
const effects = {
	...commonEffects,
	/** Too many requests. */
	429({ fault }) {
		const { seconds, retryAfter = seconds === undefined ? 'none' : 'seconds' } = fault;
		return { ...tooMany(pretended(fault)), headers: retryAfterHeader(retryAfter, (seconds ?? 1) * 1000) };
	},
	/** Any status, with the documented body of a failure. */
	error: ({ fault: { status = 500, sentences = ['Erro interno'], ...fault } }) => error(status, sentences.join(' '), pretended(fault)),
	/** An answer that is another service's. */
	noRoot: () => ({ status: 200, body: { result: 'ok' } }),
	/** A page without any content, as PHP writes an empty array. */
	emptyBody: ({ fault: { body = [] } }) => ({ status: 200, body }),
	/** The first page, whichever was asked for. */
	repeatPage: ({ received, handle }) => handle({ ...received, query: { ...received.query, pagina: '1' } }),
} satisfies Record<string, Effect>;

export type CrmZenEffect = `${keyof typeof effects}`;
