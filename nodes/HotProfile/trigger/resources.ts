/** The resources whose records HotProfile Trigger watches, and how their lists are asked for recent ones. */

import type { Operation, Resource, WireValues } from '../../shared/fields/operations';
import { businessCard } from '../resources/businessCard';
import { getManyBusinessCards } from '../resources/businessCard/getMany';
import { client } from '../resources/client';
import { getManyClients } from '../resources/client/getMany';
import { lead } from '../resources/lead';
import { getManyLeads } from '../resources/lead/getMany';
import type { JapanTime } from './times';
import { dayOf, later } from './times';

export type TriggerOn = 'created' | 'updated' | 'createdOrUpdated';

export interface WatchedResource extends Pick<Resource, 'value' | 'name' | 'term'> {
	/** Reads the list, with the filters of Get Many. */
	operation: Operation;
	/** The filter by which a list returns what changed at a time or later. It may return earlier records of that day, too. */
	changedSince(triggerOn: TriggerOn, since: JapanTime): [wire: string, value: string];
}

function watched({ value, name, term }: Resource, getMany: Operation, changedSince: WatchedResource['changedSince']): WatchedResource {
	const collections = getMany.collections.filter((collection) => collection.name === 'filters');
	const action = getMany.action.replace(/^Get many/, 'Check for changed');
	return { value, name, term, operation: { ...getMany, action, collections }, changedSince };
}

const bySecond: WatchedResource['changedSince'] = (_triggerOn, since) => ['search[from_datetime_updated_on]', since];
/** Business cards have no filter by time of day [the vendor's API guide]. */
const byDay: WatchedResource['changedSince'] = (triggerOn, since) => [
	triggerOn === 'created' ? 'search[from_created_on]' : 'search[from_updated_on]',
	dayOf(since),
];

export const watchedResources: WatchedResource[] = [
	watched(businessCard, getManyBusinessCards, byDay),
	watched(client, getManyClients, bySecond),
	watched(lead, getManyLeads, bySecond),
];

/** The user's filters together with the trigger's own; of two bounds of the same kind, the later one. */
export function withChangedSince(filters: WireValues, { changedSince }: WatchedResource, triggerOn: TriggerOn, since: JapanTime): WireValues {
	if (since === '') return filters;
	const [wire, bound] = changedSince(triggerOn, since);
	const own = filters[wire];
	return { ...filters, [wire]: typeof own === 'string' ? later(own, bound) : bound };
}
