/** Yes or no, sent as 1 or 0; and the setting Clear Empty Fields. */

import { z } from 'zod';

import { defineType, setting } from '../field';
import { parseYesNo } from '../yesNo';

export const flag = defineType({
	kind: 'flag',
	rule: () =>
		z
			.unknown()
			.refine((value) => parseYesNo(value) !== undefined, { message: 'must be true or false' })
			.transform((value) => (parseYesNo(value) ? 1 : 0)),
	property: () => ({ type: 'boolean', default: false }),
});

/** For operations that change a record; only fields that take text can be cleared. */
export const clearEmptyFields = setting(
	flag('Clear Empty Fields', {
		help: 'Whether to clear fields that are left empty. Otherwise, an empty value leaves the field unchanged',
	}),
	false,
);
