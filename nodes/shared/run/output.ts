/** Turns rows into output items: simplified, raw or with selected fields, each linked to its input item. */

import type { IDataObject, IExecuteSingleFunctions, INodeExecutionData } from 'n8n-workflow';

import type { SentFile } from '../fields/binaryFiles';
import type { Operation } from '../fields/operations';
import { hasOutput } from '../fields/operations';
import { textOf } from '../fields/unknownValues';
import type { ServiceAdapter } from '../http/service';
import { mapInChunks } from './mapInChunks';
import { changesData, keepWholeRow } from './outcome';

export interface OutputOptions {
	/** `simplified`, `raw` or `selectedFields`. */
	output: unknown;
	/** Keys of the selected fields. */
	keys: string[];
}

/** Read before the request: once a record is stored, nothing may fail because of its output. */
export function readOutputOptions(item: IExecuteSingleFunctions, operation: Operation): OutputOptions {
	const output = hasOutput(operation) ? item.getNodeParameter('output', 'simplified') : 'raw';
	const keys = output === 'selectedFields' ? [item.getNodeParameter('outputFields', [])].flat() : [];
	return { output, keys: keys.map(textOf) };
}

/** Output items linked to their input item. */
export const pairItems = (rows: IDataObject[], item: number): INodeExecutionData[] => rows.map((json) => ({ json, pairedItem: { item } }));

/** Output items as the user chose under "Output", linked to their input item. */
export async function toOutputItems(
	rows: IDataObject[],
	files: SentFile[],
	{ output, keys }: OutputOptions,
	{ simplify }: ServiceAdapter,
	operation: Operation,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	if (output === 'raw') return pairItems(rows, itemIndex);
	return await mapInChunks(rows, (row) => {
		const simplified = simplify ? simplify(row, operation) : row;
		// No copy without need: copying wide rows costs as much as reading them.
		const whole = files.length > 0 ? { ...simplified, sentFiles: files } : simplified;
		return { json: output === 'selectedFields' ? selectFields(whole, keys, operation) : whole, pairedItem: { item: itemIndex } };
	});
}

function selectFields(row: IDataObject, keys: string[], operation: Operation): IDataObject {
	const selected = Object.fromEntries(keys.filter((key) => Object.hasOwn(row, key)).map((key) => [key, row[key]]));
	return changesData(operation) ? keepWholeRow(row, selected) : selected;
}
