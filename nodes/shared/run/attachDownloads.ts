/** Downloads the files behind the links of rows, and attaches them to the output items as binary data. */

import type { IDataObject, IExecuteSingleFunctions, INodeExecutionData } from 'n8n-workflow';

import { linkNames } from '../fields/columns';
import type { OperationSettings } from '../fields/validation';
import type { WaitPolicy } from '../http/call';
import { downloadFile } from '../http/download';
import type { DownloadLimits } from '../http/download';
import type { ResolveSession } from '../http/service';
import type { RunContext } from './context';
import { networkOptions } from './requestOptions';

interface DownloadJob {
	item: IExecuteSingleFunctions;
	/** Rows as received, and the output items made of them. */
	rows: IDataObject[];
	outputItems: INodeExecutionData[];
	settings: OperationSettings;
	resolveSession: ResolveSession;
	policy: WaitPolicy;
}

export async function attachDownloads({ service, operation, requestOptions }: RunContext, job: DownloadJob): Promise<void> {
	const { item, rows, outputItems, settings, resolveSession, policy } = job;
	const limits: DownloadLimits = {
		maxBytes: Number(settings.maxFileSizeMb) * 2 ** 20,
		timeoutMs: Number(settings.downloadTimeout) * 1000,
		signal: item.getExecutionCancelSignal(),
		networkOptions: networkOptions(requestOptions),
	};
	for (const [index, outputItem] of outputItems.entries()) {
		for (const wire of linkNames(operation.columns)) {
			const link = rows[index]?.[wire];
			if (link === undefined || link === null || link === '') continue;
			const name = `'${wire}' in row ${index + 1}`;
			const { content, fileName, type } = await downloadFile(item, service, resolveSession, policy, String(link), name, limits);
			const data = await item.helpers.prepareBinaryData(content, fileName, type);
			outputItem.binary = { ...outputItem.binary, [String(settings.outputField)]: data };
		}
	}
}
