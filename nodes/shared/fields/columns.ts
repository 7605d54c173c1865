/** Describes the columns of a service's answers: name on the wire, key and title in the output, and how values are read. */

import type { IDataObject } from 'n8n-workflow';

import { isoDate } from './dates';
import { parseNumber } from './numbers';

/** How the values of a column are read. A vendor adds types of its own in its own folder. */
export interface ColumnType {
	/** Gets the value as received, and returns a value it cannot read unchanged: nothing gets lost. */
	read(value: unknown): unknown;
	/** Whether the value is a link to a file that can be downloaded. */
	isLink?: boolean;
}

export interface Column {
	/** Key in the simplified output. */
	key: string;
	/** English name in the editor. */
	title: string;
	type: ColumnType;
}

/** The columns of a row, by the names on the wire. */
export type Columns = Record<string, Column>;

/** How a catalogue treats what its columns alone do not say. */
export interface RowRules {
	/** Wire names that come first in the output, in this order. */
	first?: readonly string[];
	/** Wire names that are left out. */
	hidden?: readonly string[];
	/** How a value is read whose wire name is not in the catalogue; it keeps its name. */
	typeOfUnknown?: (wire: string) => ColumnType;
}

/** A reader of single values: an empty text is no value, and lists and objects stay as they are. */
export const scalarType = (read: (value: unknown) => unknown): ColumnType => ({
	read: (value) => (value === '' ? null : typeof value === 'object' ? value : read(value)),
});

const text = scalarType((value) => value);
const number = scalarType((value) => (typeof value === 'number' ? value : (parseNumber(String(value)) ?? value)));
const date = scalarType(isoDate);

/** Makes a function that declares a column of a type. */
export const column =
	(type: ColumnType) =>
	(key: string, title = titleOf(key)): Column => ({ key, title, type });

/** Ids are texts, since some begin with zeros. */
export const textColumn = column(text);
export const numberColumn = column(number);
export const dateColumn = column(date);
export const linkColumn = column({ ...text, isLink: true });

const ACRONYMS: Record<string, string> = { id: 'ID', ids: 'IDs', url: 'URL' };

/** `clientId` becomes `Client ID`. */
function titleOf(key: string): string {
	const words = key.split(/(?=[A-Z])/);
	return words.map((word) => ACRONYMS[word.toLowerCase()] ?? word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

/** The wire names of the links to files. */
export const linkNames = (columns: Columns = {}): string[] =>
	Object.entries(columns).flatMap(([wire, { type }]) => (type.isLink ? [wire] : []));

/** A row with the catalogue's keys and real types; values under other names stay as they are, unless the rules say otherwise. */
export function mapRow(received: IDataObject, columns: Columns, rules: RowRules = {}): IDataObject {
	const layout = layoutOf(received, columns, rules);
	const row = { ...layout.template };
	for (const { wire, key, read } of layout.cells) row[key] = read(received[wire]) as IDataObject[string];
	return row;
}

/** One item with every column of the catalogue, and nothing else. */
export function readColumns(received: IDataObject, columns: Columns): IDataObject {
	const row: IDataObject = {};
	for (const [wire, { key, type }] of Object.entries(columns)) row[key] = type.read(received[wire]) as IDataObject[string];
	return row;
}

/** How the rows that have the same names in the same order become output. */
interface Layout {
	wires: string[];
	cells: Array<{ wire: string; key: string; read: ColumnType['read'] }>;
	/** Has the keys of the output. Rows are copies of it: an object that grows key by key becomes a slow dictionary in V8. */
	template: IDataObject;
}

/** A service may leave out what is empty, so a catalogue has several layouts. */
const MAX_LAYOUTS = 50;
/** Layouts of longer rows are not kept. */
const MAX_KEPT_COLUMNS = 500;

const layouts = new WeakMap<Columns, { latest?: Layout; byNames: Map<string, Layout> }>();

function layoutOf(received: IDataObject, columns: Columns, rules: RowRules): Layout {
	const cache = layouts.get(columns) ?? { byNames: new Map<string, Layout>() };
	layouts.set(columns, cache);
	const wires = Object.keys(received);
	if (cache.latest && isSameList(cache.latest.wires, wires)) return cache.latest;
	const names = JSON.stringify(wires);
	const layout = cache.byNames.get(names) ?? makeLayout(wires, columns, rules);
	if (wires.length > MAX_KEPT_COLUMNS) return layout;
	if (cache.byNames.size >= MAX_LAYOUTS) cache.byNames.clear();
	cache.byNames.set(names, layout);
	cache.latest = layout;
	return layout;
}

function isSameList(one: string[], other: string[]): boolean {
	if (one.length !== other.length) return false;
	for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
	return true;
}

function makeLayout(wires: string[], columns: Columns, { first = [], hidden = [], typeOfUnknown = () => text }: RowRules): Layout {
	const ordered = [...first.filter((wire) => wires.includes(wire)), ...wires.filter((wire) => !first.includes(wire))];
	const cells = ordered
		.filter((wire) => !hidden.includes(wire))
		.map((wire) => {
			const name = wire.normalize('NFC');
			const { key = wire, type = typeOfUnknown(wire) } = (Object.hasOwn(columns, name) ? columns[name] : undefined) ?? {};
			return { wire, key, read: (value: unknown) => type.read(value) };
		});
	// As JSON, since `__proto__` may be among the keys.
	const template = JSON.parse(`{${cells.map(({ key }) => `${JSON.stringify(key)}:null`).join()}}`) as IDataObject;
	return { wires, cells, template };
}
