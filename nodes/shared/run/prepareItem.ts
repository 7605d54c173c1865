/** Prepares an item: reads and checks everything about it before its first request is sent. */

import type { IExecuteSingleFunctions } from 'n8n-workflow';

import { attachFiles } from '../fields/binaryFiles';
import type { WireValues } from '../fields/operations';
import { fieldsOf } from '../fields/operations';
import { readParameters } from '../fields/parameters';
import type { OperationSettings } from '../fields/validation';
import { validateParameters } from '../fields/validation';
import { readCachedList } from '../http/listCache';
import type { Plan, ReferenceList, ResolveSession } from '../http/service';
import type { RunContext } from './context';
import { findUnknownIds } from './idChecks';
import { invalidValues } from './itemErrors';
import { sessionResolver } from './itemSession';
import type { OutputOptions } from './output';
import { readOutputOptions } from './output';
import { networkOptions } from './requestOptions';

export interface PreparedItem {
	item: IExecuteSingleFunctions;
	/** The values of one request each: several where files are uploaded one by one. */
	records: WireValues[];
	settings: OperationSettings;
	/** Number of rows to return, or Infinity. */
	maxRows: number;
	outputOptions: OutputOptions;
	/** Produces the output where a request or its pages are not enough. */
	plan?: Plan;
	resolveSession: ResolveSession;
}

/**
 * Reads and validates the parameters of an item, its files included.
 * @throws {ServiceError} `invalidInput`, with a sentence for each value that cannot be sent
 */
export async function prepareItem(item: IExecuteSingleFunctions, run: RunContext): Promise<PreparedItem> {
	const { service, operation } = run;
	const { values, settings, problems } = validateParameters(operation, readParameters(item, operation), item.getTimezone());
	const maxRows = operation.resultList ? readMaxRows(item, problems) : Infinity;
	const outputOptions = readOutputOptions(item, operation);
	const resolveSession = sessionResolver(item, run);
	const addNote = (sentence: string) => run.notes.add(sentence);
	const plan = problems.length > 0 ? undefined : service.plan?.({ context: item, operation, values, run, maxRows, addNote, resolveSession });
	problems.push(...(plan?.problems ?? []));
	if (problems.length > 0) throw invalidValues(problems);
	const maxFileBytes = Number(settings.maxFileSizeMb ?? Infinity) * 2 ** 20;
	const records = await attachFiles(item, Object.values(fieldsOf(operation)), values, maxFileBytes, problems);
	if (problems.length === 0 && service.validateRequest) {
		const { connection } = await resolveSession();
		const unmetRequirements = records.flatMap((record) => service.validateRequest?.(operation, record, connection) ?? []);
		problems.push(...new Set(unmetRequirements));
	}
	if (problems.length > 0) throw invalidValues(problems);
	return { item, records, settings, maxRows, outputOptions, plan, resolveSession };
}

/**
 * Checks the IDs of an item against the service's own lists.
 * @throws {ServiceError} `invalidInput`, with a sentence for each unknown ID
 */
export async function checkIds({ item, records, settings, resolveSession }: PreparedItem, { service, operation, requestOptions }: RunContext): Promise<void> {
	if (!service.referenceLists || !settings.checkIds) return;
	// A list that cannot be read must not block an item; the list cache remembers the failure.
	const readRows = async (list: ReferenceList) =>
		await readCachedList(item, service, list.operation, { resolveSession, networkOptions: networkOptions(requestOptions) }).catch((error: unknown) => {
			if (item.getExecutionCancelSignal()?.aborted) throw error;
			return [];
		});
	// The records of an item differ only in their files.
	const [values = {}] = records;
	const problems = await findUnknownIds(Object.values(fieldsOf(operation)), values, service.referenceLists, readRows);
	if (problems.length > 0) throw invalidValues(problems);
}

function readMaxRows(item: IExecuteSingleFunctions, problems: string[]): number {
	if (String(item.getNodeParameter('returnAll', false)) === 'true') return Infinity;
	const input: unknown = item.getNodeParameter('limit', 50);
	const limit = typeof input === 'number' || typeof input === 'string' ? Number(input) : NaN;
	if (!Number.isInteger(limit) || limit < 1) problems.push("'Limit' must be a whole number of 1 or more");
	return limit;
}
