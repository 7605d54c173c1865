/** What all items of one run of a node share, and what outlives a run when n8n retries it. */

import type { ICredentialDataDecryptedObject, IDataObject, IExecuteSingleFunctions, IHttpRequestOptions } from 'n8n-workflow';

import type { Operation } from '../fields/operations';
import type { ServiceError } from '../http/errors';
import type { ServiceAdapter } from '../http/service';
import type { RateLimit } from '../throttle/options';
import { RunStats } from './stats';

/** A credential that has been read or is being read. */
export interface CredentialRead {
	startedAt: number;
	reader: IExecuteSingleFunctions;
	credentials: Promise<ICredentialDataDecryptedObject>;
	/** Whether it may differ from item to item. */
	mayDiffer: Promise<boolean>;
}

export interface RunContext {
	service: ServiceAdapter;
	operation: Operation;
	/** What the user chose under "Request Options", for every request. */
	requestOptions: Partial<IHttpRequestOptions>;
	/** Start of the run, on the clock of `performance.now()`. */
	executionStartedAt: number;
	/** Aborts what has not been sent: the execution is canceled, or an item has failed for good. */
	signal?: AbortSignal;
	/** Called when a request has failed for good, before another one starts in its place. */
	onFailure?: () => void;
	/** The latest credential that was read. */
	credentials?: CredentialRead;
	/** Secrets of all accounts that the run has used; never shown. */
	secrets: Set<string>;
	/** Rate limit of the account that was used last. */
	limits?: RateLimit;
	/** Results of requests that must not be repeated when n8n's "Retry On Fail" runs the node again. */
	settledCalls: Map<string, Promise<IDataObject[]>>;
	/** Records that a delete may have deleted although its response was lost; they outlive a run as well. */
	uncertainDeletes: Set<string>;
	/** The latest request for each record, and the latest account lookup: requests that change a record are sent in order. */
	lastCallByRecord: Map<string, Promise<unknown>>;
	/** Rejections by the service, by the rejected key. */
	refusedKeys: Map<string, ServiceError>;
	stats: RunStats;
	/** Sentences about the responses, shown to the user after the run. */
	notes: Set<string>;
}

interface RunOptions extends Pick<RunContext, 'service' | 'operation' | 'signal' | 'onFailure'> {
	/** Identifies the run: the same object each time n8n retries it. */
	identity: object;
	requestOptions?: Partial<IHttpRequestOptions>;
}

/** What is kept while n8n's "Retry On Fail" runs a node again. */
const retainedRuns = new WeakMap<object, Pick<RunContext, 'settledCalls' | 'stats' | 'uncertainDeletes'>>();

export function createRun({ identity, requestOptions = {}, ...options }: RunOptions): RunContext {
	const retained = retainedRuns.get(identity) ?? { settledCalls: new Map(), stats: new RunStats(), uncertainDeletes: new Set() };
	retainedRuns.set(identity, retained);
	return {
		...options,
		...retained,
		requestOptions,
		executionStartedAt: performance.now(),
		secrets: new Set(),
		lastCallByRecord: new Map(),
		refusedKeys: new Map(),
		notes: new Set(),
	};
}
