/** HotProfile's searchable lists for pickers: by ID if the user types digits, by name otherwise. */

import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { lookUp } from '../../shared/http/lookUp';
import type { Operation, WireValues } from '../../shared/fields/operations';
import { textOf } from '../../shared/fields/unknownValues';
import { hotProfile } from '../service';
import { getManyBusinessCards } from '../resources/businessCard/getMany';
import { getManyClients } from '../resources/client/getMany';
import { getManyLeads } from '../resources/lead/getMany';

const PAGE_SIZE = 50;

const byId = (id: string): WireValues => ({ 'search[from_id]': id, 'search[to_id]': id });
const isId = (filter: string) => /^\d+$/.test(filter);
/** A search for digits as an ID, for anything else as a name. */
const byIdOrName = (filter: string): WireValues => (isId(filter) ? byId(filter) : { 'search[name]': filter });

/**
 * @param search request values for what the user typed
 * @param nameParts what the list shows of a row
 */
function picker(
	operation: Operation,
	search: (filter: string) => WireValues,
	nameParts: (row: IDataObject) => unknown[],
) {
	return async function (
		this: ILoadOptionsFunctions,
		filter = '',
		paginationToken?: string,
	): Promise<INodeListSearchResult> {
		const number = Number(paginationToken ?? 1);
		const values = filter.trim() === '' ? {} : search(filter.trim());
		const { rows, total = 0 } = await lookUp(this, hotProfile, operation, values, { number, size: PAGE_SIZE });
		// A full page may be followed by another one whatever the total; after a short page the total decides.
		const hasMore = rows.length >= PAGE_SIZE || (rows.length > 0 && number * rows.length < total);
		return {
			results: rows.map((row) => ({
				name: `${nameParts(row).filter(Boolean).map(textOf).join(', ')} (${textOf(row.id)})`,
				value: textOf(row.id),
			})),
			paginationToken: hasMore ? String(number + 1) : undefined,
		};
	};
}

export const searchClients = picker(
	getManyClients,
	byIdOrName,
	({ name }) => [name],
);

export const searchLeads = picker(
	getManyLeads,
	byIdOrName,
	({ name, client_name }) => [name, client_name],
);

/** Business cards can be filtered neither by ID nor by full name [the vendor's API guide]. */
export const searchBusinessCards = picker(
	getManyBusinessCards,
	(filter) => ({ 'search[family_name]': filter }),
	({ name, client_name }) => [name, client_name],
);
