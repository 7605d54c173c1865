import type { IDataObject } from 'n8n-workflow';

import { flatTexts, isObject, retryAfter, textCause } from '../shared/answer';
import type { Answer, Dialect } from '../shared/call';
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
		notFound: 'Check the instance, and that the public API (公開API) is switched on',
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
const TOO_MANY = /too many|rate limit|(回数|アクセス|リクエスト|同時).*(上限|制限|超)|(上限|制限).*(回数|アクセス|リクエスト|同時)/i;

/** What an answer brings. Order matters: the first line that applies is the one told. */
export function read({ status, headers, body }: Answer, { list }: Operation) {
	const sentences = sentencesOf(body);
	const details = { status, sentences, retryAfterMs: retryAfter(headers['retry-after']) };
	const failed = status < 200 || status > 299;

	if (status === 429 || sentences.some((sentence) => TOO_MANY.test(sentence))) throw new Trouble('tooMany', details);
	if (status >= 300 && status < 400) throw new Trouble('redirected', { status });
	if (status === 401 || status === 403) throw new Trouble('keyRefused', details);
	if (status === 404 && sentences.length === 0) throw new Trouble('notFound', details);
	if (status >= 500 || status === 408) throw new Trouble('unavailable', details);
	if (sentences.length > 0) throw new Trouble('rejected', details);
	if (failed) throw new Trouble('rejected', { ...details, sentences: [`HotProfile answered with status ${status}`] });
	if (typeof body === 'string') throw new Trouble(textCause(body), details);
	if (!isObject(body)) throw new Trouble(body ? 'noRoot' : 'empty', details);

	if (!list) {
		if (body.id === undefined || body.id === null) throw new Trouble('noRoot', details);
		return { rows: [body] };
	}
	const rows = body[list.root];
	if (!Array.isArray(rows)) throw new Trouble('noRoot', details);
	// An object in the guide, a list of one object in one of its samples.
	const pages = Array.isArray(body.pages) ? body.pages[0] : body.pages;
	const total = isObject(pages) ? Number(pages.total_count) : NaN;
	return { rows: rows as IDataObject[], total: total >= rows.length ? total : undefined };
}

/** The sentences under `errors`: a text, a list, or a hash of texts and lists. */
const sentencesOf = (body: unknown): string[] => (isObject(body) ? flatTexts(body.errors) : []);
