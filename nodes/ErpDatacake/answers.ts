import type { IDataObject } from 'n8n-workflow';

import { isObject, textsIn } from '../shared/answers';
import type { Answer } from '../shared/dialect';
import type { Operation } from '../shared/operations';

/** The contract shows no wrapper, no error and no empty answer, so ERPs do it in many ways. */

/**
 * The rows of an answer: a list or a record, bare or under one key.
 * @returns nothing where the data cannot be told from the rest
 */
export function rowsIn(body: unknown, operation: Operation): IDataObject[] | undefined {
	if (body === null || body === undefined) return [];
	if (Array.isArray(body)) return body.every(isObject) ? body : undefined;
	if (!isObject(body)) return undefined;
	const values = Object.values(body);
	const inside = values.filter(isObject);
	const [record] = inside;
	if (inside.length === 1 && isRow(record, operation)) return [record];
	if (isRow(body, operation)) return [body];
	const found = values.filter(Array.isArray);
	if (found.length === 1 && found[0].every(isObject)) return found[0];
	if (found.length > 0) return operation.list ? undefined : [body];
	// Some languages write a list as an object with numbers for keys.
	if (inside.length > 0 && inside.every((one) => isRow(one, operation))) return inside;
	if (inside.length === 1) return rowsIn(record, operation);
	if (operation.list || values.length === 0) return inside.length > 0 ? undefined : [];
	return [body];
}

/** Whether an object is a row of an operation: it has the id of a row, or any of its fields where it stands alone. */
function isRow(value: IDataObject, { row = {}, list }: Operation): boolean {
	const wires = Object.keys(row);
	return wires.slice(0, list ? 1 : wires.length).some((wire) => wire in value && !Array.isArray(value[wire]));
}

const ERRORS = /^err(o|or)e?s?$/i;
const MESSAGES = /^(message|mensagem|msg)$/i;
const FAILED = /^(erro|error|falha|failed|failure|false|nok)$/i;
const DONE = /^(success|sucesso|ok)$/i;

/** The sentences of an answer that brings no data but says that something is wrong. */
export function complaints({ status, body }: Answer, operation: Operation): string[] {
	if (!isObject(body)) return [];
	const entries = Object.entries(body);
	const under = (names: RegExp) => entries.filter(([key]) => names.test(key)).map(([, value]) => value);
	const errors = under(ERRORS).filter((value) => textsIn(value).some((text) => !/^(false|0)$/i.test(text)));
	const sentences = textsIn([...errors, ...under(MESSAGES)]).filter((text) => !/^(true|\d+)$/i.test(text));
	const isRefused = status < 200 || status > 299;
	if (isRefused || errors.length > 0) {
		if (!isRefused && hasData(body, operation)) return [];
		return sentences.length > 0 || errors.length === 0 ? sentences : [`Error ${textsIn(errors).join(' ')}`];
	}
	if (isFailed(body.status) || under(DONE).some((value) => /^(false|0)$/i.test(String(value)))) {
		return sentences.length > 0 ? sentences : [`status: ${String(body.status ?? 'false')}`];
	}
	const isDone = 'status' in body || under(DONE).length > 0 || entries.some(([, value]) => Array.isArray(value));
	return isDone || hasData(body, operation) ? [] : sentences;
}

const isFailed = (status: unknown) => FAILED.test(String(status)) || Number(status) >= 400;

/** Whether an answer brings more than the word of how it went. */
function hasData(body: IDataObject, operation: Operation): boolean {
	const rows = rowsIn(body, operation) ?? [];
	const wires = Object.keys(operation.row ?? {}).filter((wire) => wire !== 'status');
	return rows.some((row) => (operation.list && row !== body) || wires.some((wire) => textsIn(row[wire]).length > 0));
}
