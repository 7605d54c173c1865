/** The session of an item: its credential and connection. A credential with expressions can differ from item to item. */

import type { ICredentialDataDecryptedObject, IExecuteSingleFunctions, IWorkflowExecuteAdditionalData } from 'n8n-workflow';

import type { Operation } from '../fields/operations';
import type { ResolveSession, ServiceAdapter, Session } from '../http/service';
import type { CredentialRead, RunContext } from './context';

/** A credential is read again after this time, in ms, so that a change reaches requests that wait. */
const MAX_CREDENTIAL_AGE_MS = 5_000;

/**
 * Creates the function that resolves an item's session. A credential without expressions is read once
 * every few seconds for all items: n8n takes about as long to read one as to send a request.
 */
export function sessionResolver(item: IExecuteSingleFunctions, run: RunContext): ResolveSession {
	const { service, operation } = run;
	const { credentialType } = service;
	let itemRead: CredentialRead | undefined;
	const read = (): CredentialRead => {
		const credentials = item.getCredentials(credentialType);
		// Callers await the promise and handle its rejection.
		credentials.catch(() => {});
		return { startedAt: performance.now(), reader: item, credentials, mayDiffer: hasExpression(item, credentialType) };
	};
	const isStale = (latest: CredentialRead | undefined, forceRead: boolean): latest is undefined =>
		!latest || forceRead || performance.now() - latest.startedAt > MAX_CREDENTIAL_AGE_MS;

	return async (forceRead = false) => {
		if (isStale(run.credentials, forceRead)) run.credentials = read();
		const latest = run.credentials;
		if (latest.reader === item || !(await latest.mayDiffer)) itemRead = latest;
		if (isStale(itemRead, forceRead && itemRead !== latest)) itemRead = read();
		const session = cachedSession(await itemRead.credentials, service, operation);
		for (const secret of session.connection.secrets) run.secrets.add(secret);
		run.limits = session.connection.limits;
		return session;
	};
}

/**
 * Whether a field of the credential is an expression. Only n8n's own reader of unresolved credentials
 * knows; where it is not available, each item reads its own credential.
 */
async function hasExpression(item: IExecuteSingleFunctions, credentialType: string): Promise<boolean> {
	// n8n's contexts have it, but their interface does not declare it.
	const { additionalData } = item as unknown as { additionalData?: IWorkflowExecuteAdditionalData };
	const details = item.getNode().credentials?.[credentialType];
	if (!additionalData || !details) return true;
	try {
		const unresolved = await additionalData.credentialsHelper.getDecrypted(additionalData, details, credentialType, item.getMode(), undefined, true);
		return Object.values(unresolved).some((value) => typeof value === 'string' && value.startsWith('='));
	} catch {
		return true;
	}
}

const sessions = new WeakMap<ICredentialDataDecryptedObject, Map<Operation, Session>>();

/** The session of a credential and operation, created once. */
function cachedSession(credentials: ICredentialDataDecryptedObject, service: ServiceAdapter, operation: Operation): Session {
	const byOperation = sessions.get(credentials) ?? new Map<Operation, Session>();
	sessions.set(credentials, byOperation);
	const session = byOperation.get(operation) ?? { credentials, connection: service.connect(credentials, operation) };
	byOperation.set(operation, session);
	return session;
}
