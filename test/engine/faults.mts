import type { Fault } from '../../sandbox/faults.mts';

/**
 * The catalogue of faults and the expected outcome of each. It is derived from the retry table alone and imports
 * nothing from the package, so that it shows where the package deviates.
 */

export type ServiceName = 'HotProfile' | 'ERP Datacake' | 'CRM Zen';

/** What a call does. A `create` is not idempotent, so it is never sent again once it may have been processed. */
export type OperationKind = 'read' | 'update' | 'create';

/** The properties of an operation that the expectations depend on. */
export interface Operation {
	service: ServiceName;
	/** Its name in the table. */
	name: string;
	kind: OperationKind;
	/** Number of calls of an item before and after the failing one. */
	before: number;
	after: number;
	/** Whether the failing call downloads a file. */
	isFile?: boolean;
	/** Whether any JSON is a valid response. */
	acceptsAnyJson?: boolean;
	/** Whether the service reports the total number of rows. */
	reportsTotal?: boolean;
	/** Whether all items update the same record, so that order matters. */
	updatesOneRecord?: boolean;
}

/** Retries after the first attempt. For CRM Zen each one takes minutes, so there is only one. */
const RETRIES: Record<ServiceName, number> = { HotProfile: 3, 'ERP Datacake': 3, 'CRM Zen': 1 };

/** Success; wait and retry; the same with three attempts at most; retry; fail; fail with a warning that the record may already exist. */
type Rule = 'succeed' | 'wait' | 'waitTwice' | 'retry' | 'fail' | 'failAndWarn';

/** The retry table. */
const TABLE = {
	//           read, update, download   create, upload, payment
	harmless: { idempotent: 'succeed', other: 'succeed' },
	rateLimited: { idempotent: 'wait', other: 'wait' },
	/** Text alone can be ambiguous, so only three attempts are made. */
	rateLimitedForever: { idempotent: 'waitTwice', other: 'waitTwice' },
	/** The service asks for a pause longer than the deadline: all queued calls fail too. */
	longPause: { idempotent: 'fail', other: 'fail' },
	/** The call did not reach the service. */
	notSent: { idempotent: 'retry', other: 'retry' },
	/** 500, 502, 503, 504, timeout, connection dropped. */
	interrupted: { idempotent: 'retry', other: 'failAndWarn' },
	/** A response that shows neither success nor failure. */
	ambiguous: { idempotent: 'fail', other: 'failAndWarn' },
	/** Rejected by the service, or by n8n before anything is sent. */
	rejected: { idempotent: 'fail', other: 'fail' },
	keyRejected: { idempotent: 'fail', other: 'fail' },
} satisfies Record<string, Record<'idempotent' | 'other', Rule>>;

type Row = keyof typeof TABLE;

/** A network fault that affects every connection, instead of single calls. */
export type Obstacle = 'closedPort' | 'unknownHost' | 'selfSigned' | 'plainHttp' | 'garbledTls';

/** A fault for the sandbox, without the selection of calls. */
export type Injection = Omit<Fault, 'path' | 'values' | 'after' | 'times'>;

export interface FaultCase {
	/** Its name in the table. */
	name: string;
	row: Row;
	injection: Injection | Obstacle;
	/** The expected message, without the action and the item. */
	message: string;
	/** Part of the expected description. */
	description?: string;
	/** Whether it ends with the call's timeout. */
	isTimeout?: boolean;
	/** Whether the call gets through and only its response is lost. */
	isResponseLost?: boolean;
	/** Whether it redirects to the recording host. */
	isRedirect?: boolean;
}

/** The error messages of each service and their format. */
const serviceErrors: Record<ServiceName, { values: string; key: string; busy: string; body: (message: string) => unknown }> = {
	HotProfile: { values: '姓を入力してください。', key: 'APIキーが正しくありません。', busy: 'ただいま混み合っています。', body: (error) => ({ errors: [error] }) },
	'ERP Datacake': { values: 'Dados recusados.', key: 'Token recusado.', busy: 'Serviço em manutenção.', body: (erro) => ({ erro }) },
	'CRM Zen': { values: 'O parâmetro data é inválido', key: 'Token inválido', busy: 'Erro interno', body: (error) => ({ error }) },
};

/** Valid JSON without the expected data. */
const unexpectedJson: Record<ServiceName, unknown> = { HotProfile: { result: 'ok' }, 'ERP Datacake': ['ok'], 'CRM Zen': { result: 'ok' } };

/** Rate limits reported only as text; the ERP contract has only the status. */
const textOnlyRateLimits: Partial<Record<ServiceName, Injection>> = {
	HotProfile: { effect: 'tooMany' },
	'CRM Zen': { effect: 'error', status: 400, sentences: ['Aguarde para consultar novamente'] },
};

/** All faults that apply to an operation, one line each. */
export function faultsOf({ service, kind, before, isFile, acceptsAnyJson, reportsTotal }: Operation): FaultCase[] {
	const { values, key, busy, body } = serviceErrors[service];
	const status = (code: number, message?: string, more: Partial<Injection> = {}): Injection =>
		({ effect: 'status', status: code, ...(message === undefined ? {} : { body: body(message) }), ...more });
	const quote = (message: string) => `${service} says: ${message}`;
	const textOnly = textOnlyRateLimits[service];
	const unavailable = `${service} is temporarily unavailable`;
	const dropped = `${service} closed the connection before the response was complete`;
	const timedOut = `${service} did not respond in time`;
	const notConnected = `Could not connect to the ${service} host`;
	const untrusted = `Could not establish a secure connection to the ${service} host, so nothing was sent`;
	const invalidKey = `${service} rejected the credential`;
	const notFound = `${service} found nothing at (the address of the call)`;
	const redirected = `${service} redirected the request to another URL, but redirects are not followed`;
	const pause = `${service} accepts requests again in 2 h, at hh:mm:ss`;
	const forbidden = `${service} denied permission for this request`;
	const none = '';

	const common: FaultCase[] = [
		{ name: '429, Retry-After in seconds', row: 'rateLimited', injection: { effect: '429', retryAfter: 'seconds', seconds: 1 }, message: none },
		{ name: '429, Retry-After as a date', row: 'rateLimited', injection: { effect: '429', retryAfter: 'date', seconds: 1 }, message: none },
		{ name: '429 without Retry-After', row: 'rateLimited', injection: { effect: '429', retryAfter: 'none' }, message: none },
		{ name: '429, Retry-After of two hours', row: 'longPause', injection: { effect: '429', retryAfter: 'seconds', seconds: 7200 }, message: pause },
		{ name: '503, Retry-After in seconds', row: 'rateLimited', injection: status(503, undefined, { headers: { 'retry-after': '1' } }), message: none },
		{ name: '503, Retry-After of two hours', row: 'longPause', injection: status(503, undefined, { headers: { 'retry-after': '7200' } }), message: pause },
		{ name: '502 after processing', row: 'interrupted', injection: status(502, undefined, { store: true }), message: unavailable },
		{ name: '503', row: 'interrupted', injection: status(503), message: unavailable },
		{ name: '504 after processing', row: 'interrupted', injection: status(504, undefined, { store: true }), message: unavailable },
		{ name: 'connection reset before processing', row: 'interrupted', injection: { effect: 'resetBeforeStore' }, message: dropped },
		{ name: 'connection reset after processing', row: 'interrupted', injection: { effect: 'resetAfterStore', store: true }, message: dropped },
		{ name: 'no response before the timeout', row: 'interrupted', injection: { effect: 'hang' }, message: timedOut, isTimeout: true },
		{ name: 'no response before the timeout, after processing', row: 'interrupted', injection: { effect: 'hang', store: true }, message: timedOut, isTimeout: true },
		{ name: 'endless response', row: 'interrupted', injection: { effect: 'endless', store: true }, message: timedOut, isTimeout: true },
		{ name: '101 without a final response', row: 'interrupted', injection: { effect: 'switching', store: true }, message: timedOut, isTimeout: true },
		{ name: 'response shorter than its Content-Length', row: 'interrupted', injection: { effect: 'wrongLength', store: true }, message: dropped },
		{ name: 'slow response', row: 'harmless', injection: { effect: 'trickle', store: true }, message: none },
	];
	if (isFile) {
		const file = "'url_arquivo' in row 1";
		const host = (code: number) => `${file} could not be downloaded: its host returned status ${code}`;
		return [
			...common,
			{ name: '500', row: 'interrupted', injection: status(500, busy), message: unavailable },
			{ name: 'web page', row: 'rejected', injection: { effect: 'html' }, message: `${file} points to a web page instead of a file` },
			{ name: '302 to another host', row: 'harmless', injection: { effect: 'redirect', status: 302 }, message: none, isRedirect: true },
			{ name: '307 to another host', row: 'harmless', injection: { effect: 'redirect', status: 307 }, message: none, isRedirect: true },
			...[400, 401, 403, 404, 422].map((code): FaultCase => ({ name: String(code), row: 'rejected', injection: status(code, values), message: host(code) })),
		];
	}
	// The contract documents no response to a write, so an empty one means success.
	const isEmptySuccess = service === 'ERP Datacake' && kind !== 'read';
	const all: FaultCase[] = [
		...common,
		...(textOnly ? [
			{ name: 'rate limit reported only as text', row: 'rateLimited', injection: textOnly, message: none } as const,
			{ name: 'rate limit reported only as text, without end', row: 'rateLimitedForever', injection: textOnly, message: `${service} is still rate-limiting requests` } as const,
		] : []),
		...(reportsTotal ? [0, 10_000_000, 1e13].map((records): FaultCase => (
			{ name: `wrong total: ${records.toLocaleString('en')} rows`, row: 'harmless', injection: { effect: 'lyingTotal', records, store: true }, message: none }
		)) : []),
		{ name: '500', row: 'interrupted', injection: status(500, busy), message: unavailable, description: quote(busy) },
		{ name: 'truncated JSON', row: 'ambiguous', injection: { effect: 'cut', store: true }, message: `${service} returned truncated or invalid JSON` },
		{ name: 'web page', row: 'ambiguous', injection: { effect: 'html', store: true }, message: `${service} returned a web page instead of data` },
		isEmptySuccess
			? { name: 'empty response', row: 'harmless', injection: { effect: 'empty', store: true }, message: none }
			: { name: 'empty response', row: 'ambiguous', injection: { effect: 'empty', store: true }, message: `${service} returned an empty response` },
		{ name: 'JSON without the expected data', row: 'ambiguous', injection: { effect: 'status', status: 200, body: unexpectedJson[service], store: true }, message: `${service} returned a response without the expected data` },
		{ name: '302 to another host', row: 'ambiguous', injection: { effect: 'redirect', status: 302 }, message: redirected, isRedirect: true },
		{ name: '307 to another host', row: 'ambiguous', injection: { effect: 'redirect', status: 307 }, message: redirected, isRedirect: true },
		{ name: '400', row: 'rejected', injection: status(400, values), message: values },
		{ name: '401', row: 'keyRejected', injection: status(401, key), message: invalidKey, description: quote(key) },
		{ name: '403', row: 'rejected', injection: status(403, key), message: forbidden, description: quote(key) },
		{ name: '404', row: 'rejected', injection: status(404), message: notFound },
		{ name: '404 with a message', row: 'rejected', injection: status(404, values), message: `${notFound}: ${values}` },
		{ name: '422', row: 'rejected', injection: status(422, values), message: values },
		{ name: "200 with the service's error body", row: 'rejected', injection: status(200, values), message: values },
		{ name: 'connection refused', row: 'notSent', injection: 'closedPort', message: notConnected },
		{ name: 'unknown host', row: 'notSent', injection: 'unknownHost', message: notConnected },
		{ name: 'self-signed certificate', row: 'rejected', injection: 'selfSigned', message: untrusted },
		{ name: 'HTTPS to a plain HTTP port', row: 'rejected', injection: 'plainHttp', message: untrusted },
		{ name: 'TLS failure after processing', row: 'interrupted', injection: 'garbledTls', message: dropped, isResponseLost: true },
	];
	return all.filter((fault) =>
		// An obstacle affects the first call already.
		!(fault.isResponseLost && before > 0) && !(acceptsAnyJson && fault.name === 'JSON without the expected data'));
}

/** Whether a retry succeeds after some attempts, or never. */
export type FaultDuration = 'temporary' | 'permanent';

/** How many times in a row a call fails. */
export function timesOf({ row }: FaultCase, { service }: Operation, duration: FaultDuration): number {
	if (duration === 'permanent') return Infinity;
	// Twice, if that leaves another attempt.
	return row === 'rateLimited' || RETRIES[service] > 1 ? 2 : 1;
}

const ruleOf = ({ row }: FaultCase, { kind }: Operation): Rule => TABLE[row][kind === 'create' ? 'other' : 'idempotent'];

/** The durations to test: both if the outcome differs. */
export function durationsOf(fault: FaultCase, operation: Operation): FaultDuration[] {
	const rule = ruleOf(fault, operation);
	if (rule === 'wait') return ['temporary'];
	return rule === 'retry' && !exhaustsTimeout(fault, operation) ? ['temporary', 'permanent'] : ['permanent'];
}

/** All attempts of a download share one timeout, so a timeout leaves no time for another attempt. */
const exhaustsTimeout = ({ isTimeout = false }: FaultCase, { isFile = false }: Operation): boolean => isFile && isTimeout;

/** Whether a fault affects all items. */
export const blocksEveryConnection = ({ injection }: FaultCase): boolean => typeof injection === 'string';

/** Whether the item runs alone, because other items would use up the failures. */
export const runsAlone = (fault: FaultCase, duration: FaultDuration): boolean => blocksEveryConnection(fault) && duration === 'temporary';

/** Whether a fault of one item rejects all queued calls. */
export const rejectsQueuedCalls = ({ row }: FaultCase): boolean => row === 'keyRejected' || row === 'longPause';

/** How often the failing call is sent, and whether it succeeds in the end. */
function attempts(fault: FaultCase, operation: Operation, duration: FaultDuration): { sent: number; failed: number; succeeds: boolean } {
	const rule = ruleOf(fault, operation);
	const most = exhaustsTimeout(fault, operation) ? 1 : { succeed: 1, wait: Infinity, waitTwice: 3, retry: 1 + RETRIES[operation.service], fail: 1, failAndWarn: 1 }[rule];
	const times = rule === 'succeed' ? 0 : timesOf(fault, operation, duration);
	const succeeds = times < most;
	const failed = Math.min(times, most);
	return { sent: failed + (succeeds ? 1 : 0), failed, succeeds };
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

/** The failing item, and those before and after it. */
export type Position = 'before' | 'failing' | 'after';

export function expected(fault: FaultCase, operation: Operation, duration: FaultDuration, position: Position): Expected {
	const { before, after, kind, service } = operation;
	const { sent, failed, succeeds } = attempts(fault, operation, duration);
	const stores = (times: number) => (kind === 'read' ? 0 : kind === 'create' ? times : Math.min(1, times));
	const success: Expected = { calls: before + 1 + after, stored: stores(1), mayBeStored: false };
	const { injection, message, description, isResponseLost } = fault;
	if (blocksEveryConnection(fault) && !isResponseLost) return succeeds ? success : { calls: 0, stored: 0, message, description, mayBeStored: false };
	if (position === 'failing' || isResponseLost) {
		const isProcessed = typeof injection === 'string' || injection.store;
		const stored = stores((isProcessed ? failed : 0) + (succeeds ? 1 : 0));
		const calls = before + sent + (succeeds ? after : 0);
		return { calls, stored, mayBeStored: ruleOf(fault, operation) === 'failAndWarn', ...(succeeds ? {} : { message, description }) };
	}
	// These reject the queued calls: those of later items, and later pages of earlier ones.
	const isRejected = rejectsQueuedCalls(fault) && (position === 'after' || after > 0);
	if (!isRejected) return success;
	const unsent = fault.row === 'longPause' ? message : `Not sent because ${service} rejected the credential`;
	return { calls: position === 'after' ? before : before + 1, stored: 0, message: unsent, mayBeStored: false };
}

/** Whether the first response is final, so that nothing else is sent before the run stops. */
export const failsImmediately = (fault: FaultCase, operation: Operation): boolean =>
	!blocksEveryConnection(fault) && !fault.isTimeout && ['fail', 'failAndWarn'].includes(ruleOf(fault, operation));

/** The expected outcome if the node stops on an error, with one call at a time. */
export function expectedWhenStopped(fault: FaultCase, operation: Operation): { calls: number[]; summary: RegExp } {
	const { before, after } = operation;
	const { sent } = attempts(fault, operation, 'permanent');
	const done = after > 0 ? 0 : 1;
	const end = ruleOf(fault, operation) === 'failAndWarn' ? 'may have been [a-z]+' : 'failed';
	return {
		calls: [before + 1, before + sent, before],
		summary: new RegExp(`\\. ${done} of 3 items ${done === 1 ? 'was' : 'were'} [a-z]+( \\(ID [^)]+\\))?; item 1 ${end}; ${2 - done} ${done === 1 ? 'was' : 'were'} not sent$`),
	};
}

/** The expected number of connections that do not reach the service. */
export function expectedBlocked(fault: FaultCase, operation: Operation, duration: FaultDuration, items: number): number {
	return blocksEveryConnection(fault) && !fault.isResponseLost ? attempts(fault, operation, duration).failed * items : 0;
}
