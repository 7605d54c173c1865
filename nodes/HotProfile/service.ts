/** HotProfile's service adapter: how its requests are built and its responses are read. */

import type { Operation, WireValues } from '../shared/fields/operations';
import { isObject } from '../shared/fields/unknownValues';
import { ServiceError } from '../shared/http/errors';
import type { Page, PageRead } from '../shared/http/pages';
import { acceptedBody, collectTexts } from '../shared/http/responses';
import type { HttpResponse, ServiceAdapter } from '../shared/http/service';
import { authenticate, connect } from './connection';
import { expandFilters } from './filters';
import { resources } from './resources';
import { simplify } from './columns';

/**
 * HotProfile's API: form bodies in requests; in responses, `errors` under any status and rows under the
 * object's name [the vendor's API guide].
 */
export const hotProfile: ServiceAdapter = {
	serviceName: 'HotProfile',
	credentialType: 'hotProfileApi',
	resources,
	advice: {
		unauthorized:
			"Check 'API Key' in the credential. Its user needs API integration (API連携), and the company needs the public API (公開API)",
		forbidden: 'Check that the user of the API key can view and edit this record and has API integration (API連携) enabled',
		unexpectedResponse: "Check 'Instance' in the credential, and that the public API (公開API) is enabled",
		notFound: "Check 'Instance' in the credential, and that the public API (公開API) is enabled",
		recordNotFound: 'Check the ID. The record may have been deleted or merged, or the user of the API key may not view it',
		unreachable: "Check 'Instance' in the credential and n8n's network connection",
		redirected: "Check 'Instance' in the credential. The API key is never sent to another host",
		htmlResponse: "Check 'Instance' in the credential. It may point to a login page",
	},
	connect,
	authenticate,
	buildRequest: (operation, values, page) => ({
		method: operation.method,
		url: operation.path,
		headers: { 'content-type': 'application/x-www-form-urlencoded' },
		body: bodyOf(operation, values, page),
	}),
	parseResponse,
	simplify,
};

/** The form body of a request, without the key. */
function bodyOf(operation: Operation, values: WireValues, page?: Page): WireValues {
	const pageFields: WireValues = page ? { 'page[number]': page.number, 'page[display_number]': page.size } : {};
	const { resultList, recordList } = operation;
	if (recordList) {
		const { [recordList.idField]: id = '', ...others } = values;
		// The highest ID first, as the search through pages expects it.
		return page
			? { 'order[key]': 'id', 'order[type]': 'desc', ...others, ...pageFields }
			: { ...others, 'search[from_id]': id, 'search[to_id]': id };
	}
	if (!resultList) return values;
	// Sorted by ID, records that are added while pages are read come last.
	const order: WireValues = 'order[key]' in values ? {} : { 'order[key]': 'id', 'order[type]': 'asc' };
	return { ...order, ...expandFilters(operation, values), ...pageFields };
}

/**
 * Sentences by which HotProfile may reject one request too many. The vendor does not document any, so only
 * unambiguous ones count: those about the number of requests, not about tags, data size or an expired key.
 */
const RATE_LIMIT_MESSAGE = new RegExp(
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

/** The sentences under `errors`; in error responses also elsewhere, since their body is not documented. */
function errorMessages({ status, body }: HttpResponse): string[] {
	const isErrorStatus = status < 200 || status > 299;
	if (!isObject(body)) return isErrorStatus && Array.isArray(body) ? collectTexts(body) : [];
	return collectTexts(isErrorStatus ? [body.errors, body.error, body.message] : body.errors);
}

/**
 * The record of a response, or the rows of a page with the total.
 * @throws {ServiceError} where the response is an error or has no data
 */
export function parseResponse(response: HttpResponse, { resultList, recordList }: Operation): PageRead {
	const { status } = response;
	const body = acceptedBody(response, { serviceName: 'HotProfile', messages: errorMessages(response), rateLimitPattern: RATE_LIMIT_MESSAGE });
	if (!isObject(body)) throw new ServiceError(body && typeof body !== 'string' ? 'unexpectedResponse' : 'emptyResponse', { status });

	const list = resultList ?? recordList;
	if (!list) {
		if (body.id === undefined || body.id === null) throw new ServiceError('unexpectedResponse', { status });
		return { rows: [body] };
	}
	const rows = body[list.root ?? ''];
	if (!Array.isArray(rows)) throw new ServiceError('unexpectedResponse', { status });
	// An object, but a list of one object in one sample [the vendor's API guide].
	const pages = Array.isArray(body.pages) ? body.pages[0] : body.pages;
	return { rows: rows.filter(isObject), total: isObject(pages) ? parseCount(pages.total_count) : undefined };
}

/** A total as a number; the pager decides whether it is plausible. */
function parseCount(value: unknown): number | undefined {
	const count = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : NaN;
	return Number.isFinite(count) && count >= 0 ? count : undefined;
}
