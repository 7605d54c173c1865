import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { readList } from '../../shared/call';
import type { IdList } from '../../shared/lists';
import { erpDatacake } from '../dialect';
import { lists } from '../lists';

/** The searchable lists behind the pickers: by id or by any part of the name, accents aside. */

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

function picker({ operation, id, label }: IdList) {
	return async function (this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
		const wanted = plain(filter.trim());
		const rows = await readList(this, erpDatacake, operation, { insist: true });
		const results = rows.map((row) => {
			const value = String(row[id]);
			return { name: id === label ? value : `${String(row[label])} (${value})`, value };
		});
		return { results: results.filter(({ name, value }) => value === filter.trim() || plain(name).includes(wanted)) };
	};
}

export const searchCities = picker(lists.searchCities);
export const searchCommercialOrigins = picker(lists.searchCommercialOrigins);
export const searchDepartments = picker(lists.searchDepartments);
export const searchDueDates = picker(lists.searchDueDates);
export const searchEmployees = picker(lists.searchEmployees);
export const searchProducts = picker(lists.searchProducts);
export const searchProspectStatuses = picker(lists.searchProspectStatuses);
export const searchResellers = picker(lists.searchResellers);
export const searchTicketTypes = picker(lists.searchTicketTypes);
