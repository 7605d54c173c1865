/** Deletes a record, and knows that it is gone when only the response was lost. */

import type { IDataObject } from 'n8n-workflow';

import { mayHaveBeenStored, ServiceError } from '../http/errors';
import type { RunContext } from './context';

interface DeleteSteps {
	id: IDataObject[string];
	/** @param isChecked whether a failure is looked into before it ends the run */
	send: (isChecked: (error: ServiceError) => boolean) => Promise<unknown>;
	/** Reads the record; fails as `recordNotFound` if it is gone. */
	lookUp: () => Promise<unknown>;
}

/**
 * Deletes a record once. Where an earlier try may have deleted it and a later one is rejected, the record is looked up:
 * if it is gone, it has been deleted. This also holds across n8n's "Retry On Fail" and for several items with one ID.
 * @param key identifies the record within the run
 */
export async function deleteRecord(
	{ settledCalls, uncertainDeletes }: Pick<RunContext, 'settledCalls' | 'uncertainDeletes'>,
	key: string,
	{ id, send, lookUp }: DeleteSteps,
): Promise<IDataObject[]> {
	const earlier = settledCalls.get(key);
	if (earlier) return await earlier;
	const isChecked = ({ reason, details }: ServiceError) =>
		(reason === 'rejected' || reason === 'notFound') && (details.isAfterUncertainTry === true || uncertainDeletes.has(key));
	const remove = async () => {
		await send(isChecked).catch(async (error: unknown) => {
			if (!(error instanceof ServiceError)) throw error;
			if (mayHaveBeenStored(error) || error.details.isAfterUncertainTry) uncertainDeletes.add(key);
			const isGone = isChecked(error) && (await isNotFound(lookUp));
			if (!isGone) throw error;
		});
		return [{ deleted: true, id }];
	};
	const deletion = remove();
	settledCalls.set(key, deletion);
	deletion.catch(() => settledCalls.delete(key));
	return await deletion;
}

/** Whether a record is certainly not there; a lookup that fails says nothing. */
const isNotFound = async (lookUp: DeleteSteps['lookUp']): Promise<boolean> =>
	await lookUp().then(
		() => false,
		(error: unknown) => error instanceof ServiceError && error.reason === 'recordNotFound',
	);
