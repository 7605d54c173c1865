import { type ServiceResponse, commonEffects, type Effect, type Fault, retryAfterHeader } from '../faults.mts';

/** Error messages in the vendor's style. */
const DEFAULT_ERRORS = ['姓を入力してください。', '会社IDは登録されていません。'];

/** A response with error messages in its body. */
export function errorResponse(status: number, sentences: unknown, reason: string): ServiceResponse {
	return { status, body: { errors: sentences }, reason };
}

const TOO_MANY = 'アクセス数の上限に達しました。しばらくしてから再度お試しください。';

/** The response to too many calls. */
export const tooMany = (status: number, reason: string, sentences = [TOO_MANY]) => errorResponse(status, sentences, reason);

/** The response to an invalid key. */
export const invalidKey = (status: number, reason: string) => errorResponse(status, ['APIキーが正しくありません。'], reason);

const faultReason = ({ effect }: Fault) => `fault ${effect}`;

const withBody = (response: ServiceResponse, change: (body: Record<string, unknown>) => Record<string, unknown>): ServiceResponse => ({
	...response,
	body: change(response.body as Record<string, unknown>),
});

/** The common faults and those that only HotProfile has. */
export const effectsFor = (grow: (records: number) => void) =>
	({
		...commonEffects,
		/** Too many calls, with status 429. */
		429({ fault }) {
			const { seconds, retryAfter = seconds === undefined ? 'none' : 'seconds' } = fault;
			const response = tooMany(429, faultReason(fault), fault.sentences);
			return { ...response, headers: retryAfterHeader(retryAfter, (seconds ?? 1) * 1000) };
		},
		/** Too many calls, with status 200. */
		tooMany: ({ fault }) => tooMany(200, faultReason(fault), fault.sentences),
		keyRefused: ({ fault }) => invalidKey(fault.status ?? 401, faultReason(fault)),
		errorsList: ({ fault }) => errorResponse(200, fault.sentences ?? DEFAULT_ERRORS, faultReason(fault)),
		errorsHash: ({ fault }) => errorResponse(200, { base: fault.sentences ?? DEFAULT_ERRORS }, faultReason(fault)),
		errorsText: ({ fault }) => errorResponse(200, (fault.sentences ?? DEFAULT_ERRORS).join(''), faultReason(fault)),
		/** The page counters as an array with one element. */
		pagesList: ({ handle }) => withBody(handle(), (body) => ({ ...body, pages: [body.pages] })),
		/** Always the first page, whichever page was requested. */
		repeatPage: ({ received, handle }) => handle({ ...received, bodyPairs: received.bodyPairs.filter(([name]) => name !== 'page[number]') }),
		/** A page with a wrong total count. */
		lyingTotal: ({ fault, handle }) => withBody(handle(), (body) => ({ ...body, pages: { ...(body.pages as object), total_count: fault.records ?? 0 } })),
		/** A response without its expected root key. */
		noRoot: () => ({ status: 200, body: {} }),
		/** Someone else adds records while pages are being read. */
		grow({ fault, handle }) {
			const response = handle();
			grow(fault.records ?? 1);
			return response;
		},
	}) satisfies Record<string, Effect>;

export type HotProfileEffect = `${keyof ReturnType<typeof effectsFor>}`;
