import type { IDataObject } from 'n8n-workflow';

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
const TOO_MANY = /too many|rate limit|(回数|アクセス|リクエスト|同時).*(上限|制限|超)|(上限|制限).*(回数|アクセス|リクエスト|同時)/i;

/** What an answer brings. */
export function read(answer: Answer, { list }: Operation) {
	const { status } = answer;
	const errors = isObject(answer.body) ? answer.body.errors : undefined;
	const body = accepted(answer, { service: 'HotProfile', sentences: textsIn(errors), tooMany: TOO_MANY });
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
	return { rows: rows as IDataObject[], total: total >= rows.length ? total : undefined };
}
