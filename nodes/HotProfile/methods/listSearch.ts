import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { lookUp } from '../../shared/http/lookUp';
import type { Operation, WireValues } from '../../shared/fields/operations';
import { textOf } from '../../shared/fields/text';
import { hotProfile } from '../service';
import { getManyBusinessCards } from '../resources/businessCard/getMany';
import { getManyClients } from '../resources/client/getMany';
import { getManyLeads } from '../resources/lead/getMany';

/** The searchable lists behind the pickers: by id where digits are typed, by name otherwise. */

const PAGE_SIZE = 50;

const byId = (id: string): WireValues => ({ 'search[from_id]': id, 'search[to_id]': id });

function picker(
	operation: Operation,
	search: (filter: string) => WireValues,
	label: (row: IDataObject) => unknown[],
) {
	return async function (
		this: ILoadOptionsFunctions,
		filter = '',
		paginationToken?: string,
	): Promise<INodeListSearchResult> {
		const number = Number(paginationToken ?? 1);
		const values = filter.trim() === '' ? {} : search(filter.trim());
		const { rows, total = 0 } = await lookUp(this, hotProfile, operation, values, { number, size: PAGE_SIZE });
		// The total alone does not end a list; behind a page that is short it says whether another one follows.
		const isMore = rows.length >= PAGE_SIZE || (rows.length > 0 && number * rows.length < total);
		return {
			results: rows.map((row) => ({
				name: `${label(row).filter(Boolean).map(textOf).join(', ')} (${textOf(row.id)})`,
				value: textOf(row.id),
			})),
			paginationToken: isMore ? String(number + 1) : undefined,
		};
	};
}

const isId = (filter: string) => /^\d+$/.test(filter);

export const searchClients = picker(
	getManyClients,
	(filter) => (isId(filter) ? byId(filter) : { 'search[name]': filter }),
	({ name }) => [name],
);

export const searchLeads = picker(
	getManyLeads,
	(filter) => (isId(filter) ? byId(filter) : { 'search[name]': filter }),
	({ name, client_name }) => [name, client_name],
);

/** Cards have no filter by id and none by full name. */
export const searchBusinessCards = picker(
	getManyBusinessCards,
	(filter) => ({ 'search[family_name]': filter }),
	({ name, client_name }) => [name, client_name],
);
