/** The ERP's searchable lists for pickers: by ID or by any part of the name, ignoring accents. */

import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { readCachedList } from '../../shared/http/listCache';
import type { ReferenceList } from '../../shared/http/service';
import { mapInChunks } from '../../shared/run/mapInChunks';
import { textOf } from '../../shared/fields/unknownValues';
import { erpDatacake } from '../service';
import { referenceLists } from '../referenceLists';

const withoutAccents = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

function picker({ operation, id, label }: ReferenceList) {
	return async function (this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
		const search = filter.trim();
		const searchName = withoutAccents(search);
		const results: INodeListSearchItems[] = [];
		await mapInChunks(await readCachedList(this, erpDatacake, operation, { retryFailed: true }), (row) => {
			const value = textOf(row[id]);
			const name = id === label ? value : `${textOf(row[label])} (${value})`;
			if (value === search || withoutAccents(name).includes(searchName)) results.push({ name, value });
		});
		return { results };
	};
}

export const searchCities = picker(referenceLists.searchCities);
export const searchCommercialOrigins = picker(referenceLists.searchCommercialOrigins);
export const searchDepartments = picker(referenceLists.searchDepartments);
export const searchDueDates = picker(referenceLists.searchDueDates);
export const searchEmployees = picker(referenceLists.searchEmployees);
export const searchProducts = picker(referenceLists.searchProducts);
export const searchProspectStatuses = picker(referenceLists.searchProspectStatuses);
export const searchResellers = picker(referenceLists.searchResellers);
export const searchTicketTypes = picker(referenceLists.searchTicketTypes);
