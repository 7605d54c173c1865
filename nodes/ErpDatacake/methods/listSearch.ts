import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { readCachedList } from '../../shared/http/listCache';
import type { ReferenceList } from '../../shared/http/service';
import { mapInChunks } from '../../shared/run/mapInChunks';
import { textOf } from '../../shared/fields/text';
import { erpDatacake } from '../service';
import { referenceLists } from '../referenceLists';

/** The searchable lists behind the pickers: by id or by any part of the name, accents aside. */

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

function picker({ operation, id, label }: ReferenceList) {
	return async function (this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
		const given = filter.trim();
		const wanted = plain(given);
		const results: INodeListSearchItems[] = [];
		await mapInChunks(await readCachedList(this, erpDatacake, operation, { retryFailed: true }), (row) => {
			const value = textOf(row[id]);
			const name = id === label ? value : `${textOf(row[label])} (${value})`;
			if (value === given || plain(name).includes(wanted)) results.push({ name, value });
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
