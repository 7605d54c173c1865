import type { IDataObject } from 'n8n-workflow';

import type { CrmZenService } from '../../sandbox/crmZen/index.mts';
import type { Job } from './engine.mts';

/** Shared by the tests of Zen Totals: a credential for all reports, and a job for the totals. */

/**
 * @param account makes the URLs differ from those of other tests
 * @param wait of every report, in seconds
 */
export const credentialOf = (service: CrmZenService, account: number, wait: number) =>
	Object.fromEntries(
		['totals', 'leadsByUser', 'leadFile', 'salesFunnel'].flatMap((name) => [
			[`${name}Url`, `${service.reportUrl(name)}?conta=${account}`], [`${name}Token`, service.apiKey], [`${name}Wait`, wait],
		]),
	);

export const totalsJob = (credential: Job['credential'], parameters: IDataObject, more: Partial<Job> = {}): Job => ({
	node: 'zenTotals',
	parameters: { resource: 'totals', operation: 'getMany', ...parameters },
	credential,
	timezone: 'America/Sao_Paulo',
	...more,
});
