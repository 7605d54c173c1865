import type { ICredentialDataDecryptedObject, IExecuteSingleFunctions, IWorkflowExecuteAdditionalData } from 'n8n-workflow';

import type { ServiceAdapter, ResolveSession, Session } from '../http/service';
import type { RateLimit } from '../throttle/options';
import type { Operation } from '../fields/operations';

/** Which credential an item uses: one with expressions is another one for each item. */

/** Credentials are read again after this time, so that a change reaches calls that wait. */
const FRESH_FOR_MS = 5_000;

/** A credential that is being read. */
export interface CredentialRead {
	at: number;
	by: IExecuteSingleFunctions;
	credentials: Promise<ICredentialDataDecryptedObject>;
	/** Whether it may be another one for another item. */
	mayDiffer: Promise<boolean>;
}

/** What the items of a run know of their credential. */
interface RunCredentials {
	/** As the latest reader found it. */
	credentials?: CredentialRead;
	/** Of all accounts that the run has used. */
	secrets: Set<string>;
	/** Of the account used last. */
	limits?: RateLimit;
}

/**
 * Opens the connection of an item. A credential without expressions is read once in some seconds for
 * all items; n8n takes about as long to read one as to send a call.
 */
export function sessionResolver(item: IExecuteSingleFunctions, service: ServiceAdapter, operation: Operation, run: RunCredentials): ResolveSession {
	const { credentialType: type } = service;
	let own: CredentialRead | undefined;
	const read = (): CredentialRead => {
		const credentials = item.getCredentials(type);
		// Awaited by whoever needs it.
		credentials.catch(() => {});
		return { at: performance.now(), by: item, credentials, mayDiffer: hasExpression(item, type) };
	};
	const isOld = (known: CredentialRead | undefined, anew: boolean): known is undefined =>
		!known || anew || performance.now() - known.at > FRESH_FOR_MS;

	return async (anew = false) => {
		if (isOld(run.credentials, anew)) run.credentials = read();
		const latest = run.credentials;
		if (latest.by === item || !(await latest.mayDiffer)) own = latest;
		if (isOld(own, anew && own !== latest)) own = read();
		const session = sessionOf(await own.credentials, service, operation);
		for (const secret of session.connection.secrets) run.secrets.add(secret);
		run.limits = session.connection.limits;
		return session;
	};
}

/**
 * Whether a field of the credential is an expression. Only n8n's own reader of unresolved credentials
 * knows; where it cannot be asked, each item reads its own.
 */
async function hasExpression(item: IExecuteSingleFunctions, type: string): Promise<boolean> {
	const { additionalData } = item as unknown as { additionalData?: IWorkflowExecuteAdditionalData };
	const details = item.getNode().credentials?.[type];
	if (!additionalData || !details) return true;
	try {
		const typed = await additionalData.credentialsHelper.getDecrypted(additionalData, details, type, item.getMode(), undefined, true);
		return Object.values(typed).some((value) => typeof value === 'string' && value.startsWith('='));
	} catch {
		return true;
	}
}

const sessions = new WeakMap<ICredentialDataDecryptedObject, Map<Operation, Session>>();

/** The connection that a credential describes, made once. */
function sessionOf(credentials: ICredentialDataDecryptedObject, service: ServiceAdapter, operation: Operation): Session {
	const known = sessions.get(credentials) ?? new Map<Operation, Session>();
	sessions.set(credentials, known);
	const session = known.get(operation) ?? { credentials, connection: service.connect(credentials, operation) };
	known.set(operation, session);
	return session;
}
