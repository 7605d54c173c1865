/** Filters of HotProfile that are more than one value: switches, custom fields, and matching without regard to width. */

import { z } from 'zod';

import type { Choice, FieldSpec } from '../shared/fields';
import { choiceList, defineType, id, list, text } from '../shared/fields';
import type { Operation, WireValues } from '../shared/fields/operations';
import { fieldsOf } from '../shared/fields/operations';
import { parseYesNo } from '../shared/fields/yesNo';
import { hotProfileFields } from './fields';

/** Sent as the word `true`, or not at all: for some parameters of HotProfile the name alone counts (vendor guide). */
export const trueOrNothing = defineType({
	kind: 'trueOrNothing',
	rule: () =>
		z
			.unknown()
			.refine((value) => parseYesNo(value) !== undefined, { message: 'must be true or false' })
			.transform((value) => (parseYesNo(value) ? 'true' : undefined)),
	property: () => ({ type: 'boolean', default: false }),
});

/** In the catalogue in place of the parameters that `expandFilters` makes of them. */
const CUSTOM_FIELDS = 'search[items]';
const IGNORE_WIDTH = 'pattern_match[normalized]';

const customField = hotProfileFields({
	field_id: id('Field ID', { term: 'カスタム項目ID', help: 'ID of the custom field in HotProfile' }),
	value: text('Value', undefined, {
		term: '値',
		help: 'Part of the value as text. For a field with choices, the value of the choice; for a user field, internal user IDs separated by commas',
	}),
	exact: trueOrNothing('Exact Match', { term: '完全一致', help: 'Whether the whole value must match instead of a part of it' }),
});

/**
 * The filters by custom fields and by width.
 * @param texts labels of the text filters that can ignore character width, by parameter name
 */
export const matchingFilters = (texts: Record<string, string>) =>
	({
		[CUSTOM_FIELDS]: list('Custom Fields', 'Custom Field', customField, { term: 'カスタム項目', requiredInEntry: ['field_id', 'value'] }),
		[IGNORE_WIDTH]: choiceList('Ignore Character Width In', Object.entries(texts).map(([value, name]): Choice => ({ name, value })), {
			term: '全角・半角を区別しない',
			help: 'The text filters that also match values in another width or another type of characters, such as ｱｵﾊﾞ for アオバ',
		}),
	}) satisfies Record<string, FieldSpec>;

/** The values of an operation with each of these filters as the parameters that it stands for. */
export function expandFilters(operation: Operation, values: WireValues): WireValues {
	const { [CUSTOM_FIELDS]: customFields = [], [IGNORE_WIDTH]: ignoringWidth = [], ...expanded } = values;
	for (const { field_id, value, exact } of customFields as Array<{ field_id: number; value: string; exact?: string }>) {
		const wire = `search[items][][${field_id}]`;
		expanded[wire] = wire in expanded ? [expanded[wire], value].flat().map(String) : value;
		if (exact) expanded[`pattern_match[items][${field_id}][exact]`] = exact;
	}
	const names = ignoringWidth as string[];
	if (names.length === 0) return expanded;
	for (const { name, wire } of Object.values(fieldsOf(operation))) {
		if (names.includes(name)) expanded[`${wire.replace(/^search/, 'pattern_match')}[normalized]`] = 'true';
	}
	return expanded;
}
