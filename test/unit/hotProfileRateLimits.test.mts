import { parseResponse } from '../../nodes/HotProfile/service';
import { createLead } from '../../nodes/HotProfile/resources/lead/create.ts';
import { getManyLeads } from '../../nodes/HotProfile/resources/lead/getMany.ts';

/** HotProfile does not document its rate limit errors, so only unambiguous messages count as one. */

function reasonOf(message: string, status: number): unknown {
	try {
		parseResponse({ status, headers: {}, body: { errors: [message] } }, createLead);
	} catch (error) {
		return (error as { reason: unknown }).reason;
	}
	throw new Error('Nothing was thrown');
}

describe.each([200, 400, 503])('with status %i', (status) => {
	test.each([
		'リクエスト数が上限を超えました',
		'リクエスト数が上限(100回)を超えました。',
		'1分間のリクエスト数が上限に達しました。',
		'リクエスト回数が1分あたりの上限を超過しました',
		'リクエスト数の上限を超えています。',
		'リクエストが多すぎます。',
		'API呼び出し回数の上限に達しました',
		'APIの呼出し回数が制限を超えました。',
		'APIの利用回数が上限に達しています',
		'APIリクエスト数の上限超過',
		'API のコール数が上限を超えました',
		'アクセス数の上限に達しました。しばらくしてから再度お試しください。',
		'アクセス回数が上限値を超過しました',
		'同時接続数が上限を超えています',
		'同時アクセス数が上限に達しました',
		'Too many requests',
		'Too Many API Requests. Please retry later.',
		'too many concurrent connections',
		'Rate limit exceeded',
		'Rate limit has been reached',
		'You have exceeded your API rate limit',
		'You are being rate limited.',
		'The number of requests is over the limit',
		'The number of API calls has exceeded the limit',
		'API call limit exceeded',
		'Concurrent connection limit reached',
	])('"%s" is a rate limit error', (message) => expect(reasonOf(message, status)).toBe('rateLimited'));

	test.each([
		'リクエストのデータサイズが上限を超えています',
		'リクエストの文字数が上限を超えています',
		'リクエストされたタグの数が上限を超えています',
		'リクエスト数は必須です',
		'担当者のコール数が上限に達しました',
		'タグの数が上限を超えています',
		'APIキーの有効期限を超過しました',
		'APIキーの数が上限に達しました',
		'API連携の対象件数が上限を超えました',
		'アクセス権のあるタグの数が上限に達しました',
		'アクセス数の上限は10から1000の間で入力してください',
		'アクセス数が100を超える会社は登録できません',
		'アクセス数の上限を超える値は登録できません',
		'接続先のデータ数が上限を超えています',
		'同時に登録できるタグの上限は10個です',
		'このデータへのアクセスが制限されています',
		'The data size is over the limit',
		'The number of tags is over the limit',
		'The number of characters in the request is over the limit',
		'The request size limit was exceeded',
		'The rate limit must be a number',
		'The interest rate is over the limit',
		'Too many requested tags',
		'Too many tags',
	])('"%s" is not a rate limit error', (message) => expect(reasonOf(message, status)).toBe(status === 503 ? 'unavailable' : 'rejected'));
});

describe('total_count', () => {
	const totalOf = (pages: unknown) => parseResponse({ status: 200, headers: {}, body: { leads: [{ id: 1 }], pages } }, getManyLeads).total;

	test.each([
		[{ total_count: 7 }, 7], [{ total_count: '7' }, 7], [[{ total_count: 7 }], 7],
		[{ total_count: 0 }, 0], [{ total_count: 1e13 }, 1e13],
		[{ total_count: null }, undefined], [{ total_count: '' }, undefined], [{ total_count: -1 }, undefined],
		[{ total_count: 'many' }, undefined], [{ total_count: true }, undefined], [{ total_count: [5] }, undefined],
		[{ total_count: '1e999' }, undefined], [{}, undefined], [null, undefined], [[], undefined],
	])('%j is read as %p', (pages, total) => expect(totalOf(pages)).toBe(total));
});
