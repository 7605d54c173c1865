import { acceptedBody, collectTexts } from '../shared/http/responses';
import { isObject } from '../shared/fields/text';
import type { HttpResponse, ServiceAdapter } from '../shared/http/service';
import { ServiceError } from '../shared/http/errors';
import type { Operation } from '../shared/fields/operations';
import { connect, authenticate } from './connection';
import { resources } from './resources';
import { simplify } from './columns';

/** How HotProfile speaks: form bodies, `errors` on any status, rows under the object's name. */
export const hotProfile: ServiceAdapter = {
	serviceName: 'HotProfile',
	credentialType: 'hotProfileApi',
	resources,
	advice: {
		unauthorized:
			'Check the API key, and that API連携 is switched on for its user and the public API (公開API) for the company',
		forbidden: 'Check that the user of the API key may see and change this record, and that API連携 is switched on for that user',
		unexpectedResponse: "Check 'Instance' in the credential, and that the public API (公開API) is switched on",
		notFound: "Check 'Instance' in the credential, and that the public API (公開API) is switched on",
		unreachable: "Check 'Instance' in the credential, and the network of n8n",
		htmlResponse: "Check 'Instance' in the credential: it may lead to the log-in page",
	},
	connect,
	authenticate,
	buildRequest: ({ method, path, resultList }, values, page) => ({
		method,
		url: path,
		headers: { 'content-type': 'application/x-www-form-urlencoded' },
		body: {
			// By id, records that are added while pages are read come last.
			...(resultList && !('order[key]' in values) ? { 'order[key]': 'id', 'order[type]': 'asc' } : {}),
			...values,
			...(page ? { 'page[number]': page.number, 'page[display_number]': page.size } : {}),
		},
	}),
	parseResponse,
	simplify,
};

/**
 * The vendor does not say how it refuses a call, so only sentences that can mean nothing else count: what is
 * over its limit must be the number of calls. That of tags, the size of data, the term of a key are not.
 */
const TOO_MANY = new RegExp(
	[
		// リクエスト数が上限を超えました, API呼び出し回数の上限に達しました, 同時接続数が1分あたりの上限を超えています
		'(リクエスト|アクセス|呼び?出し|接続|API ?の?(利用|使用|実行|コール))の?(総数|回数|数)(が|は|の)?([0-9０-９一]+(秒|分|時間|日)(間|あたり|当たり|ごと)?の)?(上限|制限)([(（][^)）]*[)）])?値?[にを]?(達し|到達|超え(?!る)|超過)',
		'(リクエスト|アクセス|呼び?出し)数?が多すぎ',
		'too many (api |concurrent )?(requests|calls|connections)\\b',
		'\\brate[- ]limited\\b',
		'\\brate limit (has been |was |is )?(exceeded|reached)',
		'exceeded (the |your )?(api )?rate limit',
		'number of (api |concurrent )?(requests|calls|connections) (has exceeded|exceeded|exceeds|has reached|reached|is over) (the|its) (limit|maximum)',
		'\\b(request|api call|connection) limit (has been |was |is )?(exceeded|reached)',
	].join('|'),
	'i',
);

/** The sentences under `errors`; a refusal may have them elsewhere, since its body is not documented. */
function errorMessages({ status, body }: HttpResponse): string[] {
	const isRefused = status < 200 || status > 299;
	if (!isObject(body)) return isRefused && Array.isArray(body) ? collectTexts(body) : [];
	return collectTexts(isRefused ? [body.errors, body.error, body.message] : body.errors);
}

/** What an answer brings. */
export function parseResponse(answer: HttpResponse, { resultList }: Operation) {
	const { status } = answer;
	const body = acceptedBody(answer, { serviceName: 'HotProfile', messages: errorMessages(answer), rateLimitPattern: TOO_MANY });
	if (!isObject(body)) throw new ServiceError(body && typeof body !== 'string' ? 'unexpectedResponse' : 'emptyResponse', { status });

	if (!resultList) {
		if (body.id === undefined || body.id === null) throw new ServiceError('unexpectedResponse', { status });
		return { rows: [body] };
	}
	const rows = body[resultList.root as string];
	if (!Array.isArray(rows)) throw new ServiceError('unexpectedResponse', { status });
	// An object in the guide, a list of one object in one of its samples.
	const pages = Array.isArray(body.pages) ? body.pages[0] : body.pages;
	return { rows: rows.filter(isObject), total: isObject(pages) ? countOf(pages.total_count) : undefined };
}

/** A count as it came, a number or digits; whether it is true is the pager's to judge. */
function countOf(told: unknown): number | undefined {
	const count = typeof told === 'number' || (typeof told === 'string' && told.trim() !== '') ? Number(told) : NaN;
	return Number.isFinite(count) && count >= 0 ? count : undefined;
}
