import type { IDataObject } from 'n8n-workflow';

import type { Resource } from '../../shared/fields/operations';
import { leadFile } from './leadFile';
import * as leadFileForms from './leadFile/rows';
import { leadsByUser } from './leadsByUser';
import * as leadsByUserForms from './leadsByUser/rows';
import { salesFunnel } from './salesFunnel';
import * as salesFunnelForms from './salesFunnel/rows';
import { totals } from './totals';
import * as totalsForms from './totals/rows';

/** The resources in the order in which the editor shows them. */
export const resources: Resource[] = [totals, leadsByUser, leadFile, salesFunnel];

/** How the answers of a report come out. */
export interface Forms {
	/** There may be many, so they are made one at a time where they are. */
	rows(answer: IDataObject, date: string): Iterable<IDataObject>;
	/** One item per user. */
	users?(answers: IDataObject[], date: string, rows: IDataObject[], signal?: AbortSignal): IDataObject[] | Promise<IDataObject[]>;
}

/** By the name of the report. */
export const forms: Record<string, Forms> = {
	totals: totalsForms,
	leadsByUser: leadsByUserForms,
	leadFile: leadFileForms,
	salesFunnel: salesFunnelForms,
};
