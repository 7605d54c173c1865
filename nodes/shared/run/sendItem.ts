/** The requests of a prepared item, all its pages, files and downloads included, and its output items. */

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { loadFiles, sentFiles } from '../fields/binaryFiles';
import type { Operation, WireValues } from '../fields/operations';
import { fieldsOf } from '../fields/operations';
import type { WaitPolicy } from '../http/call';
import { executeCall } from '../http/call';
import { retryLaterError } from '../http/retries';
import { pluralize } from '../http/format';
import type { ReadPage } from '../http/pages';
import { readPages } from '../http/pages';
import { withoutSecrets } from '../http/secrets';
import type { SendCall, Session } from '../http/service';
import { throttleFor } from '../throttle/registry';
import type { RunContext } from './context';
import { attachDownloads } from './attachDownloads';
import { deleteRecord } from './deleteRecord';
import { withUploadProgress } from './itemErrors';
import { mapInChunks } from './mapInChunks';
import { pairItems, toOutputItems } from './output';
import type { PreparedItem } from './prepareItem';
import { readRecord } from './readRecord';
import { sendInRecordOrder } from './recordOrder';
import { sendOnce } from './sendOnce';

/** Longest wait in ms for the check behind the last page: it rarely finds anything. */
const MAX_FINAL_PAGE_WAIT_MS = 1000;

export async function sendItem(prepared: PreparedItem, run: RunContext): Promise<INodeExecutionData[]> {
	const { item, records, settings, outputOptions, plan, resolveSession } = prepared;
	const { service, operation, executionStartedAt, signal, onFailure, refusedKeys, stats } = run;
	const itemIndex = item.getItemIndex();
	const policy: WaitPolicy = { queueKey: item.getExecutionId() ?? run, executionStartedAt, signal, onFailure, refusedKeys, stats };
	const sendCall = callSender(prepared, run, policy);
	if (plan) return pairItems(await plan.execute(sendCall, await resolveSession()), itemIndex);

	const outputItems: INodeExecutionData[][] = [];
	for (const [index, values] of records.entries()) {
		const send = async () =>
			await sendInRecordOrder(run, recordId(operation, values), resolveSession, async () =>
				operation.lookUp ? await deleteOnce(prepared, run, operation.lookUp, values, policy) : await readRows(prepared, run, values, sendCall),
			);
		const sent = operation.idempotent ? send() : sendOnce(run, `${itemIndex}.${index}`, send);
		const rows = await sent.catch((error) => {
			throw index > 0 ? withUploadProgress(error, index, records.length) : error;
		});
		const files = sentFiles(Object.values(fieldsOf(operation)), values);
		const outgoing = await toOutputItems(rows, files, outputOptions, service, operation, itemIndex);
		if (settings.downloadFiles) await attachDownloads(run, { item, rows, outputItems: outgoing, settings, resolveSession, policy });
		outputItems.push(outgoing);
	}
	return outputItems.flat();
}

/** Creates the function that sends one request of an item, with retries, and returns rows without secrets. */
function callSender({ item, resolveSession }: PreparedItem, { service, operation, requestOptions }: RunContext, policy: WaitPolicy): SendCall {
	return async (values, page, deadline) => {
		let { connection } = await resolveSession();
		const buildRequest = async (session: Session) => {
			({ connection } = session);
			return { ...requestOptions, ...service.buildRequest(operation, await loadFiles(item, values), page, connection) };
		};
		const { rows, ...others } = await executeCall(item, service, resolveSession, operation, buildRequest, { ...policy, deadline });
		const { secrets } = connection;
		const safeRows = await mapInChunks(rows, (row) => withoutSecrets(row, secrets), item.getExecutionCancelSignal());
		return { ...others, connection, rows: safeRows };
	};
}

/** The rows of one request, or of all its pages. */
async function readRows({ item, maxRows, resolveSession }: PreparedItem, run: RunContext, values: WireValues, sendCall: SendCall): Promise<IDataObject[]> {
	const { service: { serviceName }, operation: { idKey, method, recordList, required, resultList } } = run;
	if (method === 'DELETE') {
		await sendCall(values);
		return [{ deleted: true }];
	}
	if (recordList) return [await readRecord(run, { required, recordList }, values, sendCall)];
	if (!resultList?.pageSize) return (await sendCall(values)).rows.slice(0, maxRows);
	const { maxConcurrent } = (await resolveSession()).connection.limits;
	const onMismatch = ({ rows, total }: { rows: number; total: number }) =>
		run.notes.add(`${serviceName} reported ${pluralize(total, 'row')} but returned ${rows.toLocaleString('en')}`);
	const onUnchecked = (rows: number) =>
		run.notes.add(`${serviceName} reported ${pluralize(rows, 'row')} in total. The rate limit left no time to check for more`);
	const readPage: ReadPage = async (page, isCheck) => {
		const { accountId, limits } = (await resolveSession()).connection;
		// Only a full window is not waited for; a slow service is.
		const waitMs = isCheck ? throttleFor(accountId).estimateWaitMs(limits) : 0;
		if (waitMs > MAX_FINAL_PAGE_WAIT_MS) throw retryLaterError(waitMs, item.getTimezone());
		return await sendCall(values, page);
	};
	return await readPages(readPage, resultList.pageSize, maxRows, maxConcurrent, { idKey, onMismatch, onUnchecked });
}

/** Deletes a record, and looks it up if the outcome is not certain. */
async function deleteOnce(prepared: PreparedItem, run: RunContext, lookUp: Operation, values: WireValues, policy: WaitPolicy): Promise<IDataObject[]> {
	const { connection } = await prepared.resolveSession();
	const lookUpRun = { ...run, operation: lookUp };
	return await deleteRecord(run, `${connection.accountId} ${recordId(run.operation, values)}`, {
		id: values[run.operation.recordIdField ?? ''] as IDataObject[string],
		send: async (isChecked) =>
			await callSender(prepared, run, { ...policy, onFailure: (error) => (isChecked(error) ? undefined : policy.onFailure?.(error)) })(values),
		lookUp: async () => await readRows(prepared, lookUpRun, values, callSender(prepared, lookUpRun, policy)),
	});
}

/** The ID of the record that a request changes; undefined where it changes no existing one. */
const recordId = ({ recordIdField }: Operation, values: WireValues) => (recordIdField === undefined ? undefined : String(values[recordIdField]));
