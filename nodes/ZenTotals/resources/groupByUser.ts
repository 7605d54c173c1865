/** Groups the leads of a report by their user. */

import type { IDataObject } from 'n8n-workflow';

import { mapInChunks } from '../../shared/run/mapInChunks';

/**
 * Groups the leads of a report by the user that they belong to.
 * @param sharedKeys keys that name the user; the others go into the user's list of leads
 */
export async function groupByUser(leads: IDataObject[], sharedKeys: string[], signal?: AbortSignal): Promise<IDataObject[]> {
	const users = new Map<string, IDataObject & { leads: IDataObject[] }>();
	await mapInChunks(leads, (lead) => {
		const shared: IDataObject = {};
		const own: IDataObject = {};
		for (const [key, value] of Object.entries(lead)) (sharedKeys.includes(key) ? shared : own)[key] = value;
		const name = JSON.stringify(shared);
		const user = users.get(name) ?? { ...shared, leads: [] };
		user.leads.push(own);
		users.set(name, user);
	}, signal);
	return [...users.values()];
}
