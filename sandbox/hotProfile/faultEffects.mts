import { type Answer, commonEffects, type Effect, type Fault, retryAfterHeader } from '../faults.mts';

/** Sentences of a fault, in the vendor's manner. */
const SENTENCES = ['姓を入力してください。', '会社IDは登録されていません。'];

/** A failure whose body says why. */
export function errors(status: number, sentences: unknown, reason: string): Answer {
	return { status, body: { errors: sentences }, reason };
}

const TOO_MANY = 'アクセス数の上限に達しました。しばらくしてから再度お試しください。';

/** A refusal for too many calls. */
export const tooMany = (status: number, reason: string, sentences = [TOO_MANY]) => errors(status, sentences, reason);

/** A refusal of the key. */
export const keyRefused = (status: number, reason: string) => errors(status, ['APIキーが正しくありません。'], reason);

const pretended = ({ effect }: Fault) => `fault ${effect}`;

const changed = (answer: Answer, change: (body: Record<string, unknown>) => Record<string, unknown>): Answer => ({
	...answer,
	body: change(answer.body as Record<string, unknown>),
});

/** Ways to fail that are HotProfile's own, beside the common ones. */
export const effectsFor = (grow: (records: number) => void) =>
	({
		...commonEffects,
		/** Too many calls, with the status for it. */
		429({ fault }) {
			const { seconds, retryAfter = seconds === undefined ? 'none' : 'seconds' } = fault;
			const answer = tooMany(429, pretended(fault), fault.sentences);
			return { ...answer, headers: retryAfterHeader(retryAfter, (seconds ?? 1) * 1000) };
		},
		/** Too many calls, said with status 200. */
		tooMany: ({ fault }) => tooMany(200, pretended(fault), fault.sentences),
		keyRefused: ({ fault }) => keyRefused(fault.status ?? 401, pretended(fault)),
		errorsList: ({ fault }) => errors(200, fault.sentences ?? SENTENCES, pretended(fault)),
		errorsHash: ({ fault }) => errors(200, { base: fault.sentences ?? SENTENCES }, pretended(fault)),
		errorsText: ({ fault }) => errors(200, (fault.sentences ?? SENTENCES).join(''), pretended(fault)),
		/** The counters of a list as an array of one. */
		pagesList: ({ handle }) => changed(handle(), (body) => ({ ...body, pages: [body.pages] })),
		/** The first page, whichever was asked for. */
		repeatPage: ({ received, handle }) => handle({ ...received, bodyPairs: received.bodyPairs.filter(([name]) => name !== 'page[number]') }),
		/** A page that names a wrong number of all rows. */
		lyingTotal: ({ fault, handle }) => changed(handle(), (body) => ({ ...body, pages: { ...(body.pages as object), total_count: fault.records ?? 0 } })),
		/** An answer without the key that it should have. */
		noRoot: () => ({ status: 200, body: {} }),
		/** Others add records while pages are read. */
		grow({ fault, handle }) {
			const answer = handle();
			grow(fault.records ?? 1);
			return answer;
		},
	}) satisfies Record<string, Effect>;

export type HotProfileEffect = `${keyof ReturnType<typeof effectsFor>}`;
