import type { Fault } from '../../sandbox/faults.mts';

/**
 * The catalogue of faults, and what has to come of each of them. It is written down from the retry
 * table alone, so that it can tell where the package does something else: nothing is imported from it.
 */

export type ServiceName = 'HotProfile' | 'ERP Datacake' | 'CRM Zen';

/** What a call does: one that must not be made twice, or one that may be. */
export type Does = 'read' | 'change' | 'once';

/** An operation, as far as the expectations need to know it. */
export interface Operation {
	service: ServiceName;
	/** As the table calls it. */
	name: string;
	does: Does;
	/** Calls of an item that come before the one that meets the fault, and after it. */
	before: number;
	after: number;
	/** Whether the call that meets the fault brings a file instead of JSON. */
	isFile?: boolean;
	/** Whether any JSON is an answer to it. */
	takesAnything?: boolean;
	/** Whether it reads rows whose number the service tells. */
	isCounted?: boolean;
	/** Whether all items change the same record, so that their order matters. */
	isOneRecord?: boolean;
}

/** Sends after the first one. Of CRM Zen each one costs minutes, so it is a single one. */
const RETRIES: Record<ServiceName, number> = { HotProfile: 3, 'ERP Datacake': 3, 'CRM Zen': 1 };

/** What is done: nothing is wrong; wait and send again; the same, but three times at most; send again; give up; give up and tell that it may be stored. */
type Rule = 'well' | 'wait' | 'thrice' | 'again' | 'never' | 'look';

/** The retry table. */
const TABLE = {
	//           reading, updating   creating, uploading, payment
	harmless: { repeatable: 'well', once: 'well' },
	tooMany: { repeatable: 'wait', once: 'wait' },
	/** Words that may mean something else are believed three times. */
	perhapsTooMany: { repeatable: 'thrice', once: 'thrice' },
	/** The service asks for a pause that nobody sits out: all that waits ends too. */
	longPause: { repeatable: 'never', once: 'never' },
	/** The call did not get to the service. */
	notReached: { repeatable: 'again', once: 'again' },
	/** 500, 502, 503, 504, no answer in time, connection dropped. */
	broken: { repeatable: 'again', once: 'look' },
	/** An answer that says neither yes nor no. */
	unclear: { repeatable: 'never', once: 'look' },
	/** The service, or n8n before it sends anything, says no. */
	refused: { repeatable: 'never', once: 'never' },
	keyRefused: { repeatable: 'never', once: 'never' },
} satisfies Record<string, Record<'repeatable' | 'once', Rule>>;

type Row = keyof typeof TABLE;

/** What stands in the way of every connection, instead of a fault of single calls. */
export type Obstacle = 'closedPort' | 'unknownHost' | 'selfSigned' | 'plainHttp' | 'garbledTls';

/** An order for the sandbox; which calls and how many is not the catalogue's. */
export type Order = Omit<Fault, 'path' | 'values' | 'after' | 'times'>;

export interface FaultLine {
	/** As the table calls it. */
	name: string;
	row: Row;
	order: Order | Obstacle;
	/** The message, without what was tried and the item. */
	told: string;
	/** A part of the description. */
	advice?: string;
	/** Whether it ends with the call's time limit. */
	isTimeout?: boolean;
	/** Whether what stands in the way lets the call through, and only its answer is lost. */
	isAnswerLost?: boolean;
	/** Whether a redirect leads to the host that records what it gets. */
	isRedirect?: boolean;
}

/** What a service says with its own words, and how. */
const words: Record<ServiceName, { values: string; key: string; busy: string; body: (sentence: string) => unknown }> = {
	HotProfile: { values: '姓を入力してください。', key: 'APIキーが正しくありません。', busy: 'ただいま混み合っています。', body: (sentence) => ({ errors: [sentence] }) },
	'ERP Datacake': { values: 'Dados recusados.', key: 'Token recusado.', busy: 'Serviço em manutenção.', body: (erro) => ({ erro }) },
	'CRM Zen': { values: 'O parâmetro data é inválido', key: 'Token inválido', busy: 'Erro interno', body: (error) => ({ error }) },
};

/** JSON that is another service's. */
const foreign: Record<ServiceName, unknown> = { HotProfile: { result: 'ok' }, 'ERP Datacake': ['ok'], 'CRM Zen': { result: 'ok' } };

/** "Too many" in the vendor's own form; the ERP contract has none beyond the status. */
const tooManyInWords: Partial<Record<ServiceName, Order>> = {
	HotProfile: { effect: 'tooMany' },
	'CRM Zen': { effect: 'error', status: 400, sentences: ['Aguarde para consultar novamente'] },
};

/** All faults that an operation can meet, one line each. */
export function faultsOf({ service, does, before, isFile, takesAnything, isCounted }: Operation): FaultLine[] {
	const { values, key, busy, body } = words[service];
	const status = (code: number, sentence?: string, more: Partial<Order> = {}): Order =>
		({ effect: 'status', status: code, ...(sentence === undefined ? {} : { body: body(sentence) }), ...more });
	const says = (sentence: string) => `${service} says: ${sentence}`;
	const inWords = tooManyInWords[service];
	const unavailable = `${service} is not available at the moment`;
	const dropped = `${service} closed the connection before its answer was complete`;
	const late = `${service} did not answer in time`;
	const unreached = `${service} cannot be reached: no connection to its host`;
	const untrusted = `There is no safe connection to the ${service} host, so nothing was sent`;
	const keyTold = `${service} refused the key of this credential`;
	const nowhere = `${service} has nothing at (the address of the call)`;
	const elsewhere = `${service} sent the call to another address, which was not followed`;
	const pause = `${service} can be asked again in 2 h, at hh:mm:ss`;
	const forbidden = `${service} does not allow this for the user of this credential`;
	const none = '';

	const every: FaultLine[] = [
		{ name: '429, Retry-After in seconds', row: 'tooMany', order: { effect: '429', retryAfter: 'seconds', seconds: 1 }, told: none },
		{ name: '429, Retry-After as a date', row: 'tooMany', order: { effect: '429', retryAfter: 'date', seconds: 1 }, told: none },
		{ name: '429 without a time', row: 'tooMany', order: { effect: '429', retryAfter: 'none' }, told: none },
		{ name: '429 that asks for two hours', row: 'longPause', order: { effect: '429', retryAfter: 'seconds', seconds: 7200 }, told: pause },
		{ name: '503, Retry-After in seconds', row: 'tooMany', order: status(503, undefined, { headers: { 'retry-after': '1' } }), told: none },
		{ name: '503 that asks for two hours', row: 'longPause', order: status(503, undefined, { headers: { 'retry-after': '7200' } }), told: pause },
		{ name: '502 after the work', row: 'broken', order: status(502, undefined, { store: true }), told: unavailable },
		{ name: '503', row: 'broken', order: status(503), told: unavailable },
		{ name: '504 after the work', row: 'broken', order: status(504, undefined, { store: true }), told: unavailable },
		{ name: 'connection reset before the work', row: 'broken', order: { effect: 'resetBeforeStore' }, told: dropped },
		{ name: 'connection reset after the work', row: 'broken', order: { effect: 'resetAfterStore', store: true }, told: dropped },
		{ name: 'no answer in time', row: 'broken', order: { effect: 'hang' }, told: late, isTimeout: true },
		{ name: 'no answer in time, after the work', row: 'broken', order: { effect: 'hang', store: true }, told: late, isTimeout: true },
		{ name: 'an answer that never ends', row: 'broken', order: { effect: 'endless', store: true }, told: late, isTimeout: true },
		{ name: '101, and nothing after it', row: 'broken', order: { effect: 'switching', store: true }, told: late, isTimeout: true },
		{ name: 'an answer shorter than its length', row: 'broken', order: { effect: 'wrongLength', store: true }, told: dropped },
		{ name: 'an answer that trickles in', row: 'harmless', order: { effect: 'trickle', store: true }, told: none },
	];
	if (isFile) {
		const file = "'url_arquivo' of row 1";
		const host = (code: number) => `${file} cannot be downloaded: its host answers with status ${code}`;
		return [
			...every,
			{ name: '500', row: 'broken', order: status(500, busy), told: unavailable },
			{ name: 'a web page', row: 'refused', order: { effect: 'html' }, told: `${file} leads to a web page instead of a file` },
			{ name: '302 to another host', row: 'harmless', order: { effect: 'redirect', status: 302 }, told: none, isRedirect: true },
			{ name: '307 to another host', row: 'harmless', order: { effect: 'redirect', status: 307 }, told: none, isRedirect: true },
			...[400, 401, 403, 404, 422].map((code): FaultLine => ({ name: String(code), row: 'refused', order: status(code, values), told: host(code) })),
		];
	}
	// The contract shows no answer to a change, so that an empty one says that it is done.
	const isDone = service === 'ERP Datacake' && does !== 'read';
	const all: FaultLine[] = [
		...every,
		...(inWords ? [
			{ name: "too many, in the vendor's words", row: 'tooMany', order: inWords, told: none } as const,
			{ name: "too many, in the vendor's words, for ever", row: 'perhapsTooMany', order: inWords, told: `${service} keeps refusing calls as too many` } as const,
		] : []),
		...(isCounted ? [0, 10_000_000, 1e13].map((records): FaultLine => (
			{ name: `a total of ${records.toLocaleString('en')} rows`, row: 'harmless', order: { effect: 'lyingTotal', records, store: true }, told: none }
		)) : []),
		{ name: '500', row: 'broken', order: status(500, busy), told: unavailable, advice: says(busy) },
		{ name: 'JSON that is cut off', row: 'unclear', order: { effect: 'cut', store: true }, told: `${service} sent an answer that is cut off or no JSON` },
		{ name: 'a web page', row: 'unclear', order: { effect: 'html', store: true }, told: `${service} answered with a web page instead of data` },
		isDone
			? { name: 'an empty answer', row: 'harmless', order: { effect: 'empty', store: true }, told: none }
			: { name: 'an empty answer', row: 'unclear', order: { effect: 'empty', store: true }, told: `${service} answered with nothing` },
		{ name: 'JSON of something else', row: 'unclear', order: { effect: 'status', status: 200, body: foreign[service], store: true }, told: `${service} answered without the expected data` },
		{ name: '302 to another host', row: 'unclear', order: { effect: 'redirect', status: 302 }, told: elsewhere, isRedirect: true },
		{ name: '307 to another host', row: 'unclear', order: { effect: 'redirect', status: 307 }, told: elsewhere, isRedirect: true },
		{ name: '400', row: 'refused', order: status(400, values), told: values },
		{ name: '401', row: 'keyRefused', order: status(401, key), told: keyTold, advice: says(key) },
		{ name: '403', row: 'refused', order: status(403, key), told: forbidden, advice: says(key) },
		{ name: '404', row: 'refused', order: status(404), told: nowhere },
		{ name: '404 with a sentence', row: 'refused', order: status(404, values), told: `${nowhere}: ${values}` },
		{ name: '422', row: 'refused', order: status(422, values), told: values },
		{ name: "200 with the vendor's body of a failure", row: 'refused', order: status(200, values), told: values },
		{ name: 'connection refused', row: 'notReached', order: 'closedPort', told: unreached },
		{ name: 'unknown host', row: 'notReached', order: 'unknownHost', told: unreached },
		{ name: 'a certificate that nobody vouches for', row: 'refused', order: 'selfSigned', told: untrusted },
		{ name: 'https to a port that speaks http', row: 'refused', order: 'plainHttp', told: untrusted },
		{ name: 'TLS that breaks after the work', row: 'broken', order: 'garbledTls', told: dropped, isAnswerLost: true },
	];
	return all.filter((fault) =>
		// The first call meets what stands in the way of all.
		!(fault.isAnswerLost && before > 0) && !(takesAnything && fault.name === 'JSON of something else'));
}

/** How long a fault lasts: so long that another try goes well, or for good. */
export type Lasts = 'passes' | 'stays';

/** How often a call meets a fault. */
export function timesOf({ row }: FaultLine, { service }: Operation, lasts: Lasts): number {
	if (lasts === 'stays') return Infinity;
	// Twice, where that leaves another try.
	return row === 'tooMany' || RETRIES[service] > 1 ? 2 : 1;
}

const ruleOf = ({ row }: FaultLine, { does }: Operation): Rule => TABLE[row][does === 'once' ? 'once' : 'repeatable'];

/** How long a fault is tried with an operation: both where that makes a difference. */
export function durationsOf(fault: FaultLine, operation: Operation): Lasts[] {
	const rule = ruleOf(fault, operation);
	if (rule === 'thrice') return ['stays'];
	return rule === 'again' && !isOver(fault, operation) ? ['passes', 'stays'] : rule === 'wait' ? ['passes'] : ['stays'];
}

/** The time of a download is one for all its tries: one that takes it all leaves no other. */
const isOver = ({ isTimeout = false }: FaultLine, { isFile = false }: Operation): boolean => isFile && isTimeout;

/** Whether a fault is in the way of all items. */
export const isInTheWay = ({ order }: FaultLine): boolean => typeof order === 'string';

/** Whether an item goes alone: others would use up the tries that are counted. */
export const goesAlone = (fault: FaultLine, lasts: Lasts): boolean => isInTheWay(fault) && lasts === 'passes';

/** Whether a fault of one item ends what waits, so that it must be certain what does. */
export const endsOthers = ({ row }: FaultLine): boolean => row === 'keyRefused' || row === 'longPause';

/** How often the call that meets the fault is sent, and whether that brings it to a good end. */
function tries(fault: FaultLine, operation: Operation, lasts: Lasts): { sent: number; failing: number; isWell: boolean } {
	const rule = ruleOf(fault, operation);
	const most = isOver(fault, operation) ? 1 : { well: 1, wait: Infinity, thrice: 3, again: 1 + RETRIES[operation.service], never: 1, look: 1 }[rule];
	const times = rule === 'well' ? 0 : timesOf(fault, operation, lasts);
	const isWell = times < most;
	const failing = Math.min(times, most);
	return { sent: failing + (isWell ? 1 : 0), failing, isWell };
}

/** What has to come of an item. */
export interface Expected {
	/** Calls that reach the service. */
	calls: number;
	/** Records that are stored or changed. */
	stored: number;
	/** What the user reads, where the item ends badly. */
	told?: string;
	advice?: string;
	/** Whether the user is told that it may have been stored. */
	mayBeStored: boolean;
}

/** The item that meets the fault, and those that come before and after it. */
export type Place = 'before' | 'hit' | 'after';

export function expected(fault: FaultLine, operation: Operation, lasts: Lasts, place: Place): Expected {
	const { before, after, does, service } = operation;
	const { sent, failing, isWell } = tries(fault, operation, lasts);
	const stores = (times: number) => (does === 'read' ? 0 : does === 'once' ? times : Math.min(1, times));
	const well: Expected = { calls: before + 1 + after, stored: stores(1), mayBeStored: false };
	const { order, told, advice, isAnswerLost } = fault;
	if (isInTheWay(fault) && !isAnswerLost) return isWell ? well : { calls: 0, stored: 0, told, advice, mayBeStored: false };
	if (place === 'hit' || isAnswerLost) {
		const works = typeof order === 'string' || order.store;
		const done = stores((works ? failing : 0) + (isWell ? 1 : 0));
		const calls = before + sent + (isWell ? after : 0);
		return { calls, stored: done, mayBeStored: ruleOf(fault, operation) === 'look', ...(isWell ? {} : { told, advice }) };
	}
	// These end what waits: the calls of later items, and later pages of earlier ones.
	const isEnded = endsOthers(fault) && (place === 'after' || after > 0);
	if (!isEnded) return well;
	const unsent = fault.row === 'longPause' ? told : `Not sent, because ${service} refused the key of this credential`;
	return { calls: place === 'after' ? before : before + 1, stored: 0, told: unsent, mayBeStored: false };
}

/** Whether a fault is over with the first answer, so that nothing else goes out before the run stops. */
export const stopsAtOnce = (fault: FaultLine, operation: Operation): boolean =>
	!isInTheWay(fault) && !fault.isTimeout && ['never', 'look'].includes(ruleOf(fault, operation));

/** What has to come of the three items where the node stops on an error, one call at a time. */
export function expectedWhenStopped(fault: FaultLine, operation: Operation): { calls: number[]; account: RegExp } {
	const { before, after } = operation;
	const { sent } = tries(fault, operation, 'stays');
	const done = after > 0 ? 0 : 1;
	const end = ruleOf(fault, operation) === 'look' ? 'may have been stored' : 'failed';
	return {
		calls: [before + 1, before + sent, before],
		account: new RegExp(`\\. ${done} of 3 ${done === 1 ? 'was' : 'were'} [a-z]+( \\(id [^)]+\\))?, item 1 ${end}, ${2 - done} ${done === 1 ? 'was' : 'were'} not sent$`),
	};
}

/** Connections of so many items that do not get to the service. */
export function expectedStops(fault: FaultLine, operation: Operation, lasts: Lasts, items: number): number {
	return isInTheWay(fault) && !fault.isAnswerLost ? tries(fault, operation, lasts).failing * items : 0;
}
