/** The reports of CRM Zen, in the order in which the editor shows them. A new one is a folder and a line here. */

import type { Operation, Resource } from '../../shared/fields/operations';
import { leadFile } from './leadFile';
import { leadsByUser } from './leadsByUser';
import type { Report } from './report';
import { salesFunnel } from './salesFunnel';
import { totals } from './totals';

export const reports: Report[] = [totals, leadsByUser, leadFile, salesFunnel];

export const resources: Resource[] = reports.map(({ name, label, term, operation }) => ({ value: name, name: label, term, operations: [operation] }));

/** The report that an operation reads. */
export function reportOf({ path }: Pick<Operation, 'path'>): Report {
	const report = reports.find(({ name }) => name === path);
	if (!report) throw new Error(`No report of CRM Zen is named ${path}`);
	return report;
}
