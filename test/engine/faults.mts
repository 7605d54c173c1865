import type { Fault } from '../../sandbox/faults.mts';

/**
 * The catalogue of faults and the expected outcome of each. It is derived from the retry table alone and imports
 * nothing from the package, so that it shows where the package deviates.
 */

export type ServiceName = 'HotProfile' | 'ERP Datacake' | 'CRM Zen';

/** What a call does. `once` is a call that must not be repeated. */
export type OperationKind = 'read' | 'change' | 'once';

/** The properties of an operation that the expectations depend on. */
export interface Operation {
	service: ServiceName;
	/** Its name in the table. */
	name: string;
	does: OperationKind;
	/** An item's calls before and after the one that meets the fault. */
	before: number;
	after: number;
	/** Whether the call that meets the fault downloads a file. */
	isFile?: boolean;
	/** Whether any JSON is a valid response. */
	takesAnything?: boolean;
	/** Whether the service reports the total number of rows. */
	isCounted?: boolean;
	/** Whether all items change the same record, so that order matters. */
	isOneRecord?: boolean;
}

/** Retries after the first attempt. For CRM Zen each one takes minutes, so there is only one. */
const RETRIES: Record<ServiceName, number> = { HotProfile: 3, 'ERP Datacake': 3, 'CRM Zen': 1 };

/** What happens: success; wait and retry; the same, at most three times; retry; fail; fail with a warning that the record may be stored. */
type Rule = 'well' | 'wait' | 'thrice' | 'again' | 'never' | 'look';

/** The retry table. */
const TABLE = {
	//           reading, updating   creating, uploading, payment
	harmless: { repeatable: 'well', once: 'well' },
	tooMany: { repeatable: 'wait', once: 'wait' },
	/** Text alone can be ambiguous, so it counts as a refusal three times at most. */
	perhapsTooMany: { repeatable: 'thrice', once: 'thrice' },
	/** The service asks for a pause longer than the deadline: all waiting calls fail too. */
	longPause: { repeatable: 'never', once: 'never' },
	/** The call did not reach the service. */
	notReached: { repeatable: 'again', once: 'again' },
	/** 500, 502, 503, 504, timeout, connection dropped. */
	broken: { repeatable: 'again', once: 'look' },
	/** A response that shows neither success nor failure. */
	unclear: { repeatable: 'never', once: 'look' },
	/** Rejected by the service, or by n8n before anything is sent. */
	refused: { repeatable: 'never', once: 'never' },
	keyRefused: { repeatable: 'never', once: 'never' },
} satisfies Record<string, Record<'repeatable' | 'once', Rule>>;

type Row = keyof typeof TABLE;

/** An obstacle to every connection, instead of a fault of single calls. */
export type Obstacle = 'closedPort' | 'unknownHost' | 'selfSigned' | 'plainHttp' | 'garbledTls';

/** A fault for the sandbox, without the selection of calls. */
export type Order = Omit<Fault, 'path' | 'values' | 'after' | 'times'>;

export interface FaultCase {
	/** Its name in the table. */
	name: string;
	row: Row;
	order: Order | Obstacle;
	/** The message, without the action and the item. */
	message: string;
	/** Part of the description. */
	description?: string;
	/** Whether it ends with the call's time limit. */
	isTimeout?: boolean;
	/** Whether the obstacle lets the call through and only loses the response. */
	isAnswerLost?: boolean;
	/** Whether it redirects to the recording host. */
	isRedirect?: boolean;
}

/** The error messages of each vendor and their format. */
const vendorWords: Record<ServiceName, { values: string; key: string; busy: string; body: (sentence: string) => unknown }> = {
	HotProfile: { values: '姓を入力してください。', key: 'APIキーが正しくありません。', busy: 'ただいま混み合っています。', body: (sentence) => ({ errors: [sentence] }) },
	'ERP Datacake': { values: 'Dados recusados.', key: 'Token recusado.', busy: 'Serviço em manutenção.', body: (erro) => ({ erro }) },
	'CRM Zen': { values: 'O parâmetro data é inválido', key: 'Token inválido', busy: 'Erro interno', body: (error) => ({ error }) },
};

/** Valid JSON without the expected data. */
const foreignJson: Record<ServiceName, unknown> = { HotProfile: { result: 'ok' }, 'ERP Datacake': ['ok'], 'CRM Zen': { result: 'ok' } };

/** "Too many" as text only; the ERP contract has only the status. */
const textOnlyRefusals: Partial<Record<ServiceName, Order>> = {
	HotProfile: { effect: 'tooMany' },
	'CRM Zen': { effect: 'error', status: 400, sentences: ['Aguarde para consultar novamente'] },
};

/** All faults that apply to an operation, one line each. */
export function faultsOf({ service, does, before, isFile, takesAnything, isCounted }: Operation): FaultCase[] {
	const { values, key, busy, body } = vendorWords[service];
	const status = (code: number, sentence?: string, more: Partial<Order> = {}): Order =>
		({ effect: 'status', status: code, ...(sentence === undefined ? {} : { body: body(sentence) }), ...more });
	const says = (sentence: string) => `${service} says: ${sentence}`;
	const inWords = textOnlyRefusals[service];
	const unavailable = `${service} is temporarily unavailable`;
	const dropped = `${service} closed the connection before the response was complete`;
	const late = `${service} did not respond in time`;
	const unreached = `Could not connect to the ${service} host`;
	const untrusted = `Could not establish a secure connection to the ${service} host, so nothing was sent`;
	const invalidKey = `${service} rejected the credential`;
	const nowhere = `${service} found nothing at (the address of the call)`;
	const elsewhere = `${service} redirected the request to another URL, but redirects are not followed`;
	const pause = `${service} accepts requests again in 2 h, at hh:mm:ss`;
	const forbidden = `${service} denied permission for this request`;
	const none = '';

	const every: FaultCase[] = [
		{ name: '429, Retry-After in seconds', row: 'tooMany', order: { effect: '429', retryAfter: 'seconds', seconds: 1 }, message: none },
		{ name: '429, Retry-After as a date', row: 'tooMany', order: { effect: '429', retryAfter: 'date', seconds: 1 }, message: none },
		{ name: '429 without a time', row: 'tooMany', order: { effect: '429', retryAfter: 'none' }, message: none },
		{ name: '429 that asks for two hours', row: 'longPause', order: { effect: '429', retryAfter: 'seconds', seconds: 7200 }, message: pause },
		{ name: '503, Retry-After in seconds', row: 'tooMany', order: status(503, undefined, { headers: { 'retry-after': '1' } }), message: none },
		{ name: '503 that asks for two hours', row: 'longPause', order: status(503, undefined, { headers: { 'retry-after': '7200' } }), message: pause },
		{ name: '502 after the work', row: 'broken', order: status(502, undefined, { store: true }), message: unavailable },
		{ name: '503', row: 'broken', order: status(503), message: unavailable },
		{ name: '504 after the work', row: 'broken', order: status(504, undefined, { store: true }), message: unavailable },
		{ name: 'connection reset before the work', row: 'broken', order: { effect: 'resetBeforeStore' }, message: dropped },
		{ name: 'connection reset after the work', row: 'broken', order: { effect: 'resetAfterStore', store: true }, message: dropped },
		{ name: 'no answer in time', row: 'broken', order: { effect: 'hang' }, message: late, isTimeout: true },
		{ name: 'no answer in time, after the work', row: 'broken', order: { effect: 'hang', store: true }, message: late, isTimeout: true },
		{ name: 'an answer that never ends', row: 'broken', order: { effect: 'endless', store: true }, message: late, isTimeout: true },
		{ name: '101, and nothing after it', row: 'broken', order: { effect: 'switching', store: true }, message: late, isTimeout: true },
		{ name: 'an answer shorter than its length', row: 'broken', order: { effect: 'wrongLength', store: true }, message: dropped },
		{ name: 'an answer that trickles in', row: 'harmless', order: { effect: 'trickle', store: true }, message: none },
	];
	if (isFile) {
		const file = "'url_arquivo' in row 1";
		const host = (code: number) => `${file} could not be downloaded: its host returned status ${code}`;
		return [
			...every,
			{ name: '500', row: 'broken', order: status(500, busy), message: unavailable },
			{ name: 'a web page', row: 'refused', order: { effect: 'html' }, message: `${file} points to a web page instead of a file` },
			{ name: '302 to another host', row: 'harmless', order: { effect: 'redirect', status: 302 }, message: none, isRedirect: true },
			{ name: '307 to another host', row: 'harmless', order: { effect: 'redirect', status: 307 }, message: none, isRedirect: true },
			...[400, 401, 403, 404, 422].map((code): FaultCase => ({ name: String(code), row: 'refused', order: status(code, values), message: host(code) })),
		];
	}
	// The contract documents no response to a write, so an empty one means success.
	const isDone = service === 'ERP Datacake' && does !== 'read';
	const all: FaultCase[] = [
		...every,
		...(inWords ? [
			{ name: "too many, in the vendor's words", row: 'tooMany', order: inWords, message: none } as const,
			{ name: "too many, in the vendor's words, for ever", row: 'perhapsTooMany', order: inWords, message: `${service} is still rate-limiting requests` } as const,
		] : []),
		...(isCounted ? [0, 10_000_000, 1e13].map((records): FaultCase => (
			{ name: `a total of ${records.toLocaleString('en')} rows`, row: 'harmless', order: { effect: 'lyingTotal', records, store: true }, message: none }
		)) : []),
		{ name: '500', row: 'broken', order: status(500, busy), message: unavailable, description: says(busy) },
		{ name: 'JSON that is cut off', row: 'unclear', order: { effect: 'cut', store: true }, message: `${service} returned truncated or invalid JSON` },
		{ name: 'a web page', row: 'unclear', order: { effect: 'html', store: true }, message: `${service} returned a web page instead of data` },
		isDone
			? { name: 'an empty answer', row: 'harmless', order: { effect: 'empty', store: true }, message: none }
			: { name: 'an empty answer', row: 'unclear', order: { effect: 'empty', store: true }, message: `${service} returned an empty response` },
		{ name: 'JSON of something else', row: 'unclear', order: { effect: 'status', status: 200, body: foreignJson[service], store: true }, message: `${service} returned a response without the expected data` },
		{ name: '302 to another host', row: 'unclear', order: { effect: 'redirect', status: 302 }, message: elsewhere, isRedirect: true },
		{ name: '307 to another host', row: 'unclear', order: { effect: 'redirect', status: 307 }, message: elsewhere, isRedirect: true },
		{ name: '400', row: 'refused', order: status(400, values), message: values },
		{ name: '401', row: 'keyRefused', order: status(401, key), message: invalidKey, description: says(key) },
		{ name: '403', row: 'refused', order: status(403, key), message: forbidden, description: says(key) },
		{ name: '404', row: 'refused', order: status(404), message: nowhere },
		{ name: '404 with a sentence', row: 'refused', order: status(404, values), message: `${nowhere}: ${values}` },
		{ name: '422', row: 'refused', order: status(422, values), message: values },
		{ name: "200 with the vendor's body of a failure", row: 'refused', order: status(200, values), message: values },
		{ name: 'connection refused', row: 'notReached', order: 'closedPort', message: unreached },
		{ name: 'unknown host', row: 'notReached', order: 'unknownHost', message: unreached },
		{ name: 'a certificate that nobody vouches for', row: 'refused', order: 'selfSigned', message: untrusted },
		{ name: 'https to a port that speaks http', row: 'refused', order: 'plainHttp', message: untrusted },
		{ name: 'TLS that breaks after the work', row: 'broken', order: 'garbledTls', message: dropped, isAnswerLost: true },
	];
	return all.filter((fault) =>
		// An obstacle is met by the first call.
		!(fault.isAnswerLost && before > 0) && !(takesAnything && fault.name === 'JSON of something else'));
}

/** Whether a fault is temporary, so that a retry succeeds, or permanent. */
export type FaultDuration = 'passes' | 'stays';

/** How many times a call meets a fault. */
export function timesOf({ row }: FaultCase, { service }: Operation, lasts: FaultDuration): number {
	if (lasts === 'stays') return Infinity;
	// Twice, if that leaves another attempt.
	return row === 'tooMany' || RETRIES[service] > 1 ? 2 : 1;
}

const ruleOf = ({ row }: FaultCase, { does }: Operation): Rule => TABLE[row][does === 'once' ? 'once' : 'repeatable'];

/** The durations to test: both if the outcome differs. */
export function durationsOf(fault: FaultCase, operation: Operation): FaultDuration[] {
	const rule = ruleOf(fault, operation);
	if (rule === 'thrice') return ['stays'];
	return rule === 'again' && !usesUpTheTime(fault, operation) ? ['passes', 'stays'] : rule === 'wait' ? ['passes'] : ['stays'];
}

/** All attempts of a download share one time limit: a timeout leaves no time for another. */
const usesUpTheTime = ({ isTimeout = false }: FaultCase, { isFile = false }: Operation): boolean => isFile && isTimeout;

/** Whether a fault affects all items. */
export const blocksEveryConnection = ({ order }: FaultCase): boolean => typeof order === 'string';

/** Whether the item runs alone: others would use up the failures that are counted. */
export const runsAlone = (fault: FaultCase, lasts: FaultDuration): boolean => blocksEveryConnection(fault) && lasts === 'passes';

/** Whether a fault of one item ends all waiting calls. */
export const cancelsWaitingCalls = ({ row }: FaultCase): boolean => row === 'keyRefused' || row === 'longPause';

/** How often the call that meets the fault is sent, and whether it succeeds in the end. */
function attempts(fault: FaultCase, operation: Operation, lasts: FaultDuration): { sent: number; failing: number; isWell: boolean } {
	const rule = ruleOf(fault, operation);
	const most = usesUpTheTime(fault, operation) ? 1 : { well: 1, wait: Infinity, thrice: 3, again: 1 + RETRIES[operation.service], never: 1, look: 1 }[rule];
	const times = rule === 'well' ? 0 : timesOf(fault, operation, lasts);
	const isWell = times < most;
	const failing = Math.min(times, most);
	return { sent: failing + (isWell ? 1 : 0), failing, isWell };
}

/** The expected outcome of an item. */
export interface Expected {
	/** Number of calls that reach the service. */
	calls: number;
	/** Number of records created or changed. */
	stored: number;
	/** The message, if the item fails. */
	message?: string;
	description?: string;
	/** Whether the description warns that the record may already exist. */
	mayBeStored: boolean;
}

/** The item that meets the fault, and those that come before and after it. */
export type Place = 'before' | 'hit' | 'after';

export function expected(fault: FaultCase, operation: Operation, lasts: FaultDuration, place: Place): Expected {
	const { before, after, does, service } = operation;
	const { sent, failing, isWell } = attempts(fault, operation, lasts);
	const stores = (times: number) => (does === 'read' ? 0 : does === 'once' ? times : Math.min(1, times));
	const well: Expected = { calls: before + 1 + after, stored: stores(1), mayBeStored: false };
	const { order, message, description, isAnswerLost } = fault;
	if (blocksEveryConnection(fault) && !isAnswerLost) return isWell ? well : { calls: 0, stored: 0, message, description, mayBeStored: false };
	if (place === 'hit' || isAnswerLost) {
		const works = typeof order === 'string' || order.store;
		const done = stores((works ? failing : 0) + (isWell ? 1 : 0));
		const calls = before + sent + (isWell ? after : 0);
		return { calls, stored: done, mayBeStored: ruleOf(fault, operation) === 'look', ...(isWell ? {} : { message, description }) };
	}
	// These cancel the waiting calls: those of later items, and later pages of earlier ones.
	const isEnded = cancelsWaitingCalls(fault) && (place === 'after' || after > 0);
	if (!isEnded) return well;
	const unsent = fault.row === 'longPause' ? message : `Not sent because ${service} rejected the credential`;
	return { calls: place === 'after' ? before : before + 1, stored: 0, message: unsent, mayBeStored: false };
}

/** Whether the first response is final, so that nothing else is sent before the run stops. */
export const stopsAtOnce = (fault: FaultCase, operation: Operation): boolean =>
	!blocksEveryConnection(fault) && !fault.isTimeout && ['never', 'look'].includes(ruleOf(fault, operation));

/** The expected outcome if the node stops on an error, with one call at a time. */
export function expectedWhenStopped(fault: FaultCase, operation: Operation): { calls: number[]; account: RegExp } {
	const { before, after } = operation;
	const { sent } = attempts(fault, operation, 'stays');
	const done = after > 0 ? 0 : 1;
	const end = ruleOf(fault, operation) === 'look' ? 'may have been [a-z]+' : 'failed';
	return {
		calls: [before + 1, before + sent, before],
		account: new RegExp(`\\. ${done} of 3 items ${done === 1 ? 'was' : 'were'} [a-z]+( \\(ID [^)]+\\))?; item 1 ${end}; ${2 - done} ${done === 1 ? 'was' : 'were'} not sent$`),
	};
}

/** The expected number of connections that do not reach the service. */
export function expectedStops(fault: FaultCase, operation: Operation, lasts: FaultDuration, items: number): number {
	return blocksEveryConnection(fault) && !fault.isAnswerLost ? attempts(fault, operation, lasts).failing * items : 0;
}
