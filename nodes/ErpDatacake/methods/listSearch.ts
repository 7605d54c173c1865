import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { readList } from '../../shared/listCache';
import type { IdList } from '../../shared/lists';
import { mapInSlices } from '../../shared/slices';
import { textOf } from '../../shared/text';
import { erpDatacake } from '../dialect';
import { lists } from '../lists';

/** The searchable lists behind the pickers: by id or by any part of the name, accents aside. */

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

function picker({ operation, id, label }: IdList) {
	return async function (this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
		const given = filter.trim();
		const wanted = plain(given);
		const results: INodeListSearchItems[] = [];
		await mapInSlices(await readList(this, erpDatacake, operation, { insist: true }), (row) => {
			const value = textOf(row[id]);
			const name = id === label ? value : `${textOf(row[label])} (${value})`;
			if (value === given || plain(name).includes(wanted)) results.push({ name, value });
		});
		return { results };
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
