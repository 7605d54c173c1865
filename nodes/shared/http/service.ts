/** The interface of a service adapter, which is everything that is specific to one service, and the types that it works with. */

import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';

import type { Operation, Resource, WireValues } from '../fields/operations';
import type { RateLimit } from '../throttle/options';
import type { ErrorReason } from './errors';
import type { Page, PageRead } from './pages';

/** A response of the service, whatever its status. */
export interface HttpResponse {
	status: number;
	headers: Record<string, unknown>;
	body: unknown;
}

/** A service account, as its credential describes it. */
export interface Connection {
	/** Identifies the account without revealing its key. */
	accountId: string;
	/** Identifies the key and where it is sent, without revealing it: an account may have several. */
	keyId: string;
	/** Where requests go, if `authenticate` alone does not decide that. */
	address?: string;
	limits: RateLimit;
	/** Must never be shown. */
	secrets: string[];
}

/** What to do about a failure, by reason. */
export type Advice = Partial<Record<ErrorReason, string>>;

/** A list of the service whose rows have IDs: what pickers show, and what IDs are checked against. */
export interface ReferenceList {
	operation: Operation;
	/** Wire name of the row's ID. */
	id: string;
	/** Wire name of the row's display name. */
	label: string;
}

/** Everything that is specific to one service. */
export interface ServiceAdapter {
	/** The service's name as users know it. */
	serviceName: string;
	/** Name of the credential type. */
	credentialType: string;
	resources: Resource[];
	/** What users of this service should check; a function if it depends on the operation. */
	advice: Advice | ((operation: Operation) => Advice);
	/** Retries of a call that may be repeated. Default: 3. */
	maxRetries?: number;
	/** @throws {ServiceError} `invalidCredential`, if the credential cannot be used as it is */
	connect(credentials: ICredentialDataDecryptedObject, operation: Operation): Connection;
	/** Adds the key to a request. n8n calls it through the credential's `authenticate`. */
	authenticate(credentials: ICredentialDataDecryptedObject, request: IHttpRequestOptions): IHttpRequestOptions;
	/** Builds the request of an operation from its values and, for those that read many, a page. */
	buildRequest(operation: Operation, values: WireValues, page: Page | undefined, connection: Connection): Partial<IHttpRequestOptions>;
	/** What this connection requires of the values beyond the catalogue: one sentence for each problem. */
	validateRequest?(operation: Operation, values: WireValues, connection: Connection): string[];
	/** The lists of the service, by the name of their picker. */
	referenceLists?: Record<string, ReferenceList>;
	/**
	 * Reads a response: one record, or the rows of a page with the total.
	 * @throws {ServiceError} if it reports a failure or cannot be read
	 */
	parseResponse(answer: HttpResponse, operation: Operation): PageRead;
	/** How an item's output comes about, if one call or its pages are not enough. */
	plan?(item: PlannedItem): Plan;
	/** A row with real types: booleans, dates, numbers. */
	simplify?(row: IDataObject, operation: Operation): IDataObject;
}

/** "Proxy" and "Ignore SSL Issues" under Request Options, which apply to everything that a node requests. */
export type NetworkOptions = Pick<IHttpRequestOptions, 'proxy' | 'skipSslCertificateValidation'>;

/** A connection in use. */
export interface Session {
	credentials: ICredentialDataDecryptedObject;
	connection: Connection;
}

/**
 * Resolves the connection of a call. It is called again when the call's turn has come, so that a changed
 * credential reaches queued calls.
 * @param forceRead whether the credential is read again in any case
 */
export type ResolveSession = (forceRead?: boolean) => Promise<Session>;

/** An input item whose values are valid. */
export interface PlannedItem {
	context: IExecuteSingleFunctions;
	operation: Operation;
	values: WireValues;
	/** The same object for all items of a run. */
	run: object;
	resolveSession: ResolveSession;
	/** Maximum number of rows, or Infinity. */
	maxRows: number;
	/** Shows a sentence about the responses to the user after the run. */
	addNote?: (sentence: string) => void;
}

/** How an item's output comes about. All items are planned before the first call. */
export interface Plan {
	/** One sentence each; if there are any, nothing is sent. */
	problems: string[];
	/** Makes the calls, and returns the rows of the output. */
	execute(send: SendCall, session: Session): Promise<IDataObject[]>;
}

/** The result of a call, and the connection that it was finally made with. */
export interface CallResult extends PageRead {
	connection: Connection;
}

/**
 * Makes one call, with as many retries as it takes.
 * @param deadline when it gives up waiting, on the clock of `performance.now()`
 */
export type SendCall = (values: WireValues, page?: Page, deadline?: number) => Promise<CallResult>;
