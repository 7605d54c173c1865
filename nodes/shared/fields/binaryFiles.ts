/** The files among the values of a call: checks n8n's binary data, and reads it as base64 when the call starts. */

import type { IBinaryData, IExecuteSingleFunctions } from 'n8n-workflow';

import type { Field, WireValue } from './field';
import type { WireValues } from './operations';
import { isFile } from './fieldProperties';

/** Binary fields that the user named. */
export class BinaryFields {
	constructor(readonly names: string[]) {}
}

/** A file whose content is read when its call starts, so that only few are in memory at once. */
class BinaryFile {
	constructor(
		readonly field: string,
		readonly fileName: string,
		readonly bytes: number,
	) {}
}

/** What the output says about a file that was sent. */
export type SentFile = { fileName: string | null; size: string };

type Caller = IExecuteSingleFunctions;

/**
 * Replaces the names of binary fields by their files. Values with several files become several values with one
 * each: entries of a list, or calls.
 * @param problems what cannot be sent is added here, one sentence each
 * @param prefix where the fields are, e.g. `Attachment 1: `
 */
export async function attachFiles(
	caller: Caller,
	fields: Field[],
	values: WireValues,
	maxBytes: number,
	problems: string[],
	prefix = '',
): Promise<WireValues[]> {
	const complete = { ...values };
	for (const { wire, of, entry } of fields) {
		if (!of || !(wire in values)) continue;
		const entryFields = Object.values(of);
		const entries = (values[wire] as WireValues[]).map(
			async (entryValues, index) => await attachFiles(caller, entryFields, entryValues, maxBytes, problems, `${entry} ${index + 1}: `),
		);
		complete[wire] = (await Promise.all(entries)).flat();
	}
	const field = fields.find((candidate) => isFile(candidate) && candidate.wire in values);
	if (!field) return [complete];
	const { wire, label, fileName = '', fileFormat = '' } = field;
	const content = values[wire];
	if (!(content instanceof BinaryFields)) {
		const bytes = bytesOf(String(content));
		if (bytes > maxBytes) problems.push(`${prefix}'${label}' ${tooLarge(bytes, maxBytes)}`);
		return [complete];
	}
	if (content.names.length > 1 && fileName in values) {
		const nameLabel = fields.find((one) => one.wire === fileName)?.label ?? fileName;
		problems.push(`${prefix}'${nameLabel}' can be used for one file only, but there are ${content.names.length} files`);
	}
	const files = content.names.map(async (name) => {
		const data = binaryOf(caller, name);
		if (!data) {
			problems.push(`${prefix}'Input Binary Fields' names "${name}", but ${otherFields(caller)}`);
			return complete;
		}
		const ownName = nameOf(data, name);
		const bytes = await sizeIn(caller, data);
		if (bytes > maxBytes) problems.push(`${prefix}'Input Binary Fields': ${ownName} ${tooLarge(bytes, maxBytes)}`);
		if (bytes === 0) problems.push(`${prefix}'Input Binary Fields': ${ownName} is empty`);
		const format = formatOf(ownName);
		const described = { [fileName]: ownName, ...(fileFormat && format ? { [fileFormat]: format } : {}) };
		return { ...described, ...complete, [wire]: new BinaryFile(name, ownName, bytes) };
	});
	return await Promise.all(files);
}

/** The values with the content of their files, as base64. */
export async function loadFiles(caller: Caller, values: WireValues): Promise<WireValues> {
	if (!hasBinaryFile(values)) return values;
	const loaded = async (value: WireValue): Promise<WireValue> => {
		if (value instanceof BinaryFile) return (await caller.helpers.getBinaryDataBuffer(value.field)).toString('base64');
		if (Array.isArray(value)) return await Promise.all((value as WireValue[]).map(loaded));
		return isRecord(value) ? await loadFiles(caller, value) : value;
	};
	const entries = Object.entries(values).map(async ([wire, value]) => [wire, await loaded(value)]);
	return Object.fromEntries(await Promise.all(entries)) as WireValues;
}

const hasBinaryFile = (value: unknown): boolean =>
	value instanceof BinaryFile || (typeof value === 'object' && value !== null && Object.values(value).some(hasBinaryFile));

/** The files among some values, with their sizes. */
export function sentFiles(fields: Field[], values: WireValues): SentFile[] {
	return fields.flatMap((field): SentFile[] => {
		const value = values[field.wire];
		if (value === undefined) return [];
		const { of, fileName = '' } = field;
		if (of) return (value as WireValues[]).flatMap((entry) => sentFiles(Object.values(of), entry));
		if (!isFile(field)) return [];
		const bytes = value instanceof BinaryFile ? value.bytes : bytesOf(String(value));
		return [{ fileName: (values[fileName] as string | undefined) ?? null, size: sizeOf(bytes) }];
	});
}

function tooLarge(bytes: number, maxBytes: number): string {
	const isClose = sizeOf(bytes) === sizeOf(maxBytes);
	const [size, limit] = isClose ? [`${bytes} bytes`, `${maxBytes} bytes`] : [sizeOf(bytes), sizeOf(maxBytes)];
	return `is ${size}, but the limit is ${limit}`;
}

/** A size as people read it. */
export function sizeOf(bytes: number): string {
	if (bytes < 1000) return `${bytes} bytes`;
	const [value, unit] = bytes < 2 ** 20 ? [bytes / 2 ** 10, 'kB'] : [bytes / 2 ** 20, 'MB'];
	return `${value.toFixed(1).replace(/\.0$/, '')} ${unit}`;
}

/** Number of bytes that base64 text stands for. */
function bytesOf(base64: string): number {
	const text = base64.replace(/\s/g, '');
	return (text.length / 4) * 3 - (/=*$/.exec(text)?.[0].length ?? 0);
}

function binaryOf({ helpers }: Caller, name: string): IBinaryData | undefined {
	try {
		return helpers.assertBinaryData(name);
	} catch {
		return undefined;
	}
}

function otherFields(caller: Caller): string {
	const names = Object.keys(caller.getInputData().binary ?? {});
	return names.length > 0 ? `the item only has ${names.join(', ')}` : 'the item has no binary data';
}

/** n8n keeps files in the item or outside of it, and does not always know the size. */
async function sizeIn({ helpers }: Caller, { bytes, id, data }: IBinaryData): Promise<number> {
	if (bytes !== undefined) return bytes;
	return id ? (await helpers.getBinaryMetadata(id)).fileSize : bytesOf(data);
}

function nameOf({ fileName, fileExtension }: IBinaryData, field: string): string {
	return fileName ?? (fileExtension ? `${field}.${fileExtension}` : field);
}

const formatOf = (fileName: string) => /\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase();

const isRecord = (value: unknown): value is WireValues =>
	typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
