import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteSingleFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';

import type { ErrorReason } from './errors';
import type { ReferenceList } from './referenceList';
import type { Operation, Resource, WireValues } from '../fields/operations';
import type { Page, PageRead } from './pages';
import type { RateLimit } from '../throttle/fairQueue';

/** What is peculiar to one vendor, as one object that the shared code is given. */

/** What the service answered, whatever its status. */
export interface HttpResponse {
	status: number;
	headers: Record<string, unknown>;
	body: unknown;
}

/** A service account, as its credential describes it. */
export interface Connection {
	/** Names the account without holding its key in the clear. */
	accountId: string;
	/** Names the key, and where it goes, without holding it in the clear: an account may have several. */
	keyId: string;
	/** Where its calls go, where that is told by more than `sign`. */
	address?: string;
	limits: RateLimit;
	/** Must never be shown. */
	secrets: string[];
}

/** What to do about a failure, by cause. */
export type Advice = Partial<Record<ErrorReason, string>>;

/** All that is peculiar to one vendor. */
export interface ServiceAdapter {
	/** The service's name, e.g. HotProfile. */
	serviceName: string;
	/** Credential type, e.g. `hotProfileApi`. */
	credentialType: string;
	resources: Resource[];
	/** What users of this vendor should look at, where it depends on the operation as a function of it. */
	advice: Advice | ((operation: Operation) => Advice);
	/** Sends after the first one, for calls that may be sent again (3 unless said otherwise). */
	maxRetries?: number;
	/** @throws {ServiceError} `invalidCredential`, where the credential cannot be used as it is */
	connect(credentials: ICredentialDataDecryptedObject, operation: Operation): Connection;
	/** Adds the key to a request. n8n calls it through the credential's `authenticate`. */
	authenticate(credentials: ICredentialDataDecryptedObject, request: IHttpRequestOptions): IHttpRequestOptions;
	/** The request of an operation with its values and, for those that read many, a page. */
	buildRequest(operation: Operation, values: WireValues, page: Page | undefined, connection: Connection): Partial<IHttpRequestOptions>;
	/** What this connection asks of the values beyond the catalogue: one sentence for each that it lacks. */
	validateRequest?(operation: Operation, values: WireValues, connection: Connection): string[];
	/** The lists that the service supplies, by the name of their picker. */
	referenceLists?: Record<string, ReferenceList>;
	/**
	 * What an answer brings: one record, or the rows of a page with the count of all.
	 * @throws {ServiceError} where it brings nothing
	 */
	parseResponse(answer: HttpResponse, operation: Operation): PageRead;
	/** How the output of an item comes about, where one call or its pages are not all. */
	plan?(item: PlannedItem): Plan;
	/** A row with real types: flags, dates, numbers. */
	simplify?(row: IDataObject, operation: Operation): IDataObject;
}

/** "Proxy" and "Ignore SSL Issues" under Request Options, which hold for all that a node fetches. */
export type NetworkOptions = Pick<IHttpRequestOptions, 'proxy' | 'skipSslCertificateValidation'>;

/** A connection in use. */
export interface Session {
	credentials: ICredentialDataDecryptedObject;
	connection: Connection;
}

/**
 * The connection that a call is to be made with. It is asked for again when the call's turn has come,
 * so that a changed credential reaches what waits.
 * @param anew whether it is read again in any case
 */
export type ResolveSession = (anew?: boolean) => Promise<Session>;

/** One input item whose values are in order. */
export interface PlannedItem {
	context: IExecuteSingleFunctions;
	operation: Operation;
	values: WireValues;
	/** The same object for all items of a run. */
	run: object;
	/** Its connection, whenever it is needed. */
	open: ResolveSession;
	/** Number of rows that are wanted, or Infinity. */
	wanted: number;
	/** Tells the user something about the answers after the run, as a sentence. */
	note?: (sentence: string) => void;
}

/** How an item's output comes about. All items are planned before the first call. */
export interface Plan {
	/** One sentence each; with any of them nothing is sent. */
	problems: string[];
	/** The rows of the output. */
	execute(ask: SendCall, session: Session): Promise<IDataObject[]>;
}

/** What a call brought, and the connection that it was made with in the end. */
export interface Asked extends PageRead {
	connection: Connection;
}

/**
 * One call, as often as it takes.
 * @param until when its patience ends, as `performance.now()` gives it
 */
export type SendCall = (values: WireValues, page?: Page, until?: number) => Promise<Asked>;
