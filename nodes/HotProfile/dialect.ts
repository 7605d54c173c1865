import { accepted, isObject, textsIn } from '../shared/answers';
import type { Answer, Dialect } from '../shared/dialect';
import { Trouble } from '../shared/errors';
import type { Operation } from '../shared/operations';
import { connect, sign } from './connection';
import { resources } from './resources';
import { simplify } from './rows';

/** How HotProfile speaks: form bodies, `errors` on any status, rows under the object's name. */
export const hotProfile: Dialect = {
	service: 'HotProfile',
	credential: 'hotProfileApi',
	resources,
	advice: {
		keyRefused:
			'Check the API key, and that API連携 is switched on for its user and the public API (公開API) for the company',
		noRoot: "Check 'Instance' in the credential, and that the public API (公開API) is switched on",
		notFound: "Check 'Instance' in the credential, and that the public API (公開API) is switched on",
		unreachable: "Check 'Instance' in the credential, and the network of n8n",
		webPage: "Check 'Instance' in the credential: it may lead to the log-in page",
	},
	connect,
	sign,
	request: ({ method, path, list }, values, page) => ({
		method,
		url: path,
		headers: { 'content-type': 'application/x-www-form-urlencoded' },
		body: {
			// By id, records that are added while pages are read come last.
			...(list && !('order[key]' in values) ? { 'order[key]': 'id', 'order[type]': 'asc' } : {}),
			...values,
			...(page ? { 'page[number]': page.number, 'page[display_number]': page.size } : {}),
		},
	}),
	read,
	simplify,
};

/** The vendor does not say how it refuses; these are the words that a sentence about it would need. */
const TOO_MANY = /too many requests|rate limit|(API|呼び?出し?|リクエスト|アクセス|同時接続)(の)?(回数|数)?.{0,12}(上限に達|上限を超|超え|超過)/i;

/** The sentences under `errors`; a refusal may have them elsewhere, since its body is not documented. */
function sentencesOf({ status, body }: Answer): string[] {
	const isRefused = status < 200 || status > 299;
	if (!isObject(body)) return isRefused && Array.isArray(body) ? textsIn(body) : [];
	return textsIn(isRefused ? [body.errors, body.error, body.message] : body.errors);
}

/** What an answer brings. */
export function read(answer: Answer, { list }: Operation) {
	const { status } = answer;
	const body = accepted(answer, { service: 'HotProfile', sentences: sentencesOf(answer), tooMany: TOO_MANY });
	if (!isObject(body)) throw new Trouble(body && typeof body !== 'string' ? 'noRoot' : 'empty', { status });

	if (!list) {
		if (body.id === undefined || body.id === null) throw new Trouble('noRoot', { status });
		return { rows: [body] };
	}
	const rows = body[list.root as string];
	if (!Array.isArray(rows)) throw new Trouble('noRoot', { status });
	// An object in the guide, a list of one object in one of its samples.
	const pages = Array.isArray(body.pages) ? body.pages[0] : body.pages;
	const total = isObject(pages) ? Number(pages.total_count) : NaN;
	return { rows: rows.filter(isObject), total: total >= rows.length ? total : undefined };
}
