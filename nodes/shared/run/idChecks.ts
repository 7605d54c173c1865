/** Checks that the IDs of an item exist in the service's own lists. */

import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../fields';
import type { WireValues } from '../fields/operations';
import { textOf } from '../fields/unknownValues';
import type { ReferenceList } from '../http/service';

/**
 * One sentence for each ID that is not in its list.
 * @param lists by the name of their picker
 * @param readRows all rows of a list; an ID passes when its list is empty
 * @param prefix names the entry that the fields belong to, where they are inside a list
 */
export async function findUnknownIds(
	fields: Field[],
	values: WireValues,
	lists: Record<string, ReferenceList>,
	readRows: (list: ReferenceList) => Promise<IDataObject[]>,
	prefix = '',
): Promise<string[]> {
	const checks = fields.map(async ({ wire, kind, label, picker = '', pickedBy, of = {}, entry }) => {
		const value = values[wire];
		if (value === undefined || value === '') return [];
		if (kind === 'list') {
			// The values of a list field have been validated.
			const entryChecks = (value as WireValues[]).map(
				async (entryValues, index) => await findUnknownIds(Object.values(of), entryValues, lists, readRows, `${entry} ${index + 1}: `),
			);
			return (await Promise.all(entryChecks)).flat();
		}
		const list = lists[picker];
		if (!list || pickedBy) return [];
		const rows = await readRows(list);
		const isKnown = rows.length === 0 || idsOf(rows, list.id).has(textOf(value));
		return isKnown ? [] : [`${prefix}'${label}' must be an ID from its list, but "${textOf(value)}" is not in that list`];
	});
	return (await Promise.all(checks)).flat();
}

/** The IDs of a list, collected once for all items. */
const idsByRows = new WeakMap<IDataObject[], Set<string>>();

function idsOf(rows: IDataObject[], id: string): Set<string> {
	const ids = idsByRows.get(rows) ?? new Set(rows.map((row) => textOf(row[id])));
	idsByRows.set(rows, ids);
	return ids;
}
