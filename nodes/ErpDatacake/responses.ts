import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../shared/fields/text';
import { collectTexts } from '../shared/http/responses';
import type { HttpResponse } from '../shared/http/service';
import type { Operation } from '../shared/fields/operations';
import { textOf } from '../shared/fields/text';

/** The contract shows no wrapper, no error and no empty answer, so ERPs do it in many ways. */

/**
 * The rows of an answer: a list or a record, bare or under one key.
 * @returns nothing where the data cannot be told from the rest
 */
export function rowsIn(body: unknown, operation: Operation): IDataObject[] | undefined {
	if (body === null || body === undefined) return [];
	if (Array.isArray(body)) return body.every(isObject) ? body : undefined;
	if (!isObject(body)) return undefined;
	const marks = marksOf(operation);
	const values = Object.values(body);
	const inside = values.filter(isObject);
	const [record] = inside;
	if (inside.length === 1 && isRow(record, marks)) return [record];
	if (isRow(body, marks)) return [body];
	const lists = Object.entries(body).flatMap(([key, value]) => (Array.isArray(value) && !ERRORS.test(key) ? [value] : []));
	const full = lists.filter((list) => list.length > 0 && list.every(isObject));
	const found = full.length > 1 ? full.filter((list) => list.every((one) => isRow(one, marks))) : full;
	if (found.length === 1) return found[0] as IDataObject[];
	if (lists.length > 0) return lists.every((list) => list.length === 0) ? [] : operation.resultList ? undefined : [body];
	// Some languages write a list as an object with numbers for keys.
	if (inside.length > 0 && inside.every((one) => isRow(one, marks))) return inside;
	if (inside.length === 1) return rowsIn(record, operation);
	const wrapped = inside.map((one) => rowsIn(one, operation) ?? []).filter((rows) => rows.length > 0);
	if (operation.resultList && wrapped.length === 1) return wrapped[0];
	if (operation.resultList || values.length === 0) return inside.length > 0 ? undefined : [];
	return [body];
}

/** By these a row of an operation is known: by its id in a list, by any of its fields where it stands alone. */
function marksOf({ columns = {}, resultList }: Operation): string[] {
	const wires = Object.keys(columns);
	return resultList ? wires.slice(0, 1) : wires;
}

const isRow = (value: IDataObject, marks: string[]): boolean =>
	marks.some((wire) => Object.hasOwn(value, wire) && !Array.isArray(value[wire]));

const ERRORS = /^err(o|or)e?s?$/i;
const MESSAGES = /^(message|mensagem|msg)$/i;
/** In a refusal, where no such key can be data. */
const REASONS = /^(detail|detalhe|descricao|motivo|reason)s?$/i;
const FAILED = /^(erro|error|falha|failed|failure|false|nok)\b/i;
const DONE = /^(success|sucesso|ok)$/i;

/** The sentences of an answer that brings no data but says that something is wrong, in whatever it is wrapped. */
export function complaints({ status, body }: HttpResponse, operation: Operation): string[] {
	const isRefused = status < 200 || status > 299;
	for (const part of wrappings(body)) {
		const said = complaintsIn(part, isRefused, operation);
		if (said.length > 0) return said;
	}
	return [];
}

/** Whether an answer says in so many words that the work failed, and not only something about it. */
export const saysFailed = ({ status, body }: HttpResponse): boolean =>
	status < 200 ||
	status > 299 ||
	wrappings(body).some((part) => isFailed(part.status) || Object.entries(part).some(([key, value]) => ERRORS.test(key) && collectTexts(value).length > 0));

/** An object, and the only one inside it or inside a list. */
function wrappings(body: unknown): IDataObject[] {
	if (Array.isArray(body)) return body.length === 1 ? wrappings(body[0]) : [];
	if (!isObject(body)) return [];
	const inside = Object.values(body).filter(isObject);
	return inside.length === 1 ? [body, ...wrappings(inside[0])] : [body];
}

function complaintsIn(body: IDataObject, isRefused: boolean, operation: Operation): string[] {
	const entries = Object.entries(body);
	const under = (names: RegExp) => entries.filter(([key]) => names.test(key)).map(([, value]) => value);
	const errors = under(ERRORS).filter((value) => collectTexts(value).some((text) => !/^(false|0)$/i.test(text)));
	const messages = [...under(MESSAGES), ...(isRefused ? under(REASONS) : [])];
	const sentences = collectTexts([...errors, ...messages]).filter((text) => !/^(true|\d+)$/i.test(text));
	if (isRefused || errors.length > 0) {
		if (!isRefused && hasData(body, operation)) return [];
		return sentences.length > 0 || errors.length === 0 ? sentences : [`Error ${collectTexts(errors).join(' ')}`];
	}
	// What is read may have a status of its own, such as that of a prospect.
	const isOwnStatus = operation.method === 'GET' && Object.hasOwn(operation.columns ?? {}, 'status');
	if ((!isOwnStatus && isFailed(body.status)) || under(DONE).some((value) => /^(false|0)$/i.test(textOf(value)))) {
		return sentences.length > 0 ? sentences : [`status: ${textOf(body.status ?? 'false')}`];
	}
	const isDone = Object.hasOwn(body, 'status') || under(DONE).length > 0 || entries.some(([, value]) => Array.isArray(value) || isObject(value));
	return isDone || hasData(body, operation) ? [] : sentences;
}

const isFailed = (status: unknown) => FAILED.test(textOf(status)) || Number(textOf(status)) >= 400;

/** Whether an answer brings more than the word of how it went. */
function hasData(body: IDataObject, operation: Operation): boolean {
	const rows = rowsIn(body, operation) ?? [];
	const wires = Object.keys(operation.columns ?? {}).filter((wire) => wire !== 'status');
	return rows.some((row) => (operation.resultList && row !== body) || wires.some((wire) => collectTexts(row[wire]).length > 0));
}
