import type { IBinaryData, IExecuteSingleFunctions } from 'n8n-workflow';

import type { Field, WireValue } from './fields';
import type { WireValues } from './operations';

/** Files on their way out: from n8n's binary data to base64 in the values of a call. */

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
 * Puts files in the place of the names of binary fields. Values with several files become several
 * values with one each: entries of a list, or calls.
 * @param problems what cannot be sent is added here, one sentence each
 */
export async function attachFiles(
	caller: Caller,
	fields: Field[],
	values: WireValues,
	maxBytes: number,
	problems: string[],
	place = '',
): Promise<WireValues[]> {
	const whole = { ...values };
	for (const { kind, wire, of = {}, entry } of fields) {
		if (kind !== 'list' || !(wire in values)) continue;
		const inside = Object.values(of);
		const entries = (values[wire] as WireValues[]).map(
			async (one, index) => await attachFiles(caller, inside, one, maxBytes, problems, `${entry} ${index + 1}: `),
		);
		whole[wire] = (await Promise.all(entries)).flat();
	}
	const field = fields.find(({ kind, wire }) => kind === 'file' && wire in values);
	if (!field) return [whole];
	const { wire, label, fileName = '', fileFormat = '' } = field;
	const given = values[wire];
	if (!(given instanceof BinaryFields)) {
		const bytes = bytesOf(String(given));
		if (bytes > maxBytes) problems.push(`${place}'${label}' ${tooLarge(bytes, maxBytes)}`);
		return [whole];
	}
	if (given.names.length > 1 && fileName in values) {
		problems.push(`${place}One name cannot be given to ${given.names.length} files`);
	}
	const files = given.names.map(async (name) => {
		const data = binaryOf(caller, name);
		if (!data) {
			problems.push(`${place}'Input Binary Fields' names "${name}", but ${otherFields(caller)}`);
			return whole;
		}
		const own = nameOf(data, name);
		const bytes = await sizeIn(caller, data);
		if (bytes > maxBytes) {
			problems.push(`${place}'Input Binary Fields': ${own} ${tooLarge(bytes, maxBytes)}`);
		}
		if (bytes === 0) problems.push(`${place}'Input Binary Fields': ${own} is empty`);
		const format = formatOf(own);
		const described = { [fileName]: own, ...(fileFormat && format ? { [fileFormat]: format } : {}) };
		return { ...described, ...whole, [wire]: new BinaryFile(name, own, bytes) };
	});
	return await Promise.all(files);
}

/** The values with the content of their files, as base64. */
export async function loadFiles(caller: Caller, values: WireValues): Promise<WireValues> {
	if (!holdsFile(values)) return values;
	const loaded = async (value: WireValue): Promise<WireValue> => {
		if (value instanceof BinaryFile) return (await caller.helpers.getBinaryDataBuffer(value.field)).toString('base64');
		if (Array.isArray(value)) return await Promise.all((value as WireValue[]).map(loaded));
		return isRecord(value) ? await loadFiles(caller, value) : value;
	};
	const entries = Object.entries(values).map(async ([wire, value]) => [wire, await loaded(value)]);
	return Object.fromEntries(await Promise.all(entries)) as WireValues;
}

const holdsFile = (value: unknown): boolean =>
	value instanceof BinaryFile || (typeof value === 'object' && value !== null && Object.values(value).some(holdsFile));

/** The files among some values, with their sizes. */
export function sentFiles(fields: Field[], values: WireValues): SentFile[] {
	return fields.flatMap(({ kind, wire, of = {}, fileName = '' }): SentFile[] => {
		const value = values[wire];
		if (value === undefined) return [];
		if (kind === 'list') return (value as WireValues[]).flatMap((entry) => sentFiles(Object.values(of), entry));
		if (kind !== 'file') return [];
		const bytes = value instanceof BinaryFile ? value.bytes : bytesOf(String(value));
		return [{ fileName: (values[fileName] as string | undefined) ?? null, size: sizeOf(bytes) }];
	});
}

function tooLarge(bytes: number, maxBytes: number): string {
	const isClose = sizeOf(bytes) === sizeOf(maxBytes);
	const [has, most] = isClose ? [`${bytes} bytes`, `${maxBytes} bytes`] : [sizeOf(bytes), sizeOf(maxBytes)];
	return `has ${has}, but at most ${most} are allowed`;
}

/** A size as people read it. */
export function sizeOf(bytes: number): string {
	if (bytes < 1000) return `${bytes} bytes`;
	const [value, unit] = bytes < 2 ** 20 ? [bytes / 2 ** 10, 'kB'] : [bytes / 2 ** 20, 'MB'];
	return `${value.toFixed(1).replace(/\.0$/, '')} ${unit}`;
}

/** Length of what base64 text stands for. */
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
	return names.length > 0 ? `the item has only ${names.join(', ')}` : 'the item has no binary data';
}

/** n8n keeps small installations' files in the item, others' beside it, and not always the size. */
async function sizeIn({ helpers }: Caller, { bytes, id, data }: IBinaryData): Promise<number> {
	if (bytes !== undefined) return bytes;
	return id ? (await helpers.getBinaryMetadata(id)).fileSize : bytesOf(data);
}

function nameOf({ fileName, fileExtension }: IBinaryData, field: string): string {
	return fileName ?? (fileExtension ? `${field}.${fileExtension}` : field);
}

const formatOf = (fileName: string) => /\.([^.]+)$/.exec(fileName)?.[1].toLowerCase();

const isRecord = (value: unknown): value is WireValues =>
	typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
