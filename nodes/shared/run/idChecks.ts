import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../fields/fields';
import type { WireValues } from '../fields/operations';
import type { ReferenceList } from '../http/service';
import { textOf } from '../fields/text';

/**
 * One sentence for each id that is not in its list.
 * @param lists by the name of their picker
 * @param read all rows of a list; an empty one tells nothing about an id
 */
export async function findUnknownIds(
	fields: Field[],
	values: WireValues,
	lists: Record<string, ReferenceList>,
	read: (list: ReferenceList) => Promise<IDataObject[]>,
	place = '',
): Promise<string[]> {
	const checks = fields.map(async ({ wire, kind, label, picker = '', pickedBy, of = {}, entry }) => {
		const value = values[wire];
		if (value === undefined || value === '') return [];
		if (kind === 'list') {
			const inside = (value as WireValues[]).map(
				async (one, index) => await findUnknownIds(Object.values(of), one, lists, read, `${entry} ${index + 1}: `),
			);
			return (await Promise.all(inside)).flat();
		}
		const list = lists[picker];
		if (!list || pickedBy) return [];
		const rows = await read(list);
		const isKnown = rows.length === 0 || idsOf(rows, list.id).has(textOf(value));
		return isKnown ? [] : [`${place}'${label}' must be an id of its own list, but "${textOf(value)}" is not in it`];
	});
	return (await Promise.all(checks)).flat();
}

/** The ids of lists that many items are looked up in. */
const knownIds = new WeakMap<IDataObject[], Set<string>>();

function idsOf(rows: IDataObject[], id: string): Set<string> {
	const ids = knownIds.get(rows) ?? new Set(rows.map((row) => textOf(row[id])));
	knownIds.set(rows, ids);
	return ids;
}
