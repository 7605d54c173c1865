import { isObject, retryAfter, textsIn } from '../shared/answers';
import type { Answer, Dialect } from '../shared/dialect';
import { Trouble } from '../shared/errors';
import type { Operation } from '../shared/operations';
import type { PageRead } from '../shared/pages';
import { connect, sign } from './connection';
import { plan } from './plan';
import { resources } from './resources';

/** How CRM Zen speaks: everything in the address, the token in a header, `{"error": text}` when it fails. */
export const zenTotals: Dialect = {
	service: 'CRM Zen',
	credential: 'crmZenApi',
	resources,
	// Each one costs a waiting time of minutes.
	retries: 1,
	advice: {
		keyRefused: 'Check URL and token of this report in the credential: click the gear at the top of CRM Zen, then Integração',
		notFound: 'Check the URL of this report in the credential: click the gear at the top of CRM Zen, then Integração',
		webPage: 'Check the URL of this report in the credential. Pages under crmzen.com.br/api describe the reports; your own URLs are under Integração',
		tooMany: 'Other programs use the same URL. Run this later, or raise the waiting time of this report in the credential',
		tooSoon: "Run this again then, or let it wait: 'When Too Soon' is Wait, and 'Maximum Wait' long enough",
		tooLong: 'Each day, and each page of 50 leads, is one request. Nothing gets lost while the others wait',
		repeatedPage: 'Run this item again later, or ask for fewer days at once',
	},
	connect: (credentials, { path }) => connect(credentials, path),
	sign,
	request: ({ method }, values, _page, { address }) => ({
		method,
		url: address,
		qs: values,
		body: undefined,
	}),
	read,
	plan,
};

/** The sentence of a refusal that may come with another status than 429. */
const TOO_MANY = /too many requests|muitas requisi|aguarde|uma requisição a cada|limite de requisi/i;

/** What an answer brings: the whole of it as one row, or none. Order matters: the first line that applies is the one told. */
export function read({ status, headers, body }: Answer, operation: Operation): PageRead {
	const sentences = sentencesOf(body);
	const details = { status, sentences, retryAfterMs: retryAfter(headers['retry-after']) };

	if (status === 429) throw new Trouble('tooMany', details);
	if (status >= 300 && status < 400) throw new Trouble('redirected', { status });
	if (status === 401 || status === 403) throw new Trouble('keyRefused', details);
	if (sentences.some((sentence) => TOO_MANY.test(sentence))) throw new Trouble('tooMany', details);
	if (status === 404 || status === 405) throw new Trouble('notFound', details);
	if (status >= 500 || status === 408) throw new Trouble('unavailable', details);
	if (status === 400 && operation.path === 'leadFile' && saysNothingFound(sentences, body)) return { rows: [] };
	if (sentences.length > 0) throw new Trouble('rejected', details);
	if (status < 200 || status > 299) throw new Trouble('rejected', { ...details, sentences: [`CRM Zen answered with status ${status}`] });
	if (body === '') throw new Trouble('empty', details);
	if (typeof body === 'string') throw new Trouble(body.trimStart().startsWith('<') ? 'webPage' : 'unreadable', details);

	const isEmpty = body === null || (typeof body === 'object' && Object.keys(body).length === 0);
	if (isEmpty) return { rows: [] };
	const known = roots[operation.path];
	if (!isObject(body) || (known && !known.some((key) => key in body))) throw new Trouble('noRoot', details);
	return { rows: [body] };
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
const ABOUT_THE_REQUEST =
	/\b(url|json|formato?|deve|must|missing|required|malformed)\b|par[âa]metro|incorret|obrigat|ausente|futur|n[ãa]o (foi )?(informad|enviad|permitid|autorizad)/i;

/**
 * Whether a 400 of the lead file says that the day had no leads: the vendor answers so, in words
 * that are not documented. The day itself was checked before the call.
 */
function saysNothingFound(sentences: string[], body: unknown): boolean {
	const said = typeof body === 'string' ? body.trim() : sentences.join(' ');
	if (said.startsWith('<') || REFUSED.test(said)) return false;
	if (said === '') return true;
	return NOTHING_FOUND.test(said) || !ABOUT_THE_REQUEST.test(said);
}

/** The sentences under `error`; the vendor's entry APIs write `Erro` and `Mensagem`. */
const sentencesOf = (body: unknown): string[] =>
	isObject(body) ? [body.error, body.erro, body.Erro, body.message, body.mensagem, body.Mensagem].flatMap(textsIn) : [];
