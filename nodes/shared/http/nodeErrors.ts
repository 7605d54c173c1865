/** Turns ServiceErrors into the errors that n8n shows. */

import type { INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { CanceledError } from '../throttle/errors';
import type { Operation } from '../fields/operations';
import type { ErrorReason } from './errors';
import { isRateLimited, ServiceError } from './errors';
import type { ErrorContext } from './messages';
import { userMessage } from './messages';
import type { ServiceAdapter } from './service';

/** About n8n, the credential, the values or the plan, not about a response of the service. */
const notFromService = new Set<ErrorReason>(['canceled', 'invalidInput', 'invalidCredential', 'skipped', 'waitTooLong', 'notSendable']);

/** The context that the error messages of an operation have in common. */
export function errorContext({ serviceName, advice }: ServiceAdapter, operation: Operation): ErrorContext {
	const { action, idempotent } = operation;
	return { serviceName, advice: typeof advice === 'function' ? advice(operation) : advice, action, idempotent, secrets: [] };
}

/** The error that n8n shows for anything that was thrown. */
export function toNodeError(caller: { getNode(): INode }, error: unknown, context: ErrorContext): Error {
	const serviceError = error instanceof CanceledError ? new ServiceError('canceled') : error;
	return serviceError instanceof ServiceError ? createNodeError(caller.getNode(), serviceError, context) : (error as Error);
}

function createNodeError(node: INode, error: ServiceError, context: ErrorContext): NodeApiError | NodeOperationError {
	const { action, itemIndex } = context;
	const { message, description } = userMessage(error, context);
	const isFromService = !notFromService.has(error.reason);
	const fullMessage = withItemIndex(isFromService ? `${action}: ${message}` : message, itemIndex);
	if (!isFromService) return keepMessage(new NodeOperationError(node, fullMessage, { itemIndex }), fullMessage, description);
	const { status, retryAfterMs } = error.details;
	const failure = { cause: 'rate-limited' as const, retryAfterMs };
	const apiError = new NodeApiError(node, { message: fullMessage }, {
		message: fullMessage,
		description,
		httpCode: status === undefined ? undefined : String(status),
		itemIndex,
		// n8n 2.37 and later let a polling workflow wait for as long as the service asks.
		...(isRateLimited(error) ? { failure } : {}),
	});
	return keepMessage(apiError, fullMessage, description);
}

/** The item as n8n itself names it. */
const withItemIndex = (message: string, itemIndex?: number) => (itemIndex === undefined ? message : `${message} [item ${itemIndex}]`);

/** n8n replaces a message that contains an error code, e.g. "preexisting" for its EEXIST, so it is set again. */
const keepMessage = <NodeError extends NodeApiError | NodeOperationError>(error: NodeError, message: string, description: string): NodeError =>
	Object.assign(error, { message, description });

/** The error of a credential test, for which n8n uses a node of its own. */
export const testError = (message: string): NodeApiError =>
	keepMessage(new NodeApiError({ name: 'Credential Test' } as INode, { message }, { message }), message, '');
