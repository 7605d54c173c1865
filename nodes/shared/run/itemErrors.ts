/** Errors of items and of the node's settings, as n8n and AI agents show them. */

import type { IDataObject } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { NodeContext } from '../http/cancellation';
import { errorContext, toNodeError } from '../http/nodeErrors';
import { ServiceError } from '../http/errors';
import { joinSentences } from '../http/format';
import { CanceledError } from '../throttle/errors';
import type { RunContext } from './context';

export type ItemError = Error & { description?: string | null; context?: IDataObject };

/** The error that n8n shows for an item that failed; its message names the item. */
export function toItemError(caller: Pick<NodeContext, 'getNode'>, itemIndex: number, run: RunContext, error: unknown): ItemError {
	const { service, operation, secrets } = run;
	const itemError: ItemError = toNodeError(caller, error, { ...errorContext(service, operation), itemIndex, secrets: [...secrets] });
	if (itemError.context?.itemIndex !== undefined) return itemError;
	// n8n's own errors name the item, except where an expression cannot even be parsed.
	return new NodeOperationError(caller.getNode(), itemError, { itemIndex });
}

/** Values that cannot be sent, one sentence each. */
export const invalidValues = (problems: string[]) => new ServiceError('invalidInput', { messages: problems });

/** A setting of the node that cannot be used, with one sentence that names it. */
export const invalidSetting = (sentence: string) => new ServiceError('invalidInput', { messages: [sentence], batchSummary: 'Nothing was sent' });

/** Adds how many files of an item had been uploaded before one of them failed. */
export function withUploadProgress(error: unknown, uploaded: number, total: number): unknown {
	const failure = error instanceof CanceledError ? new ServiceError('canceled') : error;
	if (!(failure instanceof ServiceError)) return error;
	const partialProgress = `${uploaded} of the ${total} files of this item ${uploaded === 1 ? 'was' : 'were'} uploaded before the error`;
	return new ServiceError(failure.reason, { ...failure.details, partialProgress });
}

/** Appends the description to the message: item output and AI agents show nothing but the message. */
export function withDescriptionInMessage<Shown extends ItemError>(error: Shown): Shown {
	const { message, description } = error;
	if (description && !message.includes(description)) error.message = joinSentences(message, description);
	return error;
}
