/** Reads one record by its ID out of a service's list. */

import type { IDataObject } from 'n8n-workflow';

import type { Operation, WireValues } from '../fields/operations';
import { textOf } from '../fields/unknownValues';
import { ServiceError } from '../http/errors';
import { findRecord } from '../http/findRecord';
import type { SendCall } from '../http/service';
import type { RunContext } from './context';

/**
 * One record as its list returns it: by one call where the service filters by ID, otherwise by as many pages as it takes.
 * @throws {ServiceError} `recordNotFound`, with a sentence that names the ID
 */
export async function readRecord(
	{ service: { serviceName } }: Pick<RunContext, 'service'>,
	{ required, recordList: { idField, pageSize } }: Pick<Operation, 'required'> & Required<Pick<Operation, 'recordList'>>,
	values: WireValues,
	sendCall: SendCall,
): Promise<IDataObject> {
	const id = textOf(values[idField]);
	const record =
		pageSize === undefined
			? (await sendCall(values)).rows.find((row) => textOf(row.id) === id)
			: await findRecord(async (page) => await sendCall(values, page), pageSize, id);
	if (record) return record;
	const noun = required[idField]?.label.toLowerCase() ?? 'record';
	throw new ServiceError('recordNotFound', { messages: [`${serviceName} has no ${noun} with ID ${id}`] });
}
