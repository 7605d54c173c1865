/** CRM Zen's service adapter: how its requests are built and its responses are read. */

import { acceptedBody, collectTexts } from '../shared/http/responses';
import { isObject } from '../shared/fields/unknownValues';
import type { Advice, HttpResponse, ServiceAdapter } from '../shared/http/service';
import { ServiceError } from '../shared/http/errors';
import type { Operation } from '../shared/fields/operations';
import type { PageRead } from '../shared/http/pages';
import { connect, authenticate } from './connection';
import { plan } from './plan';
import { reportOf, resources } from './resources';

const SERVICE = 'CRM Zen';
/** Where the credential's values come from. */
const whereToFind = (what: 'it' | 'them') => `To find ${what} in CRM Zen, click the gear at the top, then Integração`;

/** What to do about an error. The credential's fields have the report's name. */
function advice(operation: Operation): Advice {
	const { label } = reportOf(operation);
	const url = `'${label} URL' in the credential`;
	return {
		unauthorized: `Check '${label} URL' and '${label} Token' in the credential. ${whereToFind('them')}`,
		forbidden: `Check that '${label} Token' in the credential has access to this report. ${whereToFind('it')}`,
		notFound: `Check ${url}. ${whereToFind('it')}`,
		unexpectedResponse: `Check ${url}. It may be the URL of another report. ${whereToFind('it')}`,
		redirected: `Check ${url}. The token is not sent to any other URL. ${whereToFind('it')}`,
		htmlResponse: `Check ${url}. Pages under crmzen.com.br/api only describe the reports. Your own URLs are under Integração`,
		rateLimited: `Another program may be using the same URL. Try again later, or increase '${label} Wait (Seconds)' in the credential`,
		retryLater: "Run the workflow again then, or set 'When Too Soon' to Wait and increase 'Maximum Wait (Minutes)'",
		waitTooLong: 'Each day and each page of 50 leads is one request. Nothing is lost while requests wait',
		repeatedPage: 'Retry this item later, or request fewer days at a time',
	};
}

/** Everything is in the address, the token is in a header, and an error is `{"error": text}`. */
export const zenTotals: ServiceAdapter = {
	serviceName: SERVICE,
	credentialType: 'crmZenApi',
	resources,
	// Each retry costs minutes of waiting.
	maxRetries: 1,
	advice,
	connect: (credentials, { path }) => connect(credentials, path),
	authenticate,
	buildRequest: ({ method }, values, _page, { address }) => ({ method, url: address, qs: values, body: undefined }),
	parseResponse,
	plan,
};

/** Sentences that can only mean too many requests; they may come with another status than 429. */
const RATE_LIMITED = new RegExp(
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

/** The whole of a response as one row, or no row if it is empty. */
export function parseResponse(response: HttpResponse, operation: Operation): PageRead {
	const { status, body } = response;
	const { rootKeys, isNoData } = reportOf(operation);
	const messages = errorMessages(body);
	const isRateLimited = messages.some((sentence) => RATE_LIMITED.test(sentence));
	if (status === 400 && !isRateLimited && isNoData?.(messages, body)) return { rows: [] };

	const report = acceptedBody(response, { serviceName: SERVICE, messages, rateLimitPattern: RATE_LIMITED });
	if (typeof report === 'string') throw new ServiceError('emptyResponse', { status });
	const isEmpty = report === null || (typeof report === 'object' && Object.keys(report).length === 0);
	if (isEmpty) return { rows: [] };
	if (!isObject(report) || (rootKeys && !rootKeys.some((key) => key in report))) throw new ServiceError('unexpectedResponse', { status });
	return { rows: [report] };
}

/** The sentences under `error`; the vendor's entry APIs write `Erro` and `Mensagem`. */
const errorMessages = (body: unknown): string[] =>
	isObject(body) ? [body.error, body.erro, body.Erro, body.message, body.mensagem, body.Mensagem].flatMap(collectTexts) : [];
