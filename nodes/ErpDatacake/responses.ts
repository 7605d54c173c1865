/**
 * Rows and failures in an ERP's response. The contract shows no wrapper, no error and no empty response,
 * so ERPs differ in all of them.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Operation } from '../shared/fields/operations';
import { isObject, textOf } from '../shared/fields/unknownValues';
import { collectTexts } from '../shared/http/responses';
import type { HttpResponse } from '../shared/http/service';

/**
 * The rows of a response: a list or a record, top-level or under a single key.
 * @returns undefined where the data cannot be told apart from the rest
 */
export function rowsIn(body: unknown, operation: Operation): IDataObject[] | undefined {
	if (body === null || body === undefined) return [];
	if (Array.isArray(body)) return body.every(isObject) ? body : undefined;
	if (!isObject(body)) return undefined;
	const keys = identifyingKeys(operation);
	const objects = Object.values(body).filter(isObject);
	const [onlyObject] = objects.length === 1 ? objects : [];
	if (onlyObject && isRow(onlyObject, keys)) return [onlyObject];
	if (isRow(body, keys)) return [body];

	const lists = Object.entries(body).flatMap(([key, value]) => (Array.isArray(value) && !ERROR_KEY.test(key) ? [value as unknown[]] : []));
	const objectLists = lists.flatMap((list) => (list.length > 0 && list.every(isObject) ? [list] : []));
	const candidates = objectLists.length > 1 ? objectLists.filter((list) => list.every((row) => isRow(row, keys))) : objectLists;
	if (candidates.length === 1) return candidates[0];
	if (lists.length > 0) return lists.every((list) => list.length === 0) ? [] : operation.resultList ? undefined : [body];

	// Some languages serialize a list as an object with numeric keys.
	if (objects.length > 0 && objects.every((row) => isRow(row, keys))) return objects;
	if (onlyObject) return rowsIn(onlyObject, operation);
	const nested = objects.map((object) => rowsIn(object, operation) ?? []).filter((rows) => rows.length > 0);
	if (operation.resultList && nested.length === 1) return nested[0];
	if (operation.resultList || Object.keys(body).length === 0) return objects.length > 0 ? undefined : [];
	return [body];
}

/** The keys that identify a row: in a list its ID, in a single record any of its columns. */
function identifyingKeys({ columns = {}, resultList }: Operation): string[] {
	const wires = Object.keys(columns);
	return resultList ? wires.slice(0, 1) : wires;
}

const isRow = (value: IDataObject, keys: string[]): boolean =>
	keys.some((wire) => Object.hasOwn(value, wire) && !Array.isArray(value[wire]));

const ERROR_KEY = /^err(o|or)e?s?$/i;
const MESSAGE_KEY = /^(message|mensagem|msg)$/i;
/** Only in error responses, where such a key cannot be data. */
const REASON_KEY = /^(detail|detalhe|descricao|motivo|reason)s?$/i;
const SUCCESS_KEY = /^(success|sucesso|ok)$/i;
const FAILED_STATUS = /^(erro|error|falha|failed|failure|false|nok)\b/i;

const isErrorStatus = (status: number) => status < 200 || status > 299;

/** The ERP's own sentences in a response that has no data but reports a problem, however it is wrapped. */
export function failureMessages({ status, body }: HttpResponse, operation: Operation): string[] {
	for (const layer of wrapperLayers(body)) {
		const messages = failureMessagesIn(layer, isErrorStatus(status), operation);
		if (messages.length > 0) return messages;
	}
	return [];
}

/** Whether a response explicitly says that the request failed, rather than only containing a message. */
export const reportsFailure = ({ status, body }: HttpResponse): boolean =>
	isErrorStatus(status) ||
	wrapperLayers(body).some(
		(layer) => isFailedStatus(layer.status) || Object.entries(layer).some(([key, value]) => ERROR_KEY.test(key) && collectTexts(value).length > 0),
	);

/** An object, and the only object inside it or inside a list, layer by layer. */
function wrapperLayers(body: unknown): IDataObject[] {
	if (Array.isArray(body)) return body.length === 1 ? wrapperLayers(body[0]) : [];
	if (!isObject(body)) return [];
	const objects = Object.values(body).filter(isObject);
	return objects.length === 1 ? [body, ...wrapperLayers(objects[0])] : [body];
}

function failureMessagesIn(body: IDataObject, isErrorResponse: boolean, operation: Operation): string[] {
	const entries = Object.entries(body);
	const valuesOf = (keys: RegExp) => entries.filter(([key]) => keys.test(key)).map(([, value]) => value);
	const errors = valuesOf(ERROR_KEY).filter((value) => collectTexts(value).some((text) => !/^(false|0)$/i.test(text)));
	const messages = [...valuesOf(MESSAGE_KEY), ...(isErrorResponse ? valuesOf(REASON_KEY) : [])];
	const sentences = collectTexts([...errors, ...messages]).filter((text) => !/^(true|\d+)$/i.test(text));
	if (isErrorResponse || errors.length > 0) {
		if (!isErrorResponse && hasData(body, operation)) return [];
		return sentences.length > 0 || errors.length === 0 ? sentences : [`Error ${collectTexts(errors).join(' ')}`];
	}
	// A record may have a status of its own, for example a prospect.
	const isRecordStatus = operation.method === 'GET' && Object.hasOwn(operation.columns ?? {}, 'status');
	if ((!isRecordStatus && isFailedStatus(body.status)) || valuesOf(SUCCESS_KEY).some((value) => /^(false|0)$/i.test(textOf(value)))) {
		return sentences.length > 0 ? sentences : [`status: ${textOf(body.status ?? 'false')}`];
	}
	const isSuccess = Object.hasOwn(body, 'status') || valuesOf(SUCCESS_KEY).length > 0 || entries.some(([, value]) => Array.isArray(value) || isObject(value));
	return isSuccess || hasData(body, operation) ? [] : sentences;
}

const isFailedStatus = (status: unknown) => FAILED_STATUS.test(textOf(status)) || Number(textOf(status)) >= 400;

/** Whether a response holds more than a report of success or failure. */
function hasData(body: IDataObject, operation: Operation): boolean {
	const rows = rowsIn(body, operation) ?? [];
	const wires = Object.keys(operation.columns ?? {}).filter((wire) => wire !== 'status');
	return rows.some((row) => (operation.resultList && row !== body) || wires.some((wire) => collectTexts(row[wire]).length > 0));
}
