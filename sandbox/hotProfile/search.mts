import type { FieldSpec } from '../../nodes/shared/fields/index.ts';
import { type Input, ValidationError } from './validation.mts';
import { columnOf, customField, customText } from './columns.mts';
import type { Operation } from './operations.mts';
import { type StoredRecord, type TableName, tableOf, type Tenant, type Value } from './tenant.mts';

/** One page of records with its page counters. */
export interface Result {
	records: StoredRecord[];
	pages: { total_count: number; total_number: number; current_number: number; display_number: number };
}

type Predicate = (record: StoredRecord) => boolean;

const DEFAULT_SIZE = 20;

/** Filters, sorts and paginates records. */
export function search(operation: Operation, input: Input, tenant: Tenant): Result {
	const { table } = operation;
	const size = pageSize(operation, input);
	const page = Number(input.get('page[number]') ?? 1);
	const tests = [...input].flatMap(([wire, value]) => predicateOf(operation, wire, value, input, tenant) ?? []);
	const found = [...tableOf(tenant, table).values()].filter((record) => tests.every((test) => test(record)));
	sort(found, table, input, tenant);
	return {
		records: found.slice((page - 1) * size, page * size),
		pages: {
			total_count: found.length,
			total_number: Math.ceil(found.length / size),
			current_number: page,
			display_number: size,
		},
	};
}

function pageSize({ pageSize: max }: Operation, input: Input): number {
	const size = Number(input.get('page[display_number]') ?? DEFAULT_SIZE);
	if (size <= max) return size;
	throw new ValidationError(
		`1ページの取得件数は${max}件以内で入力してください。`,
		`page[display_number] is ${size} where ${max} are allowed`,
		400,
	);
}

/** The filter of a parameter; undefined for paging, order and matching options. */
function predicateOf(
	{ table, find }: Operation, wire: string, value: Value, input: Input, tenant: Tenant,
): Predicate | undefined {
	const custom = /^search\[items\]\[\]\[(\d+)\]$/.exec(wire);
	if (custom) return customPredicate(customField(table, custom[1]), custom[1], String(value), input);
	const name = /^search\[(.+)\]$/.exec(wire)?.[1].replaceAll('][', '.');
	if (!name) return undefined;
	const field = find(wire) ?? find(`${wire}[]`)!;
	const bound = /^(from|to)_(datetime_)?(.+)$/.exec(name);
	if (bound) return rangePredicate(bound[1] === 'from', bound[3], value, field.kind);
	const column = columnOf(table, name);
	const read = (record: StoredRecord) => column(record, tenant);
	if (field.kind === 'text') {
		// A lead's full name is stored without a space, and spaces in the search term are ignored.
		const text = name === 'name' && table === 'leads' ? String(value).replace(/\s/g, '') : String(value);
		return textPredicate(read, name, text, input.get(pattern(wire)) === 'true');
	}
	if (field.kind === 'trueOrNothing') return (record) => read(record) === true;
	const wanted = new Set([value].flat().map(String));
	return (record) => [read(record)].flat().some((one) => wanted.has(String(one)));
}

const pattern = (wire: string) => `${wire.replace('search', 'pattern_match')}[normalized]`;

/** Text in one width, one kana and lower case. */
const normalizeText = (text: string) =>
	text.normalize('NFKC').toLowerCase().replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));

function textPredicate(read: (record: StoredRecord) => unknown, name: string, wanted: string, normalized: boolean): Predicate {
	const form = normalized ? normalizeText : (text: string) => text;
	const has = (record: StoredRecord, word: string) => form(String(read(record) ?? '')).includes(form(word));
	if (name === 'multiple') {
		const parts = wanted.split(/\s+/).filter(Boolean);
		return (record) => parts.every((part) => has(record, part));
	}
	if (name === 'owner_user_code') return (record) => read(record) === wanted;
	return (record) => has(record, wanted);
}

/** Both bounds are inclusive; `created_on` and `updated_on` mean whole days. */
function rangePredicate(isFrom: boolean, name: string, value: Value, kind: FieldSpec['kind']): Predicate {
	const stored = name.replace(/(created|updated)_on$/, '$1_at');
	const isTime = kind === 'date' || kind === 'dateTime';
	const read = (from: unknown) => {
		if (!isTime) return Number(from);
		return kind === 'date' ? String(from).slice(0, 10) : String(from);
	};
	const limit = read(value);
	return (record) => {
		const own = record[stored];
		if (own === null || own === '') return false;
		return isFrom ? read(own) >= limit : read(own) <= limit;
	};
}

function customPredicate(field: FieldSpec, id: string, wanted: string, input: Input): Predicate {
	const exact = input.get(`pattern_match[items][${id}][exact]`) === 'true';
	return ({ items }) => {
		if (!(Number(id) in items)) return false;
		const own = customText(field, items[Number(id)]);
		return exact ? own.trim() === wanted : own.includes(wanted);
	};
}

/** Sorts by id, newest first, by default; records with equal values stay in the order of their ids. */
function sort(records: StoredRecord[], table: TableName, input: Input, tenant: Tenant): void {
	const key = String(input.get('order[key]') ?? 'id');
	const direction = input.get('order[type]') === 'asc' ? 1 : -1;
	if (key === 'id') {
		// A table is already in the order of its ids.
		if (direction === -1) records.reverse();
		return;
	}
	const column = columnOf(table, key);
	const keyed = records.map((record) => ({ record, value: column(record, tenant) ?? '' }));
	keyed.sort((one, other) => direction * compare(one.value, other.value));
	records.splice(0, records.length, ...keyed.map(({ record }) => record));
}

function compare(one: unknown, other: unknown): number {
	if (one === other) return 0;
	if (typeof one === 'number' && typeof other === 'number') return one - other;
	// Empty values come first.
	if (one === '' || other === '') return one === '' ? -1 : 1;
	return String(one) < String(other) ? -1 : 1;
}
