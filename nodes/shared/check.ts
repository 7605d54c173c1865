import type { IDataObject } from 'n8n-workflow';

import type { Field } from './fields';
import { schemaIn } from './fields';
import type { Operation, WireValues } from './operations';
import { fieldsOf } from './operations';

/**
 * Checks what the user gave against the catalogue and turns it into what is sent.
 * @param given wire names and values, as the node's routing collected them
 * @param zone the workflow's time zone, for days in words
 * @returns the values to send and, one sentence each, what is wrong
 */
export function check(
	operation: Operation,
	given: IDataObject,
	zone = 'utc',
): { values: WireValues; problems: string[] } {
	const values: WireValues = {};
	const problems: string[] = [];
	for (const field of Object.values(fieldsOf(operation))) {
		const isRequired = field.wire in operation.required;
		if (!(isRequired && !field.when) && !(field.wire in given)) continue;
		const value = given[field.wire];
		if (isRequired ? isBlank(value) : isEmpty(value)) {
			if (isRequired) problems.push(`'${field.label}' is required, but ${found(value)}`);
			else if (operation.sendsEmptyText && takesEmptyText(field)) values[field.wire] = '';
			continue;
		}
		if (value === undefined) {
			problems.push(`'${field.label}' has no value: its expression found nothing`);
			continue;
		}
		const result = schemaIn(field, zone).safeParse(value);
		if (result.success) values[field.wire] = result.data;
		else problems.push(`'${field.label}' ${result.error.issues[0].message}, but ${found(value)}`);
	}
	return { values, problems };
}

const isEmpty = (value: unknown) => value === '' || value === null;
const isBlank = (value: unknown) => value === undefined || value === null || String(value).trim() === '';

function takesEmptyText({ kind }: Field): boolean {
	return kind === 'text' || kind === 'email' || kind === 'url' || kind === 'digits';
}

/** What was found instead, in words: long values by their length, others as they are. */
function found(value: unknown): string {
	if (value === undefined) return 'its expression found nothing';
	if (value === null || value === '') return 'it is empty';
	if (Array.isArray(value)) return 'a list was given';
	if (typeof value === 'object') return 'an object was given';
	const shown = String(value);
	const length = [...shown].length;
	return length > 40 ? `${length} characters were given` : `"${shown}" was given`;
}
