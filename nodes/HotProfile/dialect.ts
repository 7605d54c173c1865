import type { IDataObject } from 'n8n-workflow';

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

function textCause(body: string) {
	if (body.trim() === '') return 'empty';
	return body.trimStart().startsWith('<') ? 'webPage' : 'unreadable';
}

/** The sentences under `errors`: a text, a list, or a hash of texts and lists. */
function sentencesOf(body: unknown): string[] {
	if (!isObject(body) || !('errors' in body)) return [];
	const flat = (errors: unknown): string[] => {
		if (Array.isArray(errors)) return errors.flatMap(flat);
		if (isObject(errors)) return Object.values(errors).flatMap(flat);
		return errors === null || errors === undefined || errors === '' ? [] : [String(errors)];
	};
	return flat(body.errors);
}

/** `Retry-After` in ms: seconds or a date. */
function retryAfter(header: unknown): number | undefined {
	if (header === undefined || header === null || header === '') return undefined;
	const seconds = Number(header);
	const ms = Number.isNaN(seconds) ? Date.parse(String(header)) - Date.now() : seconds * 1000;
	return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

const isObject = (value: unknown): value is IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
