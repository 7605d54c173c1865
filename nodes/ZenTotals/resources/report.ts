/** The interface of a report: everything that is particular to one report is one object of this type in its folder. */

import type { IDataObject } from 'n8n-workflow';

import type { Operation } from '../../shared/fields/operations';

export interface Report {
	/** Value of its resource in the workflow, and the start of its credential fields' names, e.g. `totals` for `totalsUrl`. */
	name: string;
	/** Name in the editor, and the start of its credential fields' labels. */
	label: string;
	/** The vendor's own word for it, shown in brackets behind the name. */
	term: string;
	/** Seconds between two requests, unless the credential says otherwise (vendor's page of the report). */
	wait: number;
	/** Whether a credential must have it. */
	required?: boolean;
	operation: Operation;
	/** Whether each day is a request of its own; otherwise the whole period is one. */
	isDaily: boolean;
	/** At least one of these keys is in an answer that is not empty; left out where the vendor does not document them. */
	rootKeys?: string[];
	/** What a usual period costs in time, for the hint below the node. */
	cost?: string;
	/** The outputs that the user can choose, besides raw. */
	outputs: Outputs;
	/**
	 * Whether a response with status 400 only says that there is no data.
	 * @param messages the sentences of the response
	 */
	isNoData?(messages: string[], body: unknown): boolean;
}

export interface Outputs {
	rows: {
		description: string;
		/** The rows of one answer, made one at a time, since there may be many. */
		map(answer: IDataObject, date: string): Iterable<IDataObject>;
	};
	/** One item per user. */
	users?: {
		description: string;
		/** @param rows the rows of all answers */
		map(answers: IDataObject[], date: string, rows: IDataObject[], signal?: AbortSignal): IDataObject[] | Promise<IDataObject[]>;
	};
}
