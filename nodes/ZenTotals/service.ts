import { acceptedBody, collectTexts } from '../shared/http/responses';
import { isObject } from '../shared/fields/text';
import type { Advice, HttpResponse, ServiceAdapter } from '../shared/http/service';
import { ServiceError } from '../shared/http/errors';
import type { Operation } from '../shared/fields/operations';
import type { PageRead } from '../shared/http/pages';
import { connect, authenticate } from './connection';
import { plan } from './plan';
import { labelOf } from './queries';
import { resources } from './resources';

const SERVICE = 'CRM Zen';
const WHERE_TO_FIND = 'Click the gear at the top of CRM Zen, then Integração';

/** What to do about a failure; the fields of the credential have the report's name. */
function advice(operation: Operation): Advice {
	const [url, token] = ['URL', 'Token'].map((field) => `'${labelOf(operation)} ${field}'`);
	return {
		unauthorized: `Check ${url} and ${token} in the credential. ${WHERE_TO_FIND}`,
		forbidden: `Check that ${token} in the credential may read this report. ${WHERE_TO_FIND}`,
		notFound: `Check ${url} in the credential. ${WHERE_TO_FIND}`,
		unexpectedResponse: `Check ${url} in the credential: it may be that of another report. ${WHERE_TO_FIND}`,
		redirected: `Check ${url} in the credential: its token goes to no other address. ${WHERE_TO_FIND}`,
		htmlResponse: `Check ${url} in the credential. Pages under crmzen.com.br/api describe the reports; your own URLs are under Integração`,
		rateLimited: `Other programs use the same URL. Run this later, or raise '${labelOf(operation)} Wait (Seconds)' in the credential`,
		retryLater: "Run this again then, or let it wait: 'When Too Soon' is Wait, and 'Maximum Wait' long enough",
		waitTooLong: 'Each day, and each page of 50 leads, is one request. Nothing gets lost while the others wait',
		repeatedPage: 'Run this item again later, or ask for fewer days at once',
	};
}

/** How CRM Zen speaks: everything in the address, the token in a header, `{"error": text}` when it fails. */
export const zenTotals: ServiceAdapter = {
	serviceName: SERVICE,
	credentialType: 'crmZenApi',
	resources,
	// Each one costs a waiting time of minutes.
	maxRetries: 1,
	advice,
	connect: (credentials, { path }) => connect(credentials, path),
	authenticate,
	buildRequest: ({ method }, values, _page, { address }) => ({
		method,
		url: address,
		qs: values,
		body: undefined,
	}),
	parseResponse,
	plan,
};

/** Sentences of a refusal that may come with another status than 429, and that can mean nothing else. */
const TOO_MANY = new RegExp(
	[
		'too many requests',
		'rate limit (exceeded|reached)',
		'muitas (requisi[çc][õo]es|consultas)',
		'limite de (requisi[çc][õo]es|consultas)[^.]{0,30} (exced|ating|ultrapass)',
		'(exced|ating|ultrapass)\\w* o limite de (requisi[çc][õo]es|consultas)',
		'(uma|1) (requisi[çc][ãa]o|consulta) a cada (\\w+ )?(segundo|minuto)',
		'aguarde (\\S+ ){0,3}(segundo|minuto)s?( ?[.!,;]| ?$| e tente| antes| entre| para (uma? nov|consult|tent|requisit|a pr[óo]xima))',
		'aguarde (para|antes de) (consultar|tentar|requisitar|fazer|realizar)[^.]* (novamente|de novo|nov[ao]|outr[ao])',
	].join('|'),
	'i',
);

/** What an answer brings: the whole of it as one row, or none. */
export function parseResponse(answer: HttpResponse, operation: Operation): PageRead {
	const { status, body } = answer;
	const messages = errorMessages(body);
	const isRefused = messages.some((sentence) => TOO_MANY.test(sentence));
	if (status === 400 && !isRefused && operation.path === 'leadFile' && saysNothingFound(messages, body)) return { rows: [] };

	const whole = acceptedBody(answer, { serviceName: SERVICE, messages, rateLimitPattern: TOO_MANY });
	if (typeof whole === 'string') throw new ServiceError('emptyResponse', { status });
	const isEmpty = whole === null || (typeof whole === 'object' && Object.keys(whole).length === 0);
	if (isEmpty) return { rows: [] };
	const known = roots[operation.path];
	if (!isObject(whole) || (known && !known.some((key) => key in whole))) throw new ServiceError('unexpectedResponse', { status });
	return { rows: [whole] };
}

/** One of these keys stands in the answer; that of the sales funnel is not documented. */
const roots: Record<string, string[]> = {
	totals: ['usuarios', 'erros', 'data'],
	leadsByUser: ['usuarios', 'paginacao'],
	leadFile: ['leads', 'data'],
};

/** "Nenhum negócio criado", "Não há leads", "no deals found". */
const NOTHING_FOUND =
	/\b(nenhuma?|n[ãa]o (h[áa]|houve|existem?|fo(i|ram) encontrad)|(sem|no) (?=lead|neg|deal|dado|registro|record|result)).*(lead|neg[óo]cio|deal|dado|registro|record|result)/i;
const REFUSED = /token|inv[áa]lid/i;
/** "Aguarde a aprovação do seu cadastro", "Conta bloqueada", "O limite de registros foi excedido". */
const ABOUT_THE_ACCOUNT =
	/\b(aguard|aprova|cadastr|contas?\b|acesso|bloque|suspens|inativ|desativ|expir|vencid|licen[çc]|plano|limite|exced|permiss|account|blocked|expired|limit|denied|forbidden)/i;
const ABOUT_THE_REQUEST =
	/\b(url|json|formato?|deve|must|missing|required|malformed)\b|par[âa]metro|incorret|obrigat|ausente|futur|n[ãa]o (foi )?(informad|enviad|permitid|autorizad)/i;

/**
 * Whether a 400 of the lead file says that the day had no leads: the vendor answers so, in words
 * that are not documented. The day itself was checked before the call.
 */
function saysNothingFound(messages: string[], body: unknown): boolean {
	const said = typeof body === 'string' ? body.trim() : messages.join(' ');
	if (said.startsWith('<') || REFUSED.test(said)) return false;
	if (said === '') return true;
	return NOTHING_FOUND.test(said) || !(ABOUT_THE_REQUEST.test(said) || ABOUT_THE_ACCOUNT.test(said));
}

/** The sentences under `error`; the vendor's entry APIs write `Erro` and `Mensagem`. */
const errorMessages = (body: unknown): string[] =>
	isObject(body) ? [body.error, body.erro, body.Erro, body.message, body.mensagem, body.Mensagem].flatMap(collectTexts) : [];
