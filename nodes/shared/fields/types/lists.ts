/** Lists of entries that have fields of their own. */

import { z } from 'zod';

import type { FieldDetails, Fields, FieldSpec, FieldType, Rule } from '../field';
import { defineType } from '../field';
import { ENTRIES, fieldProperties } from '../fieldProperties';

const listType: FieldType = {
	kind: 'list',
	// The entries are checked one by one, each field by its own rule.
	rule: () => z.array(z.unknown(), { message: 'must be a list' }) as unknown as Rule,
	property: ({ entry = '', of = {} }) => ({
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: `Add ${entry}`,
		default: {},
		options: [{ displayName: entry, name: ENTRIES, values: Object.values(of).flatMap(fieldProperties) }],
	}),
};

/** @param entry what one entry is called, e.g. `Attachment` */
export const list = (label: string, entry: string, of: Fields, details: FieldDetails = {}): FieldSpec =>
	defineType(listType)(label, { entry, of, ...details });
